"""Stores, packages, slots and prices as the dialect writes them."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

from collectives.api.shapes import Json, address, iri
from collectives.models import Collective
from collectives.opening import OpeningCalendar
from coopdelivery.kit import words
from orders.models import Order, ParcelType, Partner, Quote
from orders.slots import Slot, slots_on

DAYS_OFFERED = 2
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def store(partner: Partner, *, open_hours: bool) -> Json:
    """Without opening hours there is no time slot: an empty one makes shop plugins turn in circles for ever."""
    return {
        "@id": iri("stores", partner.pk),
        "@type": "http://schema.org/Store",
        "id": partner.pk,
        "name": partner.name,
        "enabled": partner.is_active,
        "address": address(partner.place, contact_name=partner.name, phone=partner.phone),
        "timeSlot": iri("time_slots", partner.collective_id) if open_hours else None,
        "timeSlots": [iri("time_slots", partner.collective_id)] if open_hours else [],
        "weightRequired": False,
        "packagesRequired": False,
        "multiDropEnabled": True,
        "multiPickupEnabled": True,
        "prefillPickupAddress": True,
        "createOrders": True,
        "pricingRuleSet": None,
        "tags": [],
    }


def time_slot(collective: Collective, calendar: OpeningCalendar, today: date) -> Json:
    """The windows of a week, whose `dayOfWeek` is always a list, offered for two days."""
    days: dict[tuple[str, str], list[str]] = defaultdict(list)
    every_week = replace(calendar, closed=frozenset())
    for ahead in range(7):
        day = today + timedelta(days=ahead)
        for slot in slots_on(day, every_week, timezone.now()):
            days[_clocks(slot)].append(NAMES[day.weekday()])
    hours = [{"@type": "OpeningHoursSpecification", "opens": a, "closes": b, "dayOfWeek": names} for (a, b), names in sorted(days.items())]
    return {
        "@id": iri("time_slots", collective.pk),
        "@type": "TimeSlot",
        "id": collective.pk,
        "name": collective.name,
        "interval": f"{DAYS_OFFERED} days",
        "priorNotice": None,
        "workingDaysOnly": False,
        "choices": [],
        "openingHoursSpecification": hours,
    }


def _clocks(slot: Slot) -> tuple[str, str]:
    start, end = slot.value.split("-")
    return start, end


def choices(calendar: OpeningCalendar, today: date, now: datetime) -> list[Json]:
    """The windows that can still be chosen in the days offered: on days that are open, as with the plugins."""
    found: list[Json] = []
    open_days = 0
    for ahead in range(14):
        day = today + timedelta(days=ahead)
        open_slots = [slot for slot in slots_on(day, calendar, now) if not slot.passed]
        found += [_choice(day, slot) for slot in open_slots]
        open_days += bool(open_slots)
        if open_days == DAYS_OFFERED:
            break
    return found


def _choice(day: date, slot: Slot) -> Json:
    window = slot.window
    value = f"{window.start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}/{window.end.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {"value": value, "label": f"{words.day(day)} {slot.value}"}


def package(kind: ParcelType) -> Json:
    return {
        "@id": iri("packages", kind.pk),
        "@type": "Package",
        "id": kind.pk,
        "type": kind.name,
        "name": kind.name,
        "shortCode": kind.short_code,
        "short_code": kind.short_code,
        "weight": kind.weight_g,
        "averageWeight": kind.weight_g,
        "volumeUnits": kind.volume_l,
    }


def order_card(order: Order) -> Json:
    """What a delivery says of its order; amounts in cents, the total with VAT."""
    return {
        "@id": iri("orders", order.pk),
        "@type": "http://schema.org/Order",
        "id": order.pk,
        "number": order.number,
        "total": order.gross.cents,
        "taxTotal": order.vat.cents,
        "currency": order.currency,
        "paymentMethod": order.paid_by,
    }


def price(quote: Quote, *, without_tax: bool) -> Json:
    """`amount` in cents; `quote` keeps it until `expiresAt`."""
    net, vat = quote.net_cents, quote.vat_cents
    lines: list[dict[str, Any]] = [{"label": line["label"], "amount": line["amount_cents"]} for line in quote.lines]
    return {
        "@id": iri("quotes", quote.ref),
        "@type": "RetailPrice",
        "amount": net if without_tax else net + vat,
        "currency": quote.currency,
        "tax": {"amount": vat, "included": not without_tax},
        "lines": lines,
        "quote": iri("quotes", quote.ref),
        "expiresAt": timezone.localtime(quote.expires_at).isoformat(timespec="seconds"),
    }
