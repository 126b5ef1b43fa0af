"""The everyday face of tenancy: rows owned by a collective, and who is acting."""

from django.db import models

from coopdelivery.kit.tenancy import (
    EVERYONE,
    NoCollective,
    OwnedManager,
    OwnedQuerySet,
    acting_for,
    acting_for_everyone,
    acting_id,
    acting_zone,
)

__all__ = [
    "EVERYONE",
    "NoCollective",
    "Owned",
    "OwnedManager",
    "OwnedQuerySet",
    "acting_for",
    "acting_for_everyone",
    "acting_id",
    "acting_zone",
]


class Owned(models.Model):
    """A row of one collective. `objects` answers only inside `acting_for(collective)`."""

    collective = models.ForeignKey("collectives.Collective", on_delete=models.PROTECT, related_name="+")
    objects = OwnedManager()

    class Meta:
        abstract = True
