"""Deliveries as people read them in a list: where, who, when, what happened. A constant number of queries for any page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collectives.models import Collective
from collectives.tenancy import acting_id
from coopdelivery.journal.models import Event
from coopdelivery.kit import words
from coopdelivery.kit.windows import day_bounds
from orders.models import Delivery, DeliveryStatus, Stop, StopKind, StopStatus
from orders.outlook import Arrival, arrivals
from orders.proofs import Picture, pictures_of

GLYPHS = {
    DeliveryStatus.AWAITING_PAYMENT: "wait",
    DeliveryStatus.PLACED: "wait",
    DeliveryStatus.PICKED_UP: "go",
    DeliveryStatus.DELIVERED: "ok",
    DeliveryStatus.FAILED: "failed",
    DeliveryStatus.CANCELLED: "off",
}
COUNTED = 1000
OPEN = (DeliveryStatus.AWAITING_PAYMENT, DeliveryStatus.PLACED, DeliveryStatus.PICKED_UP)
# chip → its words and the states it shows
CHIPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "": (gettext_lazy("All"), ()),
    "open": (gettext_lazy("Under way"), OPEN),
    "done": (gettext_lazy("Delivered"), (DeliveryStatus.DELIVERED,)),
    "failed": (gettext_lazy("To decide"), (DeliveryStatus.FAILED,)),
    "cancelled": (gettext_lazy("Cancelled"), (DeliveryStatus.CANCELLED,)),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to: a state, a local day, words."""

    state: str = ""
    on: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    delivery: Delivery
    pickup: Stop | None
    drops: list[Stop]
    arrival: Arrival | None
    happened: str
    glyph: str
    pictures: list[Picture]

    @property
    def towards(self) -> str:
        """The recipient's name, or how many drops."""
        if len(self.drops) == 1:
            return self.drops[0].contact_name or self.drops[0].place.street_address
        return ngettext("%(count)d drop", "%(count)d drops", len(self.drops)) % {"count": len(self.drops)}

    @property
    def address(self) -> str:
        return ", ".join(stop.place.street_address for stop in self.drops[:3])

    @property
    def last_finished(self) -> datetime | None:
        done = [stop.finished_at for stop in self.drops if stop.finished_at]
        return max(done) if done and self.delivery.status in {DeliveryStatus.DELIVERED, DeliveryStatus.FAILED} else None

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """From the first promise to the last."""
        if not self.drops:
            return None
        return min(stop.window_start for stop in self.drops), max(stop.window_end for stop in self.drops)

    @property
    def cancellable(self) -> bool:
        return self.delivery.status in {DeliveryStatus.PLACED, DeliveryStatus.AWAITING_PAYMENT}


def filtered(rows: QuerySet[Delivery], filters: Filters, zone: ZoneInfo, *, with_state: bool = True) -> QuerySet[Delivery]:
    """`with_state=False` leaves the state out, to count the chips."""
    if with_state and CHIPS[filters.state][1]:
        rows = rows.filter(status__in=CHIPS[filters.state][1])
    stops = Stop.objects.filter(delivery=OuterRef("pk"))
    if filters.on:
        start, end = day_bounds(filters.on, zone)
        rows = rows.filter(Exists(stops.filter(window_start__gte=start, window_start__lt=end)))
    if filters.text:
        said = Q(contact_name__icontains=filters.text) | Q(place__street_address__icontains=filters.text)
        rows = rows.filter(Q(number__icontains=filters.text) | Exists(stops.filter(said)))
    return rows


