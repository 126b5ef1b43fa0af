"""Repeats: made, paused, ended, and ordered exactly once for each of their dates."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectives.models import ClosedDay, Collective
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from orders.models import Delivery, Occurrence, Order, Partner, Repeat
from orders.public_holidays import is_public_holiday
from orders.refusals import KeyReused, Refused
from orders.repeats.dates import LOOK_FOR_OPEN, BadRule, Span, checked_rule, dates_between, next_open
from orders.repeats.request import request_on, template_of, with_hours
from orders.services.place import place_delivery

State = Occurrence.State


class BadRepeat(Refused):
    code = "bad_repeat"
    sentence = gettext_lazy("This rule has no days. Choose at least one day of the week.")


class EndsTooEarly(Refused):
    code = "ends_too_early"
    sentence = gettext_lazy("The last day lies before the first. Choose a later one.")


def add_repeat(
    *,
    partner: Partner,
    like: Delivery,
    name: str,
    rule: str,
    first_on: date,
    last_on: date | None,
    hours: tuple[time, time],
    on_holiday: str,
    by: Person | None,
) -> Repeat:
    """Order what `like` was again by the rule, in these wall-clock hours. Raises BadRepeat, EndsTooEarly."""
    if last_on is not None and last_on < first_on:
        raise EndsTooEarly("last_on")
    try:
        kept = checked_rule(rule)
    except BadRule as error:
        raise BadRepeat("weekdays") from error
    template = with_hours(template_of(like, partner, partner.collective.zone), *hours)
    with transaction.atomic():
        repeat = Repeat.objects.create(
            collective_id=partner.collective_id,
            partner=partner,
            name=name.strip()[:80],
            rule=kept,
            first_on=first_on,
            last_on=last_on,
            on_holiday=on_holiday,
            template=template,
            created_by=by,
        )
        _told("repeat.added", repeat, by, rule=kept, first_on=first_on.isoformat())
    return repeat


@transaction.atomic
def pause_repeat(*, repeat: Repeat, first: date, last: date | None, by: Person | None) -> None:
    """Nothing is ordered for these days (both included; no end: until it goes on). Raises EndsTooEarly."""
    if last is not None and last < first:
        raise EndsTooEarly("paused_until")
    Repeat.objects.filter(pk=repeat.pk).update(paused_from=first, paused_until=last)
    _told("repeat.paused", repeat, by, first=first.isoformat(), last=last.isoformat() if last else "")


@transaction.atomic
def resume_repeat(*, repeat: Repeat, by: Person | None) -> None:
    Repeat.objects.filter(pk=repeat.pk).update(paused_from=None, paused_until=None)
    _told("repeat.resumed", repeat, by)


@transaction.atomic
def leave_out(*, repeat: Repeat, on: date, by: Person | None) -> None:
    """One date less; when it is ordered already the delivery stays, to be cancelled like any other."""
    locked = Repeat.objects.select_for_update().get(pk=repeat.pk)
    locked.left_out = sorted({*locked.left_out, on.isoformat()})
    locked.save(update_fields=["left_out"])
    _told("repeat.date_left_out", repeat, by, on=on.isoformat())


@transaction.atomic
def end_repeat(*, repeat: Repeat, by: Person | None) -> None:
    """For good; what is ordered stays ordered."""
    if Repeat.objects.filter(pk=repeat.pk, ended_at=None).update(ended_at=timezone.now()):
        _told("repeat.ended", repeat, by)


def try_again(*, repeat: Repeat, on: date) -> Occurrence:
    """A date that was refused, once more: whatever was wrong may have been put right."""
    Occurrence.objects.filter(repeat=repeat, on=on, state=State.REFUSED).update(state=State.WAITING, why="")
    return order_date(repeat, on)


def dates_of(repeat: Repeat, first: date, last: date) -> list[date]:
    """The rule's dates, without what was left out or is paused."""
    pauses = [Span(repeat.paused_from, repeat.paused_until)] if repeat.paused_from else []
    without = {date.fromisoformat(day) for day in repeat.left_out}
    until = min(last, repeat.last_on) if repeat.last_on else last
    return dates_between(repeat.rule, repeat.first_on, first, until, without=without, pauses=pauses)


def order_due(collective: Collective) -> int:
    """Order every date that has come near, of every living repeat; how many deliveries are new. Twice at once is the same as once."""
    today = collective.today()
    rows = Repeat.objects.filter(ended_at=None, partner__is_active=True, first_on__lte=today + timedelta(days=31))
    placed = 0
    for repeat in rows.select_related("partner__collective", "partner__place", "partner__price_list").order_by("pk"):
        decided = set(Occurrence.objects.filter(repeat=repeat, on__gte=today).exclude(state=State.WAITING).values_list("on", flat=True))
        for day in dates_of(repeat, today, today + timedelta(days=repeat.days_ahead)):
            if day not in decided:
                placed += order_date(repeat, day).state == State.PLACED
    return placed


def order_date(repeat: Repeat, on: date) -> Occurrence:
    """The occurrence of that date, decided now unless it was before. The order's key is the repeat and the date: killed and begun
    again, or done by two at once, it is one delivery. What is refused is written down and not tried again by itself."""
    row, _created = Occurrence.objects.get_or_create(repeat=repeat, on=on, defaults={"collective_id": repeat.collective_id})
    if row.state != State.WAITING:
        return row
    day = _day_for(repeat, on)
    if day is None:
        return _decide(row, State.SKIPPED, why=_("A public holiday or a closed day."))
    key = f"repeat:{repeat.ref.hex}:{on}"
    try:
        with journal.source("rule"):
            request = request_on(repeat.template, day, repeat.partner.collective.zone)
            delivery = place_delivery(request=request, partner=repeat.partner, by=None, idempotency_key=key)
    except KeyReused:  # ordered before the repeat was changed
        return _decide(row, State.PLACED, delivery=Order.objects.get(idempotency_key=key).deliveries.first())
    except Refused as refused:
        return _decide(row, State.REFUSED, why=str(refused)[:300])
    return _decide(row, State.PLACED, delivery=delivery)


def _day_for(repeat: Repeat, on: date) -> date | None:
    """The day on which the date is delivered; None when it is left out for a holiday or a closed day."""
    if repeat.on_holiday == Repeat.OnHoliday.AS_USUAL:
        return on
    last = on + timedelta(days=LOOK_FOR_OPEN)
    country = repeat.partner.collective.country
    days = [on + timedelta(days=n) for n in range(LOOK_FOR_OPEN + 1)]
    closed = {day for day in days if is_public_holiday(day, country)}
    closed |= set(ClosedDay.objects.filter(day__range=(on, last)).values_list("day", flat=True))
    if repeat.on_holiday == Repeat.OnHoliday.SKIP:
        return None if on in closed else on
    return next_open(on, closed)


def _decide(row: Occurrence, state: str, *, why: str = "", delivery: Delivery | None = None) -> Occurrence:
    """The first answer counts; a refusal is news for the co-op."""
    values: Mapping[str, Any] = {"state": state, "why": why, "delivery": delivery, "at": timezone.now()}
    with transaction.atomic():
        if Occurrence.objects.filter(pk=row.pk, state=State.WAITING).update(**values) and state == State.REFUSED:
            _told("repeat.refused", row.repeat, None, on=row.on.isoformat(), why=why)
    row.refresh_from_db()
    return row


def _told(event: str, repeat: Repeat, by: Person | None, **data: object) -> None:
    journal.record(event, subject=repeat.ref, collective_id=repeat.collective_id, by=by, repeat=repeat.name, **data)
