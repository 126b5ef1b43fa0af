"""Whole rounds taken apart, put together and moved: each is one gesture, with one author, taken back by one Ctrl+Z."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.models import Collective, Membership, Vehicle
from collectives.selectors import acting_collective, opening_calendar
from coopdelivery.journal import services as journal
from coopdelivery.kit.windows import on_day
from coopdelivery.people.models import Person
from dispatch.models import PlanChange, Round, Task, TaskStatus
from dispatch.services import ordering
from dispatch.services.arrivals import refresh_arrivals
from dispatch.services.gesture import Ref, Spot, Versions, locked_rounds, locked_tasks, tasks_of
from dispatch.services.plan import FINISHED, Cards, carry_out, movable
from dispatch.services.refusals import CannotMove
from dispatch.services.rounds import COLOURS, card, free_name, locked_round, name_is_free, record_given
from dispatch.services.who import planner

LOOK_AHEAD = 21


@transaction.atomic
def make_round(
    *,
    on: date,
    name: str,
    tasks: Sequence[Ref],
    by: Person,
    versions: Versions | None = None,
    courier: Membership | None = None,
    colour: int | None = None,
    starts: time | None = None,
    vehicle: Vehicle | None = None,
    trailer: Vehicle | None = None,
    verb: str = "create",
) -> tuple[Round, PlanChange]:
    """A named round with these stops in it, in this order. `starts` is the collective's wall clock.

    Raises NotAPlanner, CannotMove, StaleRound.
    """
    _member, source = planner(by)
    collective = acting_collective()
    asked = tasks_of(tasks) if tasks else []
    rounds = locked_rounds([task.round_id for task in asked], versions, about=asked[0].where if asked else "")
    moving = movable(asked, rounds) if asked else []
    with name_is_free(name):
        row = Round.objects.create(
            collective=collective,
            on=on,
            name=free_name(name, on),
            colour=colour or Round.objects.filter(on=on).exclude(name="").count() % COLOURS + 1,
            starts_at=_instant(on, starts, collective.zone),
            courier=courier,
            vehicle=vehicle,
            trailer=trailer,
        )
    rounds[row.pk] = row
    spots = {pk: Spot(row.pk, place, on) for pk, place in ordering.place([], [task.pk for task in moving], 0).items()}
    made: tuple[Cards, Cards] = ({str(row.ref): None}, {str(row.ref): card(row)})
    change = carry_out(moving, spots, rounds, by=by, source=source, verb=verb, on=on, cards=made)
    journal.record("round.created", subject=row.ref, collective_id=collective.pk, by=by, called=row.name, on=on.isoformat())
    if courier is not None:
        record_given(row, previous=None, by=by)
    return row, change


def split_round(*, round: Round, first: Ref, name: str, by: Person, version: int | None = None) -> tuple[Round, PlanChange]:
    """The stops from `first` to the end become a round of their own, with the same courier and bike. Raises like `make_round`."""
    left = _live(round)
    at = next((n for n, task in enumerate(left) if str(task.ref) == str(first)), None)
    if at is None:
        raise CannotMove(_("Choose the stop with which the new round begins."), field="first")
    if at == 0 and not Task.objects.filter(round=round, status__in=FINISHED).exists():
        raise CannotMove(_("Nothing would be left in “%(name)s”. Choose a later stop.") % {"name": _called(round)}, field="first")
    return make_round(
        on=round.on,
        name=name,
        tasks=[task.ref for task in left[at:]],
        by=by,
        versions=None if version is None else {str(round.ref): version},
        courier=round.courier,
        vehicle=round.vehicle,
        trailer=round.trailer,
        verb="split",
    )


@transaction.atomic
def merge_rounds(*, round: Round, into: Round, by: Person, versions: Versions | None = None) -> PlanChange:
    """All that is to do in `round` goes to the end of `into`, in order; a named round that holds nothing then is removed."""
    _member, source = planner(by)
    if round.pk == into.pk or round.on != into.on:
        raise CannotMove(_("Choose another round of the same day."), field="into")
    asked = _live(round)
    if not asked:
        raise CannotMove(_("“%(name)s” holds nothing that could move.") % {"name": _called(round)}, field="round")
    rounds = locked_rounds([round.pk, into.pk], versions, about=asked[0].where)
    if round.pk not in rounds or into.pk not in rounds:
        raise CannotMove(_("This round does not exist any more."), field="into")
    moving = movable(asked, rounds)
    there = Task.objects.filter(round=into).order_by("position").values_list("pk", "position", "status")
    items = [ordering.Item(pk, position or 0, status in FINISHED) for pk, position, status in there]
    found = ordering.place(items, [task.pk for task in moving], len(items))
    spots = {pk: Spot(into.pk, position, into.on) for pk, position in found.items()}
    row = rounds[round.pk]
    empty = bool(row.name) and not Task.objects.filter(round=row).exclude(pk__in=[task.pk for task in moving]).exists()
    removed: tuple[Cards, Cards] = ({str(row.ref): card(row)}, {str(row.ref): None}) if empty else ({}, {})
    change = carry_out(moving, spots, rounds, by=by, source=source, verb="merge", on=into.on, cards=removed)
    if empty:
        row.delete()
    return change


@transaction.atomic
def move_round(*, round: Round, on: date, by: Person, version: int | None = None) -> PlanChange:
    """The whole round on another day, or on the next open one after it: the hour on the clock stays, the promises do too.

    Raises NotAPlanner, StaleRound, CannotMove (finished or started stops, loose stops, the past).
    """
    _member, source = planner(by)
    collective = acting_collective()
    if not round.name:
        raise CannotMove(_("These are loose stops, not a round: select them and choose the other day."), field="round")
    if on < collective.today():
        raise CannotMove(_("Choose today or a later day."), field="on_day")
    row = locked_round(round, version)
    day = next_open_day(on, collective)
    if day == row.on:
        raise CannotMove(_("“%(name)s” is on that day already.") % {"name": row}, field="on_day")
    begun = (
        Task.objects.filter(round=row)
        .exclude(status__in=[TaskStatus.TODO, TaskStatus.CANCELLED])
        .select_related("stop__place", "place")
        .first()
    )
    if begun is not None:
        words = {"stop": begun.where, "state": begun.get_status_display()}
        raise CannotMove(_("%(stop)s is %(state)s: the round stays on its day. Split it first.") % words, field="round")
    moving = list(locked_tasks(_live(row, refs=True), {row.pk: row}).values())
    before, was = card(row), row.on
    row.name = free_name(row.name, day)
    row.on, row.starts_at = day, _instant(day, _clock(row.starts_at, collective.zone), collective.zone)
    with name_is_free(row.name):
        row.save(update_fields=["on", "starts_at"])
    Task.objects.filter(round=row).update(seen_at=None, arrived_at=None, sent_at=timezone.now())
    spots = {task.pk: Spot(row.pk, task.position, day) for task in moving}
    cards: tuple[Cards, Cards] = ({str(row.ref): before}, {str(row.ref): card(row)})
    change = carry_out(moving, spots, {row.pk: row}, by=by, source=source, verb="day", on=was, cards=cards)
    if row.courier_id is not None:
        refresh_arrivals(Round.objects.filter(courier_id=row.courier_id, on=was))
    return change


def next_open_day(on: date, collective: Collective) -> date:
    """The day itself when deliveries are taken on it, else the next one within three weeks, else the day itself."""
    calendar = opening_calendar(collective)
    ahead = (on + timedelta(days=n) for n in range(LOOK_AHEAD))
    return next((day for day in ahead if calendar.windows(day)), on)


def _live(row: Round, *, refs: bool = False) -> list[Any]:
    found = Task.objects.live().filter(round=row).select_related("stop__place", "place").order_by("position")
    return list(found.values_list("ref", flat=True)) if refs else list(found)


def _called(row: Round) -> str:
    return row.name or (row.courier.person.first_name if row.courier else "")


def _clock(instant: datetime | None, zone: ZoneInfo) -> time | None:
    return timezone.localtime(instant, zone).time() if instant else None


def _instant(on: date, starts: time | None, zone: ZoneInfo) -> datetime | None:
    return on_day(on, starts, starts, zone).start if starts else None
