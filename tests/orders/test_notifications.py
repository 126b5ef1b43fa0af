"""Who hears of a delivery, and in which words."""

import pytest

from collectives.models import Membership
from coopdelivery.journal.services import run_waiting
from coopdelivery.notices.models import Message
from orders.models import Delivery, Partner
from orders.services import cancel_delivery, mark_stop_done, mark_stop_failed
from orders.tracking.links import tracking_path
from tests.orders import world
from tests.orders.test_progress import AT


def sent(kind: str) -> list[Message]:
    run_waiting()
    return list(Message.objects.filter(kind=kind))


@pytest.fixture
def with_email(florist: Partner, sam: Membership) -> Delivery:
    return world.make_delivery(florist, request=world.one_drop(florist.collective, email="roux@example.test"), by=sam.person)


def test_the_recipient_gets_the_link_when_an_address_was_given(with_email: Delivery) -> None:
    (message,) = sent("recipient.expects")
    assert (message.email, message.subject) == ("roux@example.test", "Fleurs de Maine sends you a parcel, by bike")
    assert "http://testserver" + tracking_path(with_email.stops.get(kind="dropoff")) in message.text
    assert "7 place du Ralliement" in message.text
    assert "10–12h" in message.text


def test_telling_twice_sends_once(with_email: Delivery) -> None:
    assert len(sent("recipient.expects")) == len(sent("recipient.expects")) == 1


def test_without_an_address_nobody_is_written_to(delivery: Delivery) -> None:
    assert [message.email for message in sent("recipient.expects")] == []


def test_the_partner_hears_of_a_failure_with_the_reason(delivery: Delivery, carl: Membership, sam: Membership) -> None:
    mark_stop_failed(stop=delivery.stops.get(kind="dropoff"), at=AT, by=carl.person, reason="nobody there")
    (message,) = sent("delivery.failed")
    assert (message.person_id, message.subject) == (sam.person_id, "Not handed over: MO-4001")
    assert "nobody there" in message.text


def test_an_arrival_waits_for_the_daily_digest(delivery: Delivery, carl: Membership) -> None:
    mark_stop_done(stop=delivery.stops.get(kind="dropoff"), at=AT, by=carl.person, received_by="Mme Roux")
    (message,) = sent("delivery.delivered")
    assert message.state == Message.State.DIGEST
    assert "Mme Roux" in message.text


def test_who_cancels_is_not_told_about_it(delivery: Delivery, sam: Membership, dana: Membership) -> None:
    cancel_delivery(delivery=delivery, by=sam.person, reason="")
    assert sent("delivery.cancelled") == []


def test_who_ordered_is_told_that_dispatch_cancelled(delivery: Delivery, sam: Membership, dana: Membership) -> None:
    cancel_delivery(delivery=delivery, by=dana.person, reason="storm")
    (message,) = sent("delivery.cancelled")
    assert message.person_id == sam.person_id
    assert "storm" in message.text
