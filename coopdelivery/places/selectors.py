"""Questions about places."""

from coopdelivery.kit.tenancy import acting_for
from coopdelivery.places.models import Place


def places_to_check(collective_id: int) -> list[Place]:
    """Addresses of the collective that somebody must look at, those without any point first; one place per address."""
    with acting_for(collective_id):
        rows = Place.objects.filter(to_check=True).order_by("latitude", "-created_at")
        found: dict[str, Place] = {}
        for place in rows:
            found.setdefault(place.address_key, place)
    return sorted(found.values(), key=lambda place: place.latitude is not None)
