"""What is written, once; who is told how."""

import datetime as dt

import pytest
from django.test import TestCase

from collectives.models import Collective, Membership
from coopdelivery.notices import services as notices
from coopdelivery.notices.kinds import Kind, UnknownKind
from coopdelivery.notices.models import Message
from tests.notices.conftest import the_message

pytestmark = pytest.mark.django_db
NINE_UTC = dt.datetime(2027, 3, 1, 9, 0, tzinfo=dt.UTC)


def tell(member: Membership | notices.Recipient, collective: Collective, key: str = "visit-1") -> list[Message]:
    to = member.person if isinstance(member, Membership) else member
    return notices.notify("visit.planned", to=to, collective_id=collective.pk, context={"at": NINE_UTC, "url": "/x/"}, subject_key=key)


def test_a_message_is_written_in_the_zone_of_the_collective(visit: Kind, dana: Membership, montreuil: Collective) -> None:
    tell(dana, montreuil)
    message = the_message(dana)
    assert message.subject == "Visit at 10:00 & more"
    assert message.text == "Hello Dana,\n\ncome at 10:00.\n"
    assert (message.short, message.url, message.state, message.why) == ("10:00 Rue Haute", "/x/", "waiting", "")
    assert "Visit at 10:00 &amp; more" in message.html


def test_the_clock_of_the_person_is_used(visit: Kind, dana: Membership, montreuil: Collective) -> None:
    dana.person.clock = "12"
    dana.person.save()
    tell(dana, montreuil)
    assert "10:00" in the_message(dana).short
    assert the_message(dana).short != "10:00 Rue Haute"


def test_told_twice_is_written_once(visit: Kind, dana: Membership, montreuil: Collective) -> None:
    with TestCase.captureOnCommitCallbacks() as woken:
        tell(dana, montreuil)
        tell(dana, montreuil)
    assert Message.objects.count() == 1
    assert len(woken) == 1


def test_another_subject_is_another_message(visit: Kind, dana: Membership, montreuil: Collective) -> None:
    tell(dana, montreuil)
    tell(dana, montreuil, key="visit-2")
    assert Message.objects.count() == 2


def test_a_push_is_only_written_for_somebody_with_a_device(visit: Kind, dana: Membership, montreuil: Collective) -> None:
    assert [message.channel for message in tell(dana, montreuil)] == ["email"]
    notices.subscribe_device(person=dana.person, endpoint="https://push.test/1", p256dh="x", auth="y", device="")
    assert [message.channel for message in tell(dana, montreuil, key="visit-2")] == ["email", "webpush"]


def test_who_chose_never_gets_nothing(visit: Kind, dana: Membership, montreuil: Collective) -> None:
    notices.save_preferences(person=dana.person, chosen={("visit.planned", "email"): "none"})
    assert tell(dana, montreuil) == []
    assert not Message.objects.exists()


def test_who_chose_the_digest_waits_for_it(visit: Kind, dana: Membership, montreuil: Collective) -> None:
    notices.save_preferences(person=dana.person, chosen={("visit.planned", "email"): "digest"})
    with TestCase.captureOnCommitCallbacks() as woken:
        tell(dana, montreuil)
    assert the_message(dana).state == Message.State.DIGEST
    assert woken == []


def test_a_person_without_mail_gets_none(visit: Kind, dana: Membership, montreuil: Collective) -> None:
    dana.person.email = None
    dana.person.save()
    assert tell(dana, montreuil) == []


def test_a_guest_gets_the_defaults_in_their_language(visit: Kind, montreuil: Collective) -> None:
    (message,) = tell(notices.Recipient(email="Rita@example.test", language="fr", name="Rita"), montreuil)
    assert (message.recipient, message.language, message.person, message.email) == ("e:rita@example.test", "fr", None, "Rita@example.test")


def test_an_unknown_kind_is_an_error(dana: Membership, montreuil: Collective) -> None:
    with pytest.raises(UnknownKind):
        notices.notify("nobody.knows", to=dana.person, collective_id=montreuil.pk, context={}, subject_key="1")


def test_a_kind_cannot_have_an_impossible_default() -> None:
    with pytest.raises(ValueError, match="webpush=digest"):
        notices.define("odd", label="", audience="everyone", default={"webpush": "digest"})


def test_what_one_may_get_follows_the_roles_one_has(visit: Kind, dana: Membership, carl: Membership) -> None:
    assert visit in notices.kinds_for(dana.person)
    assert visit not in notices.kinds_for(carl.person)
