"""Rounds as wholes: made ahead, named, given, taken back, renamed, removed. Each can be taken back with Ctrl+Z."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.models import Membership, Vehicle
from collectives.tenancy import acting_id
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from dispatch.models import PlanChange, Round, Task
from dispatch.services.gesture import locked_rounds, note_change
from dispatch.services.refusals import CannotMove
from dispatch.services.who import planner, volunteer

COLOURS = 9
KEPT = ("name", "colour", "courier_id", "on", "starts_at", "hidden", "vehicle_id", "trailer_id")


def loose_round_of(courier: Membership, day: date) -> Round:
    """The courier's round without a name for that day: what they were given stop by stop. Made when it is first needed."""
    return Round.objects.get_or_create(
        courier=courier, on=day, name="", defaults={"collective_id": courier.collective_id, "colour": courier.colour}
    )[0]


def card(row: Round) -> dict[str, Any]:
    """What undo needs to know of a round, as JSON; instants in UTC, so that the same one is written the same."""
    values = {name: getattr(row, name) for name in KEPT}
    return {name: _as_text(value) for name, value in values.items()}


def _as_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


@transaction.atomic
def create_round(*, on: date, name: str, by: Person, colour: int | None = None, starts_at: datetime | None = None) -> Round:
    """A named round with nobody on it. Raises NotAPlanner, CannotMove (no name, or a name taken that day)."""
    _member, source = planner(by)
    collective_id = acting_id()
    if collective_id is None:
        raise RuntimeError("a round belongs to a collective: use acting_for(collective)")
    chosen = colour or Round.objects.filter(on=on).exclude(name="").count() % COLOURS + 1
    with name_is_free(name):
        row = Round.objects.create(collective_id=collective_id, on=on, name=free_name(name, on), colour=chosen, starts_at=starts_at)
    note_change(
        verb="create",
        by=by,
        source=source,
        on=on,
        collective_id=collective_id,
        rounds=[row],
        before={"rounds": {str(row.ref): None}},
        after={"rounds": {str(row.ref): card(row)}},
    )
    journal.record("round.created", subject=row.ref, collective_id=collective_id, by=by, called=row.name, on=on.isoformat())
    return row


@transaction.atomic
def give_round(*, round: Round, courier: Membership | None, by: Person, version: int | None = None) -> PlanChange:
    """Give the whole round to a courier, or take it back (None): its stops and their order stay.

    Raises NotAPlanner, StaleRound, CannotMove (for loose stops, or for somebody who does not ride).
    """
    _member, source = planner(by)
    row = locked_round(round, version)
    if not row.name:
        raise CannotMove(_("These are loose stops, not a round: select them and give them."), field="round")
    if courier is not None and (not courier.is_active or "courier" not in courier.roles):
        raise CannotMove(_("%(name)s does not ride for this co-op.") % {"name": courier.person.name}, field="courier")
    before = card(row)
    Round.objects.filter(pk=row.pk).update(courier=courier)
    Task.objects.filter(round=row).update(seen_at=None, arrived_at=None, sent_at=timezone.now() if courier else None)
    row.courier = courier
    change = _noted(row, before, verb="give" if courier else "take_back", by=by, source=source)
    record_given(row, previous=before["courier_id"], by=by)
    return change


@transaction.atomic
def take_round(*, round: Round, by: Person, version: int | None = None) -> PlanChange:
    """A courier takes a round that nobody rides, where the members decided that they may. Raises NotAPlanner, StaleRound, CannotMove."""
    courier, source = volunteer(by)
    row = locked_round(round, version)
    before = card(row)
    if not row.name or row.hidden or not Round.objects.filter(pk=row.pk, courier=None).update(courier=courier):
        raise CannotMove(_("Somebody has this round already."), field="round")
    row.courier = courier
    Task.objects.filter(round=row).update(seen_at=None, arrived_at=None, sent_at=timezone.now())
    change = _noted(row, before, verb="give", by=by, source=source)
    record_given(row, previous=None, by=by)
    return change


