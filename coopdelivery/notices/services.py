"""Tell people what happened, as they chose to be told.

Use as `from coopdelivery.notices import services as notices`: `define` the kinds, then `notify` from a journal subscriber.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from coopdelivery.journal import services as journal
from coopdelivery.journal.wakeup import nudge
from coopdelivery.notices.channels import CHANNELS
from coopdelivery.notices.kinds import Kind, all_kinds, audience_source, choices_of, define, kind_of, kinds_for
from coopdelivery.notices.letterhead import Letterhead, letterhead_of, letterhead_source
from coopdelivery.notices.models import Channel, Message, Preference, PushSubscription, When
from coopdelivery.notices.rendering import render
from coopdelivery.people.models import Person

__all__ = [
    "Letterhead",
    "Recipient",
    "all_kinds",
    "audience_source",
    "choices_of",
    "define",
    "forget_device",
    "kinds_for",
    "letterhead_source",
    "notify",
    "push_received",
    "save_preferences",
    "subscribe_device",
    "when_for",
]
CLOCKS = {"fr": "24", "es": "24", "de": "24"}


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody without an account: whoever receives a parcel, an applicant, an invited person."""

    email: str = ""
    phone: str = ""
    language: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        return f"e:{self.email.lower()}" if self.email else f"t:{self.phone}"


@transaction.atomic
def notify(
    kind: str, *, to: Person | Recipient, collective_id: int | None, context: Mapping[str, object], subject_key: str
) -> list[Message]:
    """Write what is to be sent, once per (kind, recipient, channel, subject_key); sending follows after commit.

    `context` feeds the kind's templates; its `url` is where a push leads. Call it twice and nothing is sent twice.
    """
    spec, letterhead = kind_of(kind), letterhead_of(collective_id)
    wanted = {channel: when for channel, when in when_for(to, spec).items() if when != When.NONE and CHANNELS[channel].reaches(to)}
    if not wanted:
        return []
    language = language_of(to, letterhead)
    clock = to.clock if isinstance(to, Person) else "24"
    words = render(spec, {**context, "to": to}, language=language, clock=clock, letterhead=letterhead)
    written = []
    for channel, when in wanted.items():
        message, created = Message.objects.get_or_create(
            kind=kind,
            recipient=recipient_key(to),
            channel=channel,
            subject_key=subject_key,
            defaults={
                "person": to if isinstance(to, Person) else None,
                "email": to.email or "",
                "phone": to.phone,
                "language": language,
                "collective_id": collective_id,
                "subject": words.subject,
                "short": words.short,
                "text": words.text,
                "html": words.html,
                "url": str(context.get("url", "")),
                "state": Message.State.DIGEST if when == When.DIGEST else Message.State.WAITING,
            },
        )
        written.append(message)
        if created and message.state == Message.State.WAITING:
            send_soon(message)
    return written


def send_soon(message: Message) -> None:
    """Wake a worker for the message once it is committed; a lost wake-up is swept."""
    transaction.on_commit(partial(nudge, "coopdelivery.notices.tasks.send_message", message.pk), robust=True)


def recipient_key(to: Person | Recipient) -> str:
    return f"p:{to.pk}" if isinstance(to, Person) else to.key


def language_of(to: Person | Recipient, letterhead: Letterhead) -> str:
    known = dict(settings.LANGUAGES)
    return next((code for code in (to.language, letterhead.language) if code in known), settings.LANGUAGE_CODE)


def when_for(to: Person | Recipient, kind: Kind) -> dict[str, str]:
    """Channel → when, as the person chose; guests get the kind's defaults, and never wait for a digest."""
    if isinstance(to, Recipient):
        return {channel: When.NOW if kind.when(channel) != When.NONE else When.NONE for channel in Channel.values}
    return wishes_of(to, [kind])[kind.key]


def wishes_of(person: Person, kinds: Iterable[Kind]) -> dict[str, dict[str, str]]:
    """For each kind (by its key) channel → when, as the person chose: one query."""
    listed = list(kinds)
    rows = Preference.objects.filter(person=person, kind__in=[kind.key for kind in listed]).values_list("kind", "channel", "when")
    chosen = {(kind, channel): when for kind, channel, when in rows}
    return {kind.key: {channel: chosen.get((kind.key, channel), kind.when(channel)) for channel in Channel.values} for kind in listed}


@transaction.atomic
def save_preferences(*, person: Person, chosen: Mapping[tuple[str, str], str]) -> None:
    """Store (kind, channel) → when for the person, all in one go; what equals the default is stored too, so a new default moves nobody."""
    rows = [Preference(person=person, kind=kind, channel=channel, when=when) for (kind, channel), when in chosen.items()]
    Preference.objects.bulk_create(rows, update_conflicts=True, unique_fields=["person", "kind", "channel"], update_fields=["when"])


@transaction.atomic
def subscribe_device(*, person: Person, endpoint: str, p256dh: str, auth: str, device: str) -> PushSubscription:
    """Pushes for the person go to this browser too; a browser belongs to whoever signed in last."""
    subscription, _created = PushSubscription.objects.update_or_create(
        endpoint=endpoint, defaults={"person": person, "p256dh": p256dh, "auth": auth, "device": device[:120]}
    )
    return subscription


@transaction.atomic
def push_received(*, ref: UUID) -> bool:
    """The phone says that this push arrived; only the first time counts. Whether there was such a push that was not heard of yet."""
    waiting = Message.objects.filter(ref=ref, channel=Channel.PUSH, received_at=None).exclude(person=None)
    if not waiting.update(received_at=timezone.now()):
        return False
    row = Message.objects.select_related("person").get(ref=ref)
    journal.record(
        "message.received",
        subject=row.ref,
        collective_id=row.collective_id,
        by=row.person,
        kind=row.kind,
        about=row.subject_key,
    )
    return True


def forget_device(*, person: Person, endpoint: str) -> bool:
    """Whether there was such a device of the person."""
    gone, _rows = PushSubscription.objects.filter(person=person, endpoint=endpoint).delete()
    return bool(gone)
