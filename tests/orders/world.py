"""What an order needs: a co-op that is open, a price list, a florist with a shop. Used by the tests of other floors too."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from collectives.models import Collective, Membership
from collectives.services import set_opening_hours
from collectives.tenancy import acting_for
from coopdelivery.places.models import Place
from coopdelivery.places.services import find_or_create_place
from orders.models import Delivery, ParcelType, Partner, PriceList
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.services import RuleDraft, add_partner, add_partner_user, add_price_list, place_delivery, save_parcel_type

RULES = [
    RuleDraft("base", "Pickup and first drop", {"amount_cents": 650}),
    RuleDraft("extra_drop", "Further drops", {"amount_cents": 320}),
    RuleDraft("distance", "Distance", {"per_km_cents": 60, "included_m": 0}),
    RuleDraft("weight", "Weight", {"steps": [{"up_to_g": 10_000, "amount_cents": 0}, {"up_to_g": None, "amount_cents": 400}]}),
]


def open_all_week(collective: Collective) -> None:
    """Day and night, so that no test depends on the hour it runs at."""
    midnight = dt.time(0)
    set_opening_hours(collective=collective, ranges=[(weekday, midnight, midnight) for weekday in range(7)], by=None)


def make_place(collective: Collective, street: str, north_m: float = 0, east_m: float = 0) -> Place:
    """So many metres from the collective's middle."""
    point = (collective.latitude + north_m / 111_200, collective.longitude + east_m / 73_200)
    return find_or_create_place(
        collective_id=collective.pk, street_address=street, postcode="93100", city=collective.city, country=collective.country, point=point
    )


def make_price_list(collective: Collective, name: str = "Standard", rules: list[RuleDraft] | None = None) -> PriceList:
    return add_price_list(collective=collective, name=name, vat_rate=2000, rules=RULES if rules is None else rules, by=None)


def make_parcel_type(collective: Collective, name: str = "Bouquet", weight_g: int | None = 3000) -> ParcelType:
    return save_parcel_type(collective=collective, name=name, short_code=name[:4], weight_g=weight_g, volume_l=20, by=None)


def make_partner(collective: Collective, name: str = "Fleurs de Maine", seat: Membership | None = None, **card: Any) -> Partner:
    """A florist 500 m north of the middle, on the standard price list, paying by monthly statement unless `card` says otherwise."""
    with acting_for(collective):
        place = card.pop("place", None) or make_place(collective, "12 rue Baudrière", 500)
        price_list = card.pop("price_list", None) or PriceList.objects.filter(name="Standard").first() or make_price_list(collective)
        partner = add_partner(collective=collective, name=name, place=place, price_list=price_list, by=None, **card)
        if seat is not None:
            add_partner_user(partner=partner, membership=seat, by=None)
        return partner


def tomorrow_at(collective: Collective, hour: int, minute: int = 0) -> dt.datetime:
    day = collective.today() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=ZoneInfo(collective.time_zone))


def drop_to(collective: Collective, place: Place, hour: int = 10, **stop: Any) -> StopRequest:
    """A two-hour window tomorrow."""
    start = stop.pop("window_start", None) or tomorrow_at(collective, hour)
    end = stop.pop("window_end", None) or start + dt.timedelta(hours=2)
    return StopRequest(start, end, place_ref=place.ref, **stop)


def one_drop(collective: Collective, north_m: float = 2500, **stop: Any) -> DeliveryRequest:
    """To Mme Roux, 2 km further north than the florist unless said otherwise."""
    place = make_place(collective, "7 place du Ralliement", north_m)
    details = {"contact_name": "Mme Roux", "phone": "06 39 98 12 40", "parcels": [ParcelRequest(name="Bouquet", weight_g=2000)], **stop}
    return DeliveryRequest(dropoffs=[drop_to(collective, place, **details)])


def make_delivery(partner: Partner, *, request: DeliveryRequest | None = None, key: str = "", by: Any = None) -> Delivery:
    """A delivery placed for the partner tomorrow, 10–12h."""
    collective = partner.collective
    with acting_for(collective):
        asked = request or one_drop(collective)
        return place_delivery(request=asked, partner=partner, by=by, idempotency_key=key or f"key-{timezone.now().timestamp()}")
