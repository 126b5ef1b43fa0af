"""Claim, send, note the outcome, try again, give up."""

import datetime as dt

import pytest
import time_machine
from pytest_django import Settings

from collectives.models import Collective, Membership
from coopdelivery.notices import sending, tasks
from coopdelivery.notices.kinds import Kind
from coopdelivery.notices.models import Message
from tests.notices.conftest import Postbox, the_message
from tests.notices.test_outbox import tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(visit: Kind, dana: Membership, montreuil: Collective, postbox: Postbox) -> Message:
    montreuil.email = "office@montreuil.test"
    montreuil.save()
    tell(dana, montreuil)
    return the_message(dana)


def test_a_mail_goes_out_by_smtp(written: Message, postbox: Postbox, settings: Settings) -> None:
    tasks.send_message(written.pk)
    (letter,) = postbox.letters
    assert letter["To"] == "dana@montreuil.test"
    assert letter["From"] == '"Montreuil" <no-reply@localhost>'.replace('"', "")
    assert (letter["Reply-To"], letter["Subject"]) == ("office@montreuil.test", "Visit at 10:00 & more")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Unsubscribe"].strip().startswith("<http://testserver/account/notices/stop/")
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    written.refresh_from_db()
    assert (written.state, written.why) == ("sent", f"Accepted by 127.0.0.1:{settings.EMAIL_PORT}")
    assert written.sent_at is not None


def test_sent_once_however_often_asked(written: Message, postbox: Postbox) -> None:
    assert sending.send(written.pk) is not None
    assert sending.send(written.pk) is None
    assert len(postbox.letters) == 1


def test_a_passing_refusal_is_tried_again_later(written: Message, postbox: Postbox) -> None:
    postbox.refusal = "451 come back later"
    sending.send(written.pk)
    written.refresh_from_db()
    assert (written.state, written.attempts) == ("waiting", 1)
    assert "451 come back later" in written.why
    assert sending.waiting() == []
    postbox.refusal = ""
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=31)):
        assert tasks.send_waiting() == 1
    assert len(postbox.letters) == 1


def test_a_lasting_refusal_is_not_tried_again(written: Message, postbox: Postbox) -> None:
    postbox.refusal = "550 no such person"
    sending.send(written.pk)
    written.refresh_from_db()
    assert (written.state, written.why) == ("failed", "The mail server answered 550 no such person")


def test_after_six_tries_it_is_given_up(written: Message, postbox: Postbox) -> None:
    postbox.refusal = "451 come back later"
    now = dt.datetime.now(dt.UTC)
    for hours in range(0, 36, 6):
        with time_machine.travel(now + dt.timedelta(hours=hours)):
            tasks.send_waiting()
    written.refresh_from_db()
    assert (written.state, written.attempts) == ("failed", 6)


def test_a_mail_server_that_is_down_fails_nothing_else(written: Message, settings: Settings) -> None:
    settings.EMAIL_PORT = 1
    sending.send(written.pk)
    written.refresh_from_db()
    assert written.state == "waiting"
    assert written.why.startswith("The mail server did not answer:")


def test_a_sender_that_died_is_relieved_after_its_lease(written: Message, postbox: Postbox) -> None:
    assert sending.claim(written.pk) is not None
    assert sending.send(written.pk) is None
    with time_machine.travel(dt.datetime.now(dt.UTC) + sending.LEASE + dt.timedelta(seconds=1)):
        assert tasks.send_waiting() == 1
    assert len(postbox.letters) == 1


def test_an_address_taken_away_in_between_fails_for_good(written: Message, dana: Membership, postbox: Postbox) -> None:
    dana.person.email = None
    dana.person.save()
    Message.objects.update(email="")
    sending.send(written.pk)
    written.refresh_from_db()
    assert (written.state, postbox.letters) == ("failed", [])


def test_a_demo_sends_nothing_to_another_machine(written: Message, postbox: Postbox, settings: Settings) -> None:
    settings.DEMO, settings.EMAIL_HOST = True, "mail.example.org"
    sending.send(written.pk)
    written.refresh_from_db()
    assert (written.state, written.why) == ("held", "Not sent: this is a demo, nothing leaves it.")


def test_a_demo_sends_to_its_own_mailbox(written: Message, postbox: Postbox, settings: Settings) -> None:
    settings.DEMO = True
    sending.send(written.pk)
    assert len(postbox.letters) == 1
