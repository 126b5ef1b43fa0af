"""A demo co-op's first days: its people, hours, area, bikes, prices and partners."""

from collections.abc import Iterable
from datetime import time, timedelta
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from shapely.geometry import box, mapping

from collectives.models import Membership, Role
from collectives.services import add_member, edit_member, save_hub, save_vehicle, save_zone, set_opening_hours
from coopdelivery.people.models import Person
from coopdelivery.places.models import Place
from coopdelivery.places.services import find_or_create_place
from coopdelivery.places.towns import Town, towns
from federation.demo.cast import Coop, Prices, Shop, Worker
from federation.demo.home import Home
from orders.models import AddressBookEntry, Partner, PriceList
from orders.services import RuleDraft, add_partner, add_partner_user, add_price_list, save_entry, save_parcel_type

PASSWORD = "bicycle-bell"  # noqa: S105  said aloud to every visitor of a demo
KNOWN_RECIPIENTS = 6
MARGIN_DEGREES = 0.004  # a house on the edge of the map is still inside
EARLY, LATE, NIGHT = time(6), time(2), time(0)


def town_of(home: Home) -> Town:
    return next(town for town in towns() if town.slug == home.coop.town)


def card_of(coop: Coop) -> dict[str, Any]:
    """What goes on the collective's card besides its name and town."""
    centre = next(town.centre for town in towns() if town.slug == coop.town)
    return {
        "legal_form": coop.legal_form,
        "latitude": centre.latitude,
        "longitude": centre.longitude,
        "base_map": coop.town,
        "email": f"office@{coop.domain}",
        "phone": coop.phone,
        "street_address": coop.street_address,
        "vat_number": coop.vat_number,
        "tile": coop.tile,
        "tile_colour": coop.tile_colour,
    }


@cache
def known_to_all() -> str:
    """The hash of PASSWORD, made once: it is slow on purpose."""
    return make_password(PASSWORD)


def make_people(names: Iterable[tuple[str, str, str]], *, language: str) -> dict[str, Person]:
    """(name, sign-in, e-mail) → people by sign-in. One hash for all: they share the password that every visitor is told."""
    people = {}
    for name, sign_in, email in names:
        person = Person.objects.create_user(name=name, username=sign_in, email=email, language=language)
        person.password = known_to_all()
        person.save(update_fields=["password"])
        people[sign_in] = person
    return people


def hire(home: Home) -> None:
    """The team, each in their roles; the first admin lets the others in."""
    spoken = home.collective.language if home.collective.language in {"en", "fr"} else "en"
    team = home.coop.workers
    home.people |= make_people(((w.name, w.sign_in, f"{w.sign_in}@{home.coop.domain}") for w in team), language=spoken)
    founder = home.first(Role.ADMIN)
    for worker in team:
        home.members[worker.sign_in] = _join(home, worker, founder)


def _join(home: Home, worker: Worker, founder: Person) -> Membership:
    membership = add_member(collective=home.collective, person=home.people[worker.sign_in], roles=worker.roles, by=founder)
    since = home.collective.today() - timedelta(days=365 * worker.years + 20)
    changes: dict[str, object] = {"weekly_hours": worker.hours, "member_since": since if worker.years else None}
    return edit_member(membership=membership, changes=changes, by=founder)


def furnish(home: Home, *, open_at_night: bool) -> None:
    """Hours, area, bikes and the hub."""
    by, collective = home.first(Role.ADMIN), home.collective
    opens, closes = (NIGHT, NIGHT) if open_at_night else (EARLY, LATE)
    set_opening_hours(collective=collective, ranges=[(weekday, opens, closes) for weekday in range(7)], by=by)
    save_zone(collective=collective, name=home.coop.zone_name, area=_area(town_of(home)), by=by)
    for bike in home.coop.bikes:
        home.bikes[bike.name] = save_vehicle(
            collective=collective,
            name=bike.name,
            kind=bike.kind,
            max_weight_g=bike.max_weight_g,
            max_volume_l=bike.max_volume_l,
            electric=bike.electric,
            by=by,
        )
    name, address = home.coop.hub
    save_hub(collective=collective, name=name, place=found(home, address), by=by)