class HowMany(Subquery):
    """The number of rows of a query, itself part of one: what has an end is counted to its end and no further."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


def counts(rows: QuerySet[Delivery]) -> dict[str, int]:
    """How many each chip would show, up to COUNTED, in one query: years of finished deliveries are not counted through."""
    chips = {chip: rows.filter(status__in=states) if states else rows for chip, (_label, states) in CHIPS.items()}
    asked = [HowMany(each.order_by().values("pk")[:COUNTED]) for each in chips.values()]
    found = Collective.objects.filter(pk=acting_id() or 0).values_list(*asked).first() or (0,) * len(chips)
    return dict(zip(chips, found, strict=True))


def count_words(number: int) -> str:
    """`12`, or `1000+` for what was not counted to its end."""
    return f"{number}+" if number >= COUNTED else str(number)


class Pages(Paginator):  # type: ignore[type-arg]
    """Pages of a long list: as many as COUNTED deliveries fill. What lies further back is found by its day, its state or a word."""

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet[Delivery], self.object_list)
        return rows.order_by().values("pk")[:COUNTED].count()

    @property
    def goes_on(self) -> bool:
        return self.count >= COUNTED


def in_order(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """What needs a decision first, then the newest, with all that a row shows."""
    return rows.select_related("partner", "order").prefetch_related("stops__place").order_by("-placed_at", "-pk")


def rows_of(deliveries: Sequence[Delivery]) -> list[Row]:
    """One row for each, forecasts and reasons asked in one go."""
    stops = {delivery.pk: list(delivery.stops.all()) for delivery in deliveries}
    drops = {pk: [stop for stop in each if stop.kind == StopKind.DROPOFF] for pk, each in stops.items()}
    open_drops = [stop for each in drops.values() for stop in each if stop.status == StopStatus.OPEN]
    foreseen = arrivals(open_drops) if open_drops else {}
    reasons = _reasons(deliveries)
    proved = pictures_of(stop.pk for each in drops.values() for stop in each if stop.status in {StopStatus.DONE, StopStatus.FAILED})
    return [_row(delivery, stops[delivery.pk], drops[delivery.pk], foreseen, reasons, proved) for delivery in deliveries]


def _row(
    delivery: Delivery,
    stops: list[Stop],
    drops: list[Stop],
    foreseen: dict[int, Arrival],
    reasons: dict[str, str],
    proved: dict[int, list[Picture]],
) -> Row:
    pickup = last_fetched(stops)
    arrival = next((foreseen[stop.pk] for stop in drops if stop.pk in foreseen), None)
    happened = _happened(delivery, pickup, drops, reasons.get(str(delivery.ref), ""))
    pictures = [picture for stop in drops for picture in proved.get(stop.pk, [])]
    return Row(delivery, pickup, drops, arrival, happened, GLYPHS[DeliveryStatus(delivery.status)], pictures)


def _reasons(deliveries: Sequence[Delivery]) -> dict[str, str]:
    ended = [str(each.ref) for each in deliveries if each.status in {DeliveryStatus.FAILED, DeliveryStatus.CANCELLED}]
    if not ended:
        return {}
    rows = Event.objects.filter(subject__in=ended, name__in=["delivery.failed", "delivery.cancelled"]).order_by("pk")
    return {event.subject: words.said(str(event.data.get("reason", ""))) for event in rows}


def last_fetched(stops: Sequence[Stop]) -> Stop | None:
    """The pickup that is waited for, else the one that was done last: then everything is fetched. None without any."""
    pickups = [stop for stop in stops if stop.kind == StopKind.PICKUP]
    waited_for = next((stop for stop in pickups if not stop.finished_at), None)
    return waited_for or max(pickups, key=lambda stop: (stop.finished_at, stop.position), default=None)


def _happened(delivery: Delivery, pickup: Stop | None, drops: list[Stop], reason: str) -> str:
    """One sentence: the last thing that happened."""
    if delivery.status == DeliveryStatus.DELIVERED:
        names = ", ".join(stop.received_by for stop in drops if stop.received_by)
        return _("Received by %(names)s.") % {"names": names} if names else _("Delivered.")
    if delivery.status == DeliveryStatus.FAILED:
        return reason or _("Nobody could take it.")
    if delivery.status == DeliveryStatus.CANCELLED:
        if reason:
            return _("Cancelled: %(reason)s") % {"reason": reason}
        return _("Cancelled before the pickup. Billed.") if delivery.cancel_billed else _("Cancelled before the pickup. Not billed.")
    if pickup and pickup.finished_at:
        return _("Picked up at %(time)s.") % {"time": words.clock(pickup.finished_at)}
    if delivery.status == DeliveryStatus.AWAITING_PAYMENT:
        return _("Not paid yet: it starts once it is.")
    return _("Ordered %(day)s at %(time)s.") % {"day": words.day(delivery.placed_at), "time": words.clock(delivery.placed_at)}
