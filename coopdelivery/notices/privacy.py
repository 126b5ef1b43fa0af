"""What this floor keeps about a person: exported with the rest, blanked when the person is erased."""

from coopdelivery.notices.models import Message, Preference, PushSubscription
from coopdelivery.people.models import Person
from coopdelivery.people.privacy import eraser, exports


@exports("messages")
def messages_of(person: Person) -> list[dict[str, object]]:
    rows = Message.objects.filter(person=person).order_by("id")
    return [dict(row) for row in rows.values("kind", "channel", "subject", "text", "state", "created_at", "sent_at", "why")]


@exports("message_preferences")
def preferences_of(person: Person) -> list[dict[str, object]]:
    return [dict(row) for row in Preference.objects.filter(person=person).order_by("kind", "channel").values("kind", "channel", "when")]


@exports("push_devices")
def devices_of(person: Person) -> list[dict[str, object]]:
    return [dict(row) for row in PushSubscription.objects.filter(person=person).order_by("id").values("device", "created_at", "last_ok_at")]


@eraser
def forget(person: Person) -> None:
    """The log keeps that something was sent and when; the words and addresses go."""
    PushSubscription.objects.filter(person=person).delete()
    Preference.objects.filter(person=person).delete()
    mine = Message.objects.filter(person=person)
    mine.filter(state__in=[Message.State.WAITING, Message.State.DIGEST]).update(state=Message.State.HELD)
    mine.filter(kind="account").delete()
    mine.update(email="", phone="", subject="", short="", text="", html="", url="")
