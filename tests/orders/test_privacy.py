"""What is kept about people who order and people who receive, and when it goes."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from collectives.models import Membership
from coopdelivery.people import privacy
from coopdelivery.people.models import Person
from orders.models import Delivery, PartnerUser, Stop
from orders.privacy import forget_recipients
from orders.services import cancel_delivery, mark_stop_done


def test_the_export_names_partners_and_orders_and_no_recipient(delivery: Delivery, sam: Membership) -> None:
    kept = privacy.export(sam.person)
    assert [row["partner__name"] for row in kept["orders_for"]] == ["Fleurs de Maine"]
    assert [row["number"] for row in kept["orders_placed"]] == ["MO-4001"]
    assert "Roux" not in str({key: kept[key] for key in ("orders_for", "orders_placed")})


def test_nobody_is_erased_while_a_delivery_they_ordered_is_open(delivery: Delivery, sam: Membership) -> None:
    with pytest.raises(privacy.StillNeeded, match="MO-4001"):
        privacy.erase_person(person=sam.person)
    sam.person.refresh_from_db()
    assert sam.person.name == "Sam"
    assert PartnerUser.objects.count() == 1


def test_an_erased_person_orders_for_nobody_any_more(delivery: Delivery, sam: Membership) -> None:
    cancel_delivery(delivery=delivery, by=sam.person, reason="")
    reasons = privacy.reasons_to_keep(sam.person)
    assert not [reason for reason in reasons if "MO-4001" in reason]
    privacy.erase_person(person=sam.person)
    assert not PartnerUser.objects.exists()


def test_recipients_are_forgotten_after_half_a_year_and_not_before(delivery: Delivery, sam: Membership) -> None:
    pickup, drop = delivery.stops.order_by("position")
    mark_stop_done(stop=drop, at=timezone.now() - dt.timedelta(days=179), by=sam.person, received_by="Mme Roux")
    assert forget_recipients() == 0
    Stop.objects.filter(pk=drop.pk).update(finished_at=timezone.now() - dt.timedelta(days=181))
    assert (forget_recipients(), forget_recipients()) == (1, 0)
    drop.refresh_from_db()
    pickup.refresh_from_db()
    assert (drop.contact_name, drop.phone, drop.received_by, drop.place.street_address) == ("", "", "", "7 place du Ralliement")
    assert pickup.contact_name == "Fleurs de Maine"  # still open


def operator() -> Person:
    return Person.objects.create_superuser(username="root", name="Root", email="root@example.test", password="correct horse battery")


@pytest.mark.parametrize("page", ["order", "delivery", "payment", "settlement", "statement", "partner", "webhookevent"])
def test_operators_may_look_and_change_nothing(client: Client, delivery: Delivery, page: str) -> None:
    client.force_login(operator())
    assert client.get(f"/operators/orders/{page}/").status_code == 200
    assert client.get(f"/operators/orders/{page}/add/").status_code == 403


def test_an_operator_opens_an_order_of_any_collective(client: Client, delivery: Delivery) -> None:
    client.force_login(operator())
    path = f"/operators/orders/order/{delivery.order_id}/change/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"number": "X"}).status_code == 403
