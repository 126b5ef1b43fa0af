"""The link under every mail that stops this kind of mail, without signing in."""

from django.conf import settings
from django.urls import reverse

from coopdelivery.kit.refs import sign, unsign
from coopdelivery.notices.kinds import UnknownKind, kind_of
from coopdelivery.notices.models import Channel, Message, Preference, When
from coopdelivery.people.models import Person

PURPOSE = "stop-mail"
NEVER_STOPPED = {"account", "test"}


def stop_url(message: Message) -> str:
    """The signed link for this kind and person; empty for guests and for mail people asked for themselves."""
    if message.person is None or message.kind in NEVER_STOPPED:
        return ""
    return settings.BASE_URL + reverse("notices:stop", args=[sign(f"{message.person.ref.hex}:{message.kind}", purpose=PURPOSE)])


def read_stop(token: str) -> tuple[Person, str]:
    """Whom and what the link is about. Raises BadLink, or Person.DoesNotExist when the account is gone."""
    ref, _, kind = unsign(token, purpose=PURPOSE).partition(":")
    return Person.objects.get(ref=ref), kind


def label_of(kind: str) -> str:
    try:
        return str(kind_of(kind).label)
    except UnknownKind:
        return ""


def stop_mail(*, person: Person, kind: str) -> None:
    """No more mail of this kind; for the digest, of every kind that was in it."""
    kinds = [kind] if kind != "digest" else list(kinds_in_digests(person))
    for key in kinds:
        Preference.objects.update_or_create(person=person, kind=key, channel=Channel.EMAIL, defaults={"when": When.NONE})


def kinds_in_digests(person: Person) -> set[str]:
    rows = Message.objects.filter(person=person, state=Message.State.DIGEST)
    return set(rows.values_list("kind", flat=True))
