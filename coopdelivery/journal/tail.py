"""Read the end of the journal without losing an event.

On PostgreSQL an id is given when the row is written, not when it is committed: 12 may become visible before 11. So the reader
remembers the ids it skipped and asks for them again until it is certain that they were rolled back.
"""

import time
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from coopdelivery.journal.models import Event

LONGEST_TRANSACTION_S = 30.0
SETTLED = timedelta(seconds=10)
MOST_GAPS = 1000
BATCH = 500


def position() -> int:
    """The id up to which nothing can appear any more: give it to a page, and its stream resumes from there."""
    settled = Event.objects.filter(at__lte=timezone.now() - SETTLED).order_by("-id").values_list("id", flat=True)
    return settled.first() or 0


class Tail:
    """Everything up to `top` was read, except the ids in `gaps`."""

    def __init__(self, top: int) -> None:
        self.top = top
        self.gaps: dict[int, float] = {}

    @property
    def safe(self) -> int:
        """Resuming after this id misses nothing; it may repeat."""
        return min(self.gaps) - 1 if self.gaps else self.top

    def read(self) -> list[Event]:
        """What became visible since the last call, in the order of ids."""
        self._forget_rolled_back()
        wanted = Q(pk__gt=self.top)
        if self.gaps:
            wanted |= Q(pk__in=list(self.gaps))
        events = list(Event.objects.filter(wanted).order_by("pk")[:BATCH])
        for event in events:
            self._note(event.pk)
        return events

    def _note(self, pk: int) -> None:
        if pk > self.top:
            skipped = range(max(self.top + 1, pk - MOST_GAPS), pk)
            self.gaps |= dict.fromkeys(skipped, time.monotonic())
            self.top = pk
        else:
            self.gaps.pop(pk, None)

    def _forget_rolled_back(self) -> None:
        oldest = time.monotonic() - LONGEST_TRANSACTION_S
        kept = [(pk, since) for pk, since in self.gaps.items() if since > oldest]
        self.gaps = dict(kept[-MOST_GAPS:])
