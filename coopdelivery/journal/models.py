"""One table of past-tense facts, written with the fact, and the errands that follow from them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone


class Event(models.Model):
    """Something happened. Never edited; the id is the order in which live screens read.

    `at_hand` is not kept: rows the recorder has just written, for those who listen within the same transaction.
    """

    at_hand: Sequence[Any] = ()
    name = models.CharField(max_length=60)
    subject = models.CharField(max_length=64)
    collective_id = models.BigIntegerField(null=True)
    by_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=12)
    at = models.DateTimeField(default=timezone.now)
    data = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["collective_id", "id"], name="event_of_collective"),
            models.Index(fields=["subject", "id"], name="event_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject}"


class Errand(models.Model):
    """What one subscriber still has to do about one event. The row is the promise; the broker only wakes the worker."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="errands")
    subscriber = models.CharField(max_length=120)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    why = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["event", "subscriber"], name="errand_once")]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="errand_waiting", condition=models.Q(done_at=None, given_up_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} for event {self.event_id}"
