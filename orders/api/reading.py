"""From the dialect's body to a `DeliveryRequest`. Reads leniently, because a shop's plugin says nothing when it is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.api import dates
from collectives.api.callers import Caller
from collectives.api.errors import invalid
from collectives.models import Collective
from coopdelivery.kit.windows import Window
from orders.api.seen import id_of, place_for
from orders.models import BikeAsked, ParcelType, Partner
from orders.refusals import BadPhone
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.services.contacts import checked_phone
from orders.services.desk import Desk
from orders.services.prepare import LONGEST_NOTE, pickup_window
from orders.services.terms import order_calendar
from orders.slots import slots_on

Json = dict[str, Any]
MOST_TASKS = 60
BEFORE = timedelta(hours=1)
DAYS = 14


@dataclass(frozen=True, slots=True)
class Reader:
    """One body of one caller, for one partner."""

    caller: Caller
    partner: Partner
    now: datetime
    desk: Desk | None = None

    @property
    def collective(self) -> Collective:
        return self.caller.collective

    def delivery(self, data: Json) -> DeliveryRequest:
        """`pickup` and `dropoff`, or `tasks`. Raises Invalid with the path of what cannot be read."""
        pickups, drops = parts(data)
        stops = [self._drop(drop, path) for path, drop in drops]
        fetched = [self._pickup(pickup, path, stops, first=n == 0) for n, (path, pickup) in enumerate(pickups)]
        first = fetched[0] if fetched else None
        note, vehicle = cut(text_of(data, "comments", "")), vehicle_of(data)
        return DeliveryRequest(stops, first, note, vehicle, fetched[1:])

    def _drop(self, data: Json, path: str) -> StopRequest:
        window = self.window(data, path) or self._next_slot(path)
        return self._stop(data, path, window, parcels=self.parcels(data, path))

    def _pickup(self, data: Json, path: str, drops: Sequence[StopRequest], *, first: bool) -> StopRequest:
        """The first is at the store unless it says where; of a further one the place has to be said."""
        window = self.window(data, path) or Window(*pickup_window(drops))
        return self._stop(data, path, window, parcels=[], own=first)

    def _stop(self, data: Json, path: str, window: Window, *, parcels: list[ParcelRequest], own: bool = False) -> StopRequest:
        where = data.get("address")
        details: Json = where if isinstance(where, dict) else {}
        at = f"{path}.address"
        name = text_of(details, "contactName", at) or text_of(details, "name", at) or (self.partner.name if own else "")
        phone, said = self.phone(details)
        notes = [self.partner.pickup_note if own else "", text_of(details, "description", at), text_of(data, "comments", path), said]
        return StopRequest(
            window_start=window.start,
            window_end=window.end,
            address=address_text(where, at),
            place_ref=self.place(where, at),
            point=point_of(details, at),
            contact_name=name[:120],
            phone=phone or (self.partner.phone if own else ""),
            note=cut("\n".join(note for note in notes if note)),
            doorstep=flag_of(data, "doorstep", path),
            parcels=parcels,
        )

    def phone(self, details: Json) -> tuple[str, str]:
        """The telephone; what is none goes into the note instead, so that nobody loses an order over it."""
        typed = details.get("telephone")
        text = typed.strip()[:40] if isinstance(typed, str) else ""
        try:
            return checked_phone(text, country=self.collective.country), ""
        except BadPhone:
            return "", text

    def place(self, where: Any, path: str) -> UUID | None:
        """The known place that a link names; None for anything else. Raises Invalid."""
        link = where.get("@id") if isinstance(where, dict) else where
        if not isinstance(link, str) or not link.startswith("/api/addresses/"):
            return None
        place = place_for(self.caller, self.partner, id_of(link, "addresses", path))
        if place is None:
            raise invalid(path, _("There is no such address among yours."), "no_address")
        if self.desk is not None:
            self.desk.know_place(place)
        return place.ref

    def window(self, data: Json, path: str) -> Window | None:
        """What was said; a slot that has begun goes on from now, because plugins count in another time zone."""
        slot = data.get("timeSlot")
        if slot:
            found = dates.slot_of(slot, f"{path}.timeSlot", self.collective.zone, self.now)
            return Window(self.now, found.end) if found.start < self.now < found.end else found
        after, before = _first(data, "after", "doneAfter"), _first(data, "before", "doneBefore")
        if after is None and before is None:
            return None
        return self._between(after, before, path)

    def _between(self, after: Any, before: Any, path: str) -> Window:
        zone = self.collective.zone
        end = dates.instant_of(before, f"{path}.before", zone, self.now) if before is not None else None
        start = dates.instant_of(after, f"{path}.after", zone, self.now) if after is not None else None
        if end is None and start is not None:
            end = start + BEFORE
        if start is None and end is not None:
            start = max(end - BEFORE, min(self.now, end - timedelta(minutes=15)))
        if start is None or end is None or end <= start:
            raise invalid(f"{path}.before", _("The window ends before it begins. Choose a later end."), "bad_window")
        return Window(start, end)

    def _next_slot(self, path: str) -> Window:
        """Nothing was said: the next window that can still be chosen."""
        calendar, today = order_calendar(self.collective), timezone.localdate(self.now, self.collective.zone)
        for day in range(DAYS):
            for slot in slots_on(today + timedelta(days=day), calendar, self.now):
                if not slot.passed:
                    return slot.window
        raise invalid(f"{path}.before", _("Say when: nothing is open in the next two weeks."), "no_window")

    def parcels(self, data: Json, path: str) -> list[ParcelRequest]:
        """What is brought; nothing said is one parcel. Raises Invalid."""
        asked = data.get("packages")
        weight = _whole(data, "weight", path)
        if asked in (None, []):
            return [ParcelRequest(name=_("Parcel"), weight_g=weight)] if weight is not None else []
        if not isinstance(asked, list) or len(asked) > MOST_TASKS or not all(isinstance(each, dict) for each in asked):
            raise invalid(f"{path}.packages", _("Send a list of packages."), "bad_packages")
        linked = all(str(each.get("type")).startswith("/api/packages/") for each in asked)
        types = {} if linked else {kind.pk: kind for kind in ParcelType.objects.all()}
        rows = [_parcel(each, f"{path}.packages[{n}]", types) for n, each in enumerate(asked)]
        pieces = sum(row.quantity for row in rows)
        if weight is None or pieces < 1:
            return rows
        return [ParcelRequest(row.type_id, row.name, row.quantity, -(-weight // pieces)) for row in rows]


def parts(data: Json) -> tuple[list[tuple[str, Json]], list[tuple[str, Json]]]:
    """The pickups (none when it is implicit) and the drops, with their paths."""
    tasks = data.get("tasks")
    if tasks is not None:
        return _parts_of_tasks(tasks)
    drops = data.get("dropoffs")
    if drops is None:
        return _one_pickup(data), [("dropoff", _object(data.get("dropoff"), "dropoff"))]
    if not isinstance(drops, list) or len(drops) > MOST_TASKS:
        raise invalid("dropoffs", _("Send a list of drops."), "bad_tasks")
    return _one_pickup(data), [(f"dropoffs[{n}]", _object(each, f"dropoffs[{n}]")) for n, each in enumerate(drops)]


def _one_pickup(data: Json) -> list[tuple[str, Json]]:
    said = _object(data.get("pickup"), "pickup")
    return [("pickup", said)] if said else []


def _parts_of_tasks(tasks: Any) -> tuple[list[tuple[str, Json]], list[tuple[str, Json]]]:
    if not isinstance(tasks, list) or len(tasks) > MOST_TASKS:
        raise invalid("tasks", _("Send a list of tasks."), "bad_tasks")
    rows = [(f"tasks[{n}]", _object(each, f"tasks[{n}]")) for n, each in enumerate(tasks)]
    pickups = [(path, row) for path, row in rows if str(row.get("type", "")).lower() == "pickup"]
    return pickups, [(path, row) for path, row in rows if (path, row) not in pickups]


def _parcel(data: Json, path: str, types: dict[int, ParcelType]) -> ParcelRequest:
    kind = data.get("type") or data.get("package") or data.get("name") or ""
    quantity = _whole(data, "quantity", path)
    pieces = 1 if quantity is None else quantity
    if isinstance(kind, str) and not kind.startswith("/api/packages/"):
        said = kind.strip().lower()
        known = next((row for row in types.values() if said and said in {row.name.lower(), row.short_code.lower()}), None)
        return ParcelRequest(type_id=known.pk if known else None, name=kind[:60], quantity=pieces)
    return ParcelRequest(type_id=id_of(kind, "packages", f"{path}.type"), quantity=pieces)


def _object(value: Any, path: str) -> Json:
    if value is None or value == []:  # PHP writes an empty object as a list
        return {}
    if not isinstance(value, dict):
        raise invalid(path, _("Send a JSON object."), "bad_json")
    return value


def text_of(data: Json, key: str, path: str) -> str:
    """A text, or "" for none; PHP also says `false`. Raises Invalid."""
    value = data.get(key)
    if value in (None, False):
        return ""
    if not isinstance(value, str | int | float):
        raise invalid(f"{path}.{key}".lstrip("."), _("Write a text."), "bad_text")
    return str(value).strip()


def flag_of(data: Json, key: str, path: str) -> bool:
    """Yes or no; nothing said is no. Raises Invalid."""
    value = data.get(key)
    said = value.strip().lower() if isinstance(value, str) else value
    if said in (None, "", False, 0, "0", "false", "no"):
        return False
    if said in (True, 1, "1", "true", "yes"):
        return True
    raise invalid(f"{path}.{key}", _("Write true or false."), "bad_flag")


def vehicle_of(data: Json) -> str:
    """The bike asked for by name. Raises Invalid."""
    kind = text_of(data, "vehicle", "")
    if kind not in BikeAsked.values:
        names = ", ".join(value for value in BikeAsked.values if value)
        raise invalid("vehicle", _("Choose one of these, or leave it out: %(names)s.") % {"names": names}, "bad_vehicle")
    return kind


def _whole(data: Json, key: str, path: str) -> int | None:
    value = data.get(key)
    if value in (None, "", False):
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**9:
        raise invalid(f"{path}.{key}", _("Write a whole number."), "bad_number")
    return value


def _first(data: Json, *keys: str) -> Any:
    return next((data[key] for key in keys if data.get(key) not in (None, "")), None)


def address_text(where: Any, path: str) -> str:
    """What a person would write on a parcel; empty for a link and for nothing. Raises Invalid."""
    if where in (None, False, []):
        return ""
    if isinstance(where, str):
        return "" if where.startswith("/api/") else where
    if not isinstance(where, dict):
        raise invalid(path, _("Write an address, or a link to one."), "bad_address")
    street = text_of(where, "streetAddress", path)
    parts = (text_of(where, "postalCode", path), text_of(where, "addressLocality", path))
    town = " ".join(part for part in parts if part and part not in street)
    return f"{street}, {town}" if street and town else street


def point_of(details: Json, path: str) -> tuple[float, float] | None:
    """Latitude and longitude, if they are said. Raises Invalid."""
    geo, pair = details.get("geo"), details.get("latLng")
    values: Any = [geo.get("latitude"), geo.get("longitude")] if isinstance(geo, dict) else pair
    if values is None:
        return None
    good = isinstance(values, list) and len(values) == 2
    if not good or not all(isinstance(each, int | float) and not isinstance(each, bool) for each in values):
        raise invalid(f"{path}.latLng", _("Write latitude and longitude as two numbers."), "bad_point")
    latitude, longitude = float(values[0]), float(values[1])
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise invalid(f"{path}.latLng", _("This point is not on Earth."), "bad_point")
    return None if (latitude, longitude) == (0, 0) else (latitude, longitude)


def cut(text: str) -> str:
    """As long as a note may be."""
    return text if len(text) <= LONGEST_NOTE else f"{text[: LONGEST_NOTE - 1]}…"
