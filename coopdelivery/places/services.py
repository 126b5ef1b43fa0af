"""What can be done to places. Geocoding asks the network: call these before opening a transaction of your own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.db import transaction

from coopdelivery.journal import services as journal
from coopdelivery.kit.tenancy import acting_for
from coopdelivery.places import geocode
from coopdelivery.places.addresses import address_key, one_line
from coopdelivery.places.geometry import Point, checked_point, haversine_m
from coopdelivery.places.models import PinFix, Place

SAME_DOOR_M = 30

Coordinates = tuple[float, float]  # latitude, longitude


class HasKey(Protocol):
    """A person, seen from the ground floor."""

    @property
    def pk(self) -> Any: ...


class NoAddress(ValueError):
    """There is nothing to find: neither street nor text was given."""


@dataclass(frozen=True)
class Address:
    """As it will be kept. An unlocated address keeps the words as typed."""

    street_address: str
    postcode: str = ""
    city: str = ""
    country: str = ""

    @property
    def key(self) -> str:
        return address_key(self.street_address, self.postcode, self.city)


@dataclass(frozen=True)
class Whereabouts:
    """`point` is None when it is not known, or too vague to count kilometres from."""

    point: Point | None
    precision: str
    to_check: bool


UNKNOWN = Whereabouts(None, Place.Precision.NONE, to_check=True)


def find_or_create_place(
    *,
    collective_id: int,
    text: str = "",
    street_address: str = "",
    postcode: str = "",
    city: str = "",
    country: str = "",
    name: str = "",
    contact_name: str = "",
    phone: str = "",
    note: str = "",
    point: Coordinates | None = None,
    near: Coordinates | None = None,
) -> Place:
    """The collective's place with this address, name and contact; made when there is none.

    Either the whole address in `text` or its parts. `point` is one a person chose (a suggestion taken, a pin placed); only a
    correction made before is stronger. Without either the geocoder is asked; what it cannot locate is kept and flagged `to_check`.
    `near` (the collective's centre) keeps it from finding a street of the same name in another country. Raises NoAddress, BadPoint.
    """
    typed = _typed(street_address or text, postcode, city, country)
    chosen = checked_point(*point) if point else None
    who = {"name": name.strip()[:120], "contact_name": contact_name.strip()[:120], "phone": phone.strip()[:20]}
    with acting_for(collective_id):
        place = _known(typed, who, chosen)
        if place is None or place.point is None:
            address, where = _whereabouts(typed, chosen, Point(*near) if near else None, is_text=not street_address.strip())
            with transaction.atomic():
                place = _known(address, who, where.point if chosen else None) or _add(collective_id, address, where, who)
                _locate(place, where)
        _write_note(place, note.strip()[:1000])
    return place


def look_up(
    *, collective_id: int, text: str, country: str = "", point: Coordinates | None = None, near: Coordinates | None = None
) -> Place:
    """The place `find_or_create_place` would give for the whole address in `text`, not saved when it is new: for prices asked
    before anything is ordered. Raises NoAddress, BadPoint."""
    typed = _typed(text, "", "", country)
    chosen = checked_point(*point) if point else None
    with acting_for(collective_id):
        known = _known(typed, {"name": "", "contact_name": "", "phone": ""}, chosen)
        if known is not None and known.point is not None:
            return known
        address, where = _whereabouts(typed, chosen, Point(*near) if near else None, is_text=True)
    return _unsaved(collective_id, address, where)


def known_places(*, collective_id: int, texts: Iterable[str]) -> dict[str, Place]:
    """Those whole addresses that `find_or_create_place` would answer from what is kept and located, in one query; text → place."""
    keys = {text: address_key(text.strip()[:200], "", "") for text in texts}
    with acting_for(collective_id):
        rows = Place.objects.filter(address_key__in=set(keys.values()), name="", contact_name="", phone="").order_by("-pk")
        located = {place.address_key: place for place in rows}
    return {text: located[key] for text, key in keys.items() if key and key in located and located[key].point is not None}


def fix_pin(*, place: Place, latitude: float, longitude: float, by: HasKey) -> int:
    """Say where the address is, for ever; how many places of the collective moved. The text stays. Raises BadPoint.

    Records one `place.fixed`, whose `places` are the refs of all that moved.
    """
    point = checked_point(latitude, longitude)
    with acting_for(place.collective_id), transaction.atomic():
        PinFix.objects.update_or_create(
            collective_id=place.collective_id,
            address_key=place.address_key,
            defaults={"latitude": point.latitude, "longitude": point.longitude, "by_id": by.pk},
        )
        rows = Place.objects.filter(address_key=place.address_key)
        refs = [str(ref) for ref in rows.order_by("pk").values_list("ref", flat=True)]
        rows.update(latitude=point.latitude, longitude=point.longitude, precision=Place.Precision.PIN, to_check=False)
        before = {"latitude": place.latitude, "longitude": place.longitude, "precision": place.precision}
        journal.record(
            "place.fixed",
            subject=place.ref,
            collective_id=place.collective_id,
            by=by,
            address=place.one_line,
            places=refs,
            before=before,
            after={"latitude": point.latitude, "longitude": point.longitude, "precision": Place.Precision.PIN.value},
        )
    place.refresh_from_db(fields=["latitude", "longitude", "precision", "to_check"])
    return len(refs)


def locate_again(*, place: Place, near: Coordinates | None = None) -> bool:
    """Ask the geocoder once more for a place it could not find, for instance because it was down. True when it is located now."""
    address = Address(place.street_address, place.postcode, place.city, place.country)
    with acting_for(place.collective_id):
        _, where = _whereabouts(address, None, Point(*near) if near else None, is_text=False)
        with transaction.atomic():
            return _locate(place, where)


def _typed(street_address: str, postcode: str, city: str, country: str) -> Address:
    address = Address(street_address.strip()[:200], postcode.strip()[:12], city.strip()[:80], country.strip().upper()[:2])
    if not address.key:
        raise NoAddress
    return address


def _known(address: Address, who: dict[str, str], chosen: Point | None) -> Place | None:
    """The place met before; one whose point a person now puts elsewhere is another place."""
    for place in Place.objects.filter(address_key=address.key, **who).order_by("pk"):
        if place.precision == Place.Precision.PIN or not (chosen and place.point) or haversine_m(chosen, place.point) < SAME_DOOR_M:
            return place
    return None


def _whereabouts(typed: Address, chosen: Point | None, near: Point | None, *, is_text: bool) -> tuple[Address, Whereabouts]:
    """The address as it will be kept, and where it is. What the collective corrected before wins over everything."""
    fix = PinFix.objects.filter(address_key=typed.key).first()
    if fix:
        return typed, Whereabouts(fix.point, Place.Precision.PIN, to_check=False)
    if chosen and typed.postcode and typed.city:
        return typed, Whereabouts(chosen, Place.Precision.PIN, to_check=False)  # complete: nothing to look up
    found = geocode.locate(one_line(typed.street_address, typed.postcode, typed.city), near=near, country=typed.country)
    best = found.best
    if best is None or best.precision == Place.Precision.CITY:
        return typed, _chosen(chosen) or replace(UNKNOWN, precision=best.precision if best else Place.Precision.NONE)
    address = _completed(typed, best, is_text=is_text)
    corrected = PinFix.objects.filter(address_key=address.key).first()
    if corrected:
        return address, Whereabouts(corrected.point, Place.Precision.PIN, to_check=False)
    return address, _chosen(chosen) or Whereabouts(best.point, best.precision, to_check=best.precision != Place.Precision.ADDRESS)


def _chosen(point: Point | None) -> Whereabouts | None:
    return Whereabouts(point, Place.Precision.PIN, to_check=False) if point else None


def _completed(typed: Address, best: geocode.Suggestion, *, is_text: bool) -> Address:
    """A whole text found at its house number is taken apart as the geocoder writes it; parts that were typed are only filled up."""
    if is_text and best.precision == Place.Precision.ADDRESS:
        return Address(best.street_address[:200], best.postcode[:12], best.city[:80], best.country or typed.country)
    if is_text:
        return typed
    return Address(typed.street_address, typed.postcode or best.postcode[:12], typed.city or best.city[:80], typed.country or best.country)


def _unsaved(collective_id: int, address: Address, where: Whereabouts, **who: str) -> Place:
    return Place(
        collective_id=collective_id,
        street_address=address.street_address,
        postcode=address.postcode,
        city=address.city,
        country=address.country,
        address_key=address.key,
        latitude=where.point.latitude if where.point else None,
        longitude=where.point.longitude if where.point else None,
        precision=where.precision,
        to_check=where.to_check,
        **who,
    )


def _add(collective_id: int, address: Address, where: Whereabouts, who: dict[str, str]) -> Place:
    place = _unsaved(collective_id, address, where, **who)
    place.save(force_insert=True)
    data = {"address": place.one_line, "precision": place.precision, "to_check": place.to_check}
    journal.record("place.added", subject=place.ref, collective_id=collective_id, **data)
    return place


@transaction.atomic
def keep_note(*, place: Place, note: str, by: HasKey) -> None:
    """Add what a courier learnt there to the lasting note; the oldest words give way after 1,000 letters. Twice is once."""
    current = Place.objects.select_for_update().get(pk=place.pk)
    text = note.strip()
    if not text or text.casefold() in current.note.casefold():
        return
    after = f"{current.note}\n{text}".strip()[-1000:]
    Place.objects.filter(pk=place.pk).update(note=after)
    journal.record("place.noted", subject=place.ref, collective_id=place.collective_id, by=by, before=current.note, after=after)
    place.note = after


@transaction.atomic
def drop_note(*, place: Place, note: str, by: HasKey) -> None:
    """These words are not true any more: take them out of the lasting note."""
    current = Place.objects.select_for_update().get(pk=place.pk)
    text = note.strip()
    if not text or text not in current.note:
        return
    after = "\n".join(line for line in current.note.replace(text, "", 1).splitlines() if line.strip())
    Place.objects.filter(pk=place.pk).update(note=after)
    journal.record("place.noted", subject=place.ref, collective_id=place.collective_id, by=by, before=current.note, after=after)
    place.note = after


def _write_note(place: Place, note: str) -> None:
    """The newest lasting note stays; an empty one changes nothing."""
    if not note or note == place.note:
        return
    with transaction.atomic():
        Place.objects.filter(pk=place.pk).update(note=note)
        journal.record("place.noted", subject=place.ref, collective_id=place.collective_id, before=place.note, after=note)
    place.note = note


def _locate(place: Place, where: Whereabouts) -> bool:
    """Never moves a place that has a point: only a person does that."""
    if where.point is None:
        return False
    point = {"latitude": where.point.latitude, "longitude": where.point.longitude, "precision": where.precision, "to_check": where.to_check}
    if not Place.objects.filter(pk=place.pk, latitude=None).update(**point):
        return False
    journal.record("place.located", subject=place.ref, collective_id=place.collective_id, address=place.one_line, after=point)
    place.refresh_from_db(fields=list(point))
    return True
