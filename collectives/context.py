"""What every page's frame shows: the collective, where one can go, who is signed in."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from collectives.access import allows, membership_of


@dataclass(frozen=True, slots=True)
class NavEntry:
    label: str
    url: str
    current: bool


# label, url name, permission, path part by which the entry knows it is current
ENTRIES = [
    (pgettext_lazy("page", "Day"), "dispatch:board", "board.view", "/board/"),
    (_("Deliveries"), "orders:deliveries", "deliveries.view", "/deliveries/"),
    (_("Partners"), "orders:partners", "partners.view", "/partners/"),
    (_("Team"), "collectives:team", "members.view", "/team/"),
    (_("Accounts"), "orders:books", "books.view", "/books/"),
    (_("Statements"), "orders:statements", "statements.view", "/statements/"),
    (_("Rules"), "collectives:policies", "policies.view", "/policies/"),
    (_("Settings"), "collectives:settings", "collective.edit", "/settings/"),
]


def shell(request: HttpRequest) -> dict[str, object]:
    """`collective`, `membership`, `nav`, `live_url` for the base templates; cheap for pages outside a collective."""
    collective = getattr(request, "collective", None)
    membership = membership_of(request)
    nav: list[NavEntry] = []
    if collective is not None and membership is not None:
        nav = [entry for row in ENTRIES if allows(membership, row[2]) and (entry := _entry(request, collective.slug, row)) is not None]
    return {"collective": collective, "membership": membership, "nav": nav, "live_url": live_url(request)}


def _entry(request: HttpRequest, slug: str, row: tuple[object, str, str, str]) -> NavEntry | None:
    label, name, _permission, part = row
    try:
        url = reverse(name, kwargs={"collective": slug})
    except NoReverseMatch:
        return None
    return NavEntry(label=str(label), url=url, current=part in request.path)


def live_url(request: HttpRequest) -> str:
    """Where live streams are: the same origin behind a proxy; another port of the same host in development."""
    if not settings.LIVE_PORT:
        return "/live/"
    host = request.get_host().rsplit(":", 1)[0]
    return f"{request.scheme}://{host}:{settings.LIVE_PORT}/live/"