def record_given(row: Round, *, previous: int | None, by: Person) -> None:
    """The whole round changed hands: `courier` is the membership that has it now, `previous` the one that had it."""
    journal.record(
        "round.given",
        subject=row.ref,
        collective_id=row.collective_id,
        by=by,
        courier=row.courier_id,
        previous=previous,
        couriers=sorted({key for key in (row.courier_id, previous) if key}),
        rounds=[str(row.ref)],
        count=Task.objects.live().filter(round=row).count(),
    )


@transaction.atomic
def change_round(*, round: Round, by: Person, version: int | None = None, **values: Any) -> PlanChange:
    """Change a round's `name`, `colour`, `starts_at`, `hidden`, `vehicle` or `trailer`. Raises NotAPlanner, StaleRound, CannotMove."""
    _member, source = planner(by)
    row = locked_round(round, version)
    if "name" in values and values["name"] != row.name:
        if not row.name:
            raise CannotMove(_("Loose stops have no name. Make a round and move them there."), field="name")
        values["name"] = free_name(values["name"], row.on)
    before = card(row)
    for name, value in values.items():
        setattr(row, _field(name), value.pk if isinstance(value, Vehicle) else value)
    with name_is_free(row.name):
        row.save(update_fields=[_field(name) for name in values])
    change = _noted(row, before, verb="change", by=by, source=source)
    journal.record(
        "round.changed", subject=row.ref, collective_id=row.collective_id, by=by, rounds=[str(row.ref)], before=before, after=card(row)
    )
    return change


def rename_round(*, round: Round, name: str, by: Person, version: int | None = None) -> PlanChange:
    return change_round(round=round, name=name, by=by, version=version)


@transaction.atomic
def delete_round(*, round: Round, by: Person, version: int | None = None) -> PlanChange:
    """Remove a round that holds nothing. Raises CannotMove when it holds stops."""
    _member, source = planner(by)
    row = locked_round(round, version)
    if Task.objects.filter(round=row).exists():
        raise CannotMove(_("“%(name)s” still holds stops. Move them first.") % {"name": row}, field="round")
    before = card(row)
    ref, on, collective_id = str(row.ref), row.on, row.collective_id
    change = note_change(
        verb="delete",
        by=by,
        source=source,
        on=on,
        collective_id=collective_id,
        rounds=[row],
        before={"rounds": {ref: before}},
        after={"rounds": {ref: None}},
    )
    row.delete()
    return change


def _field(name: str) -> str:
    field = f"{name}_id" if name in {"vehicle", "trailer"} else name
    if field not in KEPT or field in {"courier_id", "on"}:
        raise ValueError(f"{name} of a round is not changed like this")
    return field


def locked_round(row: Round, version: int | None) -> Round:
    return locked_rounds([row.pk], None if version is None else {str(row.ref): version})[row.pk]


def _noted(row: Round, before: dict[str, Any], *, verb: str, by: Person, source: str) -> PlanChange:
    return note_change(
        verb=verb,
        by=by,
        source=source,
        on=row.on,
        collective_id=row.collective_id,
        rounds=[row],
        before={"rounds": {str(row.ref): before}},
        after={"rounds": {str(row.ref): card(row)}},
    )


@contextmanager
def name_is_free(name: str) -> Iterator[None]:
    """Two people may choose one name at the same moment: the database takes the first. Raises CannotMove."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise CannotMove(_("There is a round “%(name)s” that day already.") % {"name": name}, field="name") from error


def free_name(name: str, on: date) -> str:
    """The name without stray blanks. Raises CannotMove when there is none, or another round has it that day."""
    wanted = " ".join(name.split())[:60]
    if not wanted:
        raise CannotMove(_("Give the round a name."), field="name")
    if Round.objects.filter(on=on, name__iexact=wanted).exists():
        raise CannotMove(_("There is a round “%(name)s” that day already.") % {"name": wanted}, field="name")
    return wanted
