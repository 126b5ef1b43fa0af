"""One e-mail a day with what a person chose to read in the evening."""

from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from coopdelivery.notices.kinds import define
from coopdelivery.notices.letterhead import letterhead_of
from coopdelivery.notices.models import Channel, Message
from coopdelivery.notices.rendering import render
from coopdelivery.notices.services import language_of, send_soon

DIGEST_HOUR = 18
DIGEST = define("digest", label="", audience="nobody", default={})


def write_digests(now: datetime | None = None) -> int:
    """Write the digest of everyone whose evening has come; how many. Running it again the same evening writes nothing."""
    instant = now or timezone.now()
    items: dict[int, list[Message]] = defaultdict(list)
    rows = Message.objects.filter(state=Message.State.DIGEST, part_of=None, person__is_active=True)
    for message in rows.select_related("person").order_by("person_id", "id"):
        items[message.person_id or 0].append(message)
    return sum(write_digest(found, instant) for found in items.values())


@transaction.atomic
def write_digest(items: list[Message], now: datetime) -> bool:
    """One digest for one person, in the zone of the collective that wrote last; False before the hour or when today's is written."""
    person, letterhead = items[-1].person, letterhead_of(items[-1].collective_id)
    local = now.astimezone(letterhead.zone)
    if person is None or not person.email or local.hour < DIGEST_HOUR:
        return False
    language = language_of(person, letterhead)
    context = {"items": items, "day": local.date(), "to": person}
    words = render(DIGEST, context, language=language, clock=person.clock, letterhead=letterhead)
    digest, created = Message.objects.get_or_create(
        kind=DIGEST.key,
        recipient=f"p:{person.pk}",
        channel=Channel.EMAIL,
        subject_key=local.date().isoformat(),
        defaults={
            "person": person,
            "email": person.email,
            "language": language,
            "subject": words.subject,
            "short": words.short,
            "text": words.text,
            "html": words.html,
        },
    )
    if created:
        Message.objects.filter(pk__in=[item.pk for item in items], part_of=None).update(part_of=digest)
        send_soon(digest)
    return created