def _area(town: Town) -> dict[str, Any]:
    bounds = town.bounds
    west, south = bounds.west - MARGIN_DEGREES, bounds.south - MARGIN_DEGREES
    east, north = bounds.east + MARGIN_DEGREES, bounds.north + MARGIN_DEGREES
    area: dict[str, Any] = mapping(box(west, south, east, north))
    return area


def found(home: Home, address: str) -> Place:
    """The place of an address as a shop would type it."""
    collective = home.collective
    near = (collective.latitude, collective.longitude)
    return find_or_create_place(collective_id=collective.pk, text=address, country=collective.country, near=near)


def set_prices(home: Home) -> tuple[PriceList, PriceList]:
    """What partners tick, the city's price list, and the list of those who order every week."""
    by, collective, prices = home.first(Role.ADMIN), home.collective, home.coop.prices
    for thing in home.coop.things:
        home.things[thing.key] = save_parcel_type(
            collective=collective, name=thing.name, short_code=thing.code, weight_g=thing.weight_g, volume_l=thing.volume_l, by=by
        )
    mattress = home.things.get("mattress")
    bulky = mattress.pk if mattress else None
    city, regular = (
        add_price_list(collective=collective, name=name, vat_rate=prices.vat_rate, rules=_rules(prices, drop, bulky), by=by)
        for name, drop in zip(prices.names, (prices.extra_drop, prices.regular_extra_drop), strict=True)
    )
    return city, regular


def _rules(prices: Prices, extra_drop: int, bulky: int | None) -> list[RuleDraft]:
    base, further, distance, weight, short, bulk = prices.words
    steps = [{"up_to_g": up_to, "amount_cents": cents} for up_to, cents in prices.steps]
    rules = [
        RuleDraft("base", base, {"amount_cents": prices.base}),
        RuleDraft("extra_drop", further, {"amount_cents": extra_drop}),
        RuleDraft("distance", distance, {"per_km_cents": prices.per_km, "included_m": 1000}),
        RuleDraft("weight", weight, {"steps": steps}),
        RuleDraft("short_window", short, {"under_minutes": 60, "amount_cents": prices.short_window}),
    ]
    if bulky:
        rules.append(RuleDraft("parcel", bulk, {"parcel_type_id": bulky, "amount_cents": prices.bulky, "included": 0}))
    return rules


def take_on_partners(home: Home, city: PriceList, regular: PriceList) -> None:
    """The shops, who orders for them, and the recipients they know."""
    by = home.first(Role.ADMIN)
    spoken = home.collective.language if home.collective.language in {"en", "fr"} else "en"
    for shop in home.coop.shops:
        partner = _partner(home, shop, regular if shop.regular else city, by)
        people = make_people(((name, key, f"{key}@{home.coop.domain}") for name, key in shop.people), language=spoken)
        for key, person in people.items():
            seat = add_member(collective=home.collective, person=person, roles=[Role.PARTNER], by=by)
            add_partner_user(partner=partner, membership=seat, by=by)
            home.people[key], home.members[key] = person, seat
        home.partners[shop.key] = partner
        home.books[shop.key] = [_known(home, partner, by) for _ in range(KNOWN_RECIPIENTS)]
    if home.coop.front_door:
        _open_front_door(home, city, by)


def _partner(home: Home, shop: Shop, prices: PriceList, by: Person) -> Partner:
    return add_partner(
        collective=home.collective,
        name=shop.name,
        place=found(home, shop.address),
        price_list=prices,
        by=by,
        kind=shop.kind,
        email=f"{shop.people[0][1]}@{home.coop.domain}",
        phone=shop.phone,
        terms=shop.terms,
        proof_photo=shop.proof_photo,
        proof_name=shop.proof_name,
        pickup_note=shop.pickup_note,
    )


def _open_front_door(home: Home, prices: PriceList, by: Person) -> None:
    """Nobody orders here in person: the public page does, and the hub is where it starts from when nothing else is said."""
    card = {"kind": Partner.Kind.OTHER, "email": f"office@{home.coop.domain}", "phone": home.coop.phone, "terms": Partner.Terms.CARD}
    place = found(home, home.coop.hub[1])
    add_partner(collective=home.collective, name=home.coop.front_door, place=place, price_list=prices, by=by, is_front_door=True, **card)


def _known(home: Home, partner: Partner, by: Person) -> AddressBookEntry:
    door = home.door()
    return save_entry(partner=partner, place=found(home, door.address), contact_name=door.name, phone=door.phone, note=door.note, by=by)
