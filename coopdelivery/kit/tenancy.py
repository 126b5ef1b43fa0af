"""Tenants fail closed: a query on owned rows outside `acting_for(collective)` raises instead of answering.

The mechanism knows a collective only by its id, so the ground floor may own rows too; `collectives.tenancy` is its everyday face.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import tzinfo
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.db.models.sql import Query

Row = TypeVar("Row", bound=models.Model, covariant=True)


class NoCollective(RuntimeError):
    """Owned rows were asked for while no collective was acting."""


class _Everyone:
    """All collectives at once; see `acting_for_everyone`."""


EVERYONE = _Everyone()
_acting: ContextVar[int | _Everyone | None] = ContextVar("acting_collective", default=None)
_zone: ContextVar[tuple[int, tzinfo] | None] = ContextVar("zone_of_the_acting_collective", default=None)


@contextmanager
def acting_for(collective: Any) -> Iterator[None]:
    """Owned rows are those of this collective (an instance or its id) until the block ends."""
    collective_id = collective if isinstance(collective, int) else collective.pk
    if collective_id is None:
        raise NoCollective("this collective is not saved yet")
    zone = getattr(collective, "zone", None)
    token, zone_token = _acting.set(collective_id), _zone.set((collective_id, zone) if zone else _zone.get())
    try:
        yield
    finally:
        _zone.reset(zone_token)
        _acting.reset(token)


@contextmanager
def acting_for_everyone(reason: str) -> Iterator[None]:
    """Owned rows of all collectives. Rare: the reason is read in review."""
    if len(reason) < 8:
        raise ValueError("say why every collective's rows are needed")
    token = _acting.set(EVERYONE)
    try:
        yield
    finally:
        _acting.reset(token)


def acting_id() -> int | None:
    """The acting collective's id; None when nobody or everybody acts."""
    acting = _acting.get()
    return acting if isinstance(acting, int) else None


def everyone_acts() -> bool:
    """Whether rows of all collectives are asked for; see `acting_for_everyone`."""
    return isinstance(_acting.get(), _Everyone)


def acting_zone() -> tzinfo | None:
    """The time zone of the acting collective, if somebody said `acting_for` with the collective itself and not only its id."""
    known = _zone.get()
    return known[1] if known and known[0] == acting_id() else None


class UnclaimedQuery(Query):
    """May be built (forms do, at import), never run."""

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        raise NoCollective(f"{self.model.__name__}: wrap this in acting_for(collective)" if self.model else "no collective")

    def chain(self, klass: Any = None) -> Any:
        return super().chain() if klass is None else self.get_compiler()  # update() and delete() change class


class OwnedQuerySet(models.QuerySet[Row]):
    """A queryset of owned rows; apps subclass it for their questions."""


class OwnedManager(models.Manager[Row]):
    """Only the acting collective's rows; when none acts, the query raises NoCollective as it runs.

    With questions of its own: `objects = OwnedManager.from_queryset(TaskQuerySet)()`.
    """

    _queryset_class: ClassVar[type[models.QuerySet[Any]]]  # set by Django when the class is made

    def get_queryset(self) -> models.QuerySet[Row]:
        acting = _acting.get()
        if acting is None:
            return self._queryset_class(self.model, query=UnclaimedQuery(self.model), using=self._db)
        rows = self._queryset_class(self.model, using=self._db)
        return rows if isinstance(acting, _Everyone) else rows.filter(collective_id=acting)
