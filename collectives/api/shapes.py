"""JSON-LD shapes that every floor's answers are made of."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from collectives.api.errors import invalid
from coopdelivery.places.models import Place

PAGE = 30
MOST_A_PAGE = 100
Json = dict[str, Any]


def iri(collection: str, key: object) -> str:
    return f"/api/{collection}/{key}"


def collection(path: str, members: Sequence[Any], *, total: int | None = None, view: Json | None = None) -> Json:
    return {
        "@id": path,
        "@type": "hydra:Collection",
        "hydra:member": list(members),
        "hydra:totalItems": len(members) if total is None else total,
        "hydra:view": view or {"@id": path, "@type": "hydra:PartialCollectionView"},
    }


def paged(request: HttpRequest, rows: Any, *, size: int = PAGE) -> tuple[Any, int, Json]:
    """The rows of the page asked for by `page` and `itemsPerPage`, how many there are in all, and the view with its neighbours."""
    page = number_asked(request, "page", 1, most=100_000)
    each = number_asked(request, "itemsPerPage", size, most=MOST_A_PAGE)
    total = rows.count()
    last = max(1, -(-total // each))
    view: Json = {"@id": request.get_full_path(), "@type": "hydra:PartialCollectionView", "hydra:first": _page(request, 1)}
    view["hydra:last"] = _page(request, last)
    if page > 1:
        view["hydra:previous"] = _page(request, page - 1)
    if page < last:
        view["hydra:next"] = _page(request, page + 1)
    return rows[(page - 1) * each : page * each], total, view


def number_asked(request: HttpRequest, name: str, default: int, *, most: int) -> int:
    """A whole number from the query, from 1 to `most`. Raises Invalid."""
    text = request.GET.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= 1):
        raise invalid(name, _("Write a whole number from 1."), "bad_number")
    return min(int(text), most)


def _page(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return f"{request.path}?{query.urlencode()}"


def address(place: Place, *, contact_name: str = "", phone: str = "", note: str = "") -> Json:
    """A place, with who is there this time. A place nobody located yet has the point 0, 0: the app calls number methods on it."""
    name = contact_name or place.contact_name
    first, _space, last = name.partition(" ")
    return {
        "@id": iri("addresses", place.pk),
        "@type": "http://schema.org/Place",
        "id": place.pk,
        "geo": {"@type": "GeoCoordinates", "latitude": place.latitude or 0.0, "longitude": place.longitude or 0.0},
        "streetAddress": place.one_line,
        "postalCode": place.postcode,
        "addressLocality": place.city,
        "telephone": phone or place.phone or None,
        "name": place.name or None,
        "contactName": name or None,
        "firstName": first or None,
        "lastName": last or None,
        "description": note or place.note or None,
        "provider": None,
    }
