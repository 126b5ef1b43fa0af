"""A collective comes into being, changes its card, and stands where the federation's register says."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from collectives.models import Collective, Standing
from collectives.refusals import CurrencyFixed, SlugTaken, StandingMoved
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from coopdelivery.places import geocode
from coopdelivery.places.addresses import one_line

# What an admin may change; the rest (slug, standing, licence) belongs to the federation.
EDITABLE = (
    "name", "legal_form", "city", "country", "currency", "language", "time_zone", "latitude", "longitude", "base_map", "email", "phone",
    "street_address", "vat_number", "tile", "tile_colour", "stripe_account",
    "pickup_minutes", "drop_minutes",
)  # fmt: skip


def create_collective(
    *,
    name: str,
    city: str,
    country: str,
    by: Person | None,
    slug: str = "",
    currency: str = "EUR",
    language: str = "en",
    time_zone: str = "Europe/Paris",
    **card: Any,
) -> Collective:
    """A new applicant; `card` may hold any other field of EDITABLE. Raises SlugTaken when a given slug is not free.

    Without a slug one is made from the name, with the town when that is taken.
    """
    unknown = card.keys() - set(EDITABLE)
    if unknown:
        raise TypeError(f"not on a collective's card: {', '.join(sorted(unknown))}")
    chosen = slug or _free_slug(name, city)
    try:
        with transaction.atomic():
            collective = Collective.objects.create(
                slug=chosen,
                name=name,
                city=city,
                country=country.upper(),
                currency=currency,
                language=language,
                time_zone=time_zone,
                **card,
            )
            journal.record("collective.created", subject=collective.ref, collective_id=collective.pk, by=by, label=name, city=city)
    except IntegrityError as error:
        raise SlugTaken(slug=chosen) from error
    return collective


def _free_slug(name: str, city: str) -> str:
    first = slugify(name)[:40] or "collective"
    base = f"{first[:24]}-{slugify(city)[:15]}".strip("-")
    wishes = [first, base, *(f"{base[:36]}-{n}" for n in range(2, 100))]
    taken = set(Collective.objects.filter(slug__in=wishes).values_list("slug", flat=True))
    return next(wish for wish in wishes if wish not in taken)


@transaction.atomic
def edit_collective(*, collective: Collective, changes: dict[str, Any], by: Person | None) -> Collective:
    """Write what changed on the card. Raises CurrencyFixed after the first order under a contrast of 4.5."""
    now = Collective.objects.select_for_update().get(pk=collective.pk)
    fresh = {key: value for key, value in changes.items() if key in EDITABLE and getattr(now, key) != value}
    if "currency" in fresh and now.has_orders:
        raise CurrencyFixed(currency=now.currency)
    if fresh:
        before = {key: getattr(now, key) for key in fresh}
        Collective.objects.filter(pk=now.pk).update(**fresh)
        journal.record("collective.changed", subject=now.ref, collective_id=now.pk, by=by, before=before, after=fresh)
    collective.refresh_from_db()
    return collective


def find_centre(*, collective: Collective, by: Person | None) -> bool:
    """Ask the geocoder where a collective is that has never said so. True when it is known now. Network: never inside a transaction."""
    if collective.has_centre:
        return False
    found = geocode.locate(one_line(collective.street_address, "", collective.city), country=collective.country)
    if found.point is None:
        return False
    point = {"latitude": found.point.latitude, "longitude": found.point.longitude}
    with transaction.atomic():
        if Collective.objects.filter(pk=collective.pk, latitude=0, longitude=0).update(**point):
            journal.record("collective.located", subject=collective.ref, collective_id=collective.pk, by=by, after=point)
    collective.refresh_from_db(fields=["latitude", "longitude"])
    return True


@transaction.atomic
def change_standing(*, collective: Collective, standing: str, licence_until: date | None, by: Person | None, reason: str) -> Collective:
    """Called by the federation's register only. `by` is None when a date has passed. Raises StandingMoved on a stale collective."""
    moved = Collective.objects.filter(pk=collective.pk, standing=collective.standing).update(
        standing=Standing(standing), licence_until=licence_until
    )
    if not moved:
        raise StandingMoved
    before = {"standing": collective.standing, "licence_until": _iso(collective.licence_until)}
    after = {"standing": str(Standing(standing)), "licence_until": _iso(licence_until)}
    journal.record(
        "collective.standing_changed",
        subject=collective.ref,
        collective_id=collective.pk,
        by=by,
        before=before,
        after=after,
        reason=reason,
    )
    collective.refresh_from_db(fields=["standing", "licence_until"])
    return collective


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
