"""The first page: visitors learn what this is, people land where they work. It knows all floors, so it is part of the root."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from collectives.access import STAFF
from collectives.middleware import slugs_of
from collectives.models import Collective, Membership, Role, Standing
from collectives.tenancy import acting_for_everyone
from coopdelivery.kit.access import open_to_all, signed_in
from coopdelivery.people.models import Person, person_of
from federation.access import office_of

SHOWN = 120
AT_FIRST = 12  # the whole list is the directory's


@dataclass(frozen=True, slots=True)
class Door:
    """One way in: what one does there, and where it is. `enter` names the collective that a courier must choose first."""

    label: object
    url: str
    enter: str = ""


@dataclass(frozen=True, slots=True)
class Workplace:
    """A collective, or the federation, and the doors a person has there; the first is where they land."""

    name: str
    town: str
    tile: str
    colour: str
    doors: list[Door]


def workplaces_of(person: Person) -> list[Workplace]:
    """Where the person works, in the order they joined; an office in the federation comes last."""
    with acting_for_everyone("a person chooses between all the collectives they belong to"):
        rows = Membership.objects.filter(person=person, is_active=True).select_related("collective").prefetch_related("held")
        memberships = list(rows.order_by("joined_at", "id"))
    rides_for = [row.collective_id for row in memberships if Role.COURIER in row.roles]
    found = [workplace(row, must_choose=len(rides_for) > 1) for row in memberships]
    if office_of(person.pk) is not None:
        found.append(Workplace(_("The federation"), "", "", "", doors_to(("federation:register", gettext_lazy("Register")))))
    return [one for one in found if one.doors]


def workplace(membership: Membership, *, must_choose: bool) -> Workplace:
    collective, roles = membership.collective, membership.roles
    slug = collective.slug
    doors: list[Door] = []
    if roles & STAFF:
        doors += doors_to(("dispatch:board", gettext_lazy("The day’s board")), slug=slug)
    if Role.COURIER in roles:
        rides = doors_to(("pocket:day", gettext_lazy("My rounds")))
        doors += [Door(door.label, door.url, slug) for door in rides] if must_choose else rides
    if Role.PARTNER in roles:
        doors += doors_to(("orders:deliveries", gettext_lazy("Deliveries")), slug=slug)
    return Workplace(collective.name, collective.city, collective.tile_letters, collective.tile_colour, doors)


def doors_to(*named: tuple[str, object], slug: str = "") -> list[Door]:
    doors = []
    for name, label in named:
        try:
            doors.append(Door(label, reverse(name, kwargs={"collective": slug} if slug else None)))
        except NoReverseMatch:
            continue
    return doors


@open_to_all("the public face of the federation: names and towns of its co-ops")
@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Straight to work when there is one place to work; else a choice; visitors get the public page."""
    if not isinstance(request.user, Person):
        return public(request)
    places = workplaces_of(request.user)
    if len(places) == 1 and not places[0].doors[0].enter:
        return redirect(places[0].doors[0].url)
    return chooser(request, places)


@signed_in
@never_cache
@require_safe
def switch(request: HttpRequest) -> HttpResponse:
    """The choice between the places one works at."""
    return chooser(request, workplaces_of(person_of(request)))


def chooser(request: HttpRequest, places: list[Workplace]) -> HttpResponse:
    return TemplateResponse(request, "home/switch.html", {"places": places})


@signed_in
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """From now on /courier/ shows the rounds of this collective."""
    person, slug = person_of(request), request.POST.get("collective", "")
    if slug not in slugs_of(person.pk, role=Role.COURIER):
        raise Http404
    request.session["courier_collective"] = slug
    messages.success(request, _("You ride for %(name)s now.") % {"name": Collective.objects.get(slug=slug).name})
    return redirect("pocket:day")


def public(request: HttpRequest) -> HttpResponse:
    """`?q=` finds co-ops by town, name or country."""
    asked = " ".join(request.GET.get("q", "").split())[:80]
    everyone = trading()
    found = list(matching(everyone, asked)[: SHOWN if asked else AT_FIRST])
    context = {"asked": asked, "count": everyone.filter(standing=Standing.MEMBER).count(), "found": found, "all": everyone.count()}
    return TemplateResponse(request, "home/public.html", context)


def trading() -> QuerySet[Collective]:
    return Collective.objects.filter(standing__in=[Standing.TRIAL, Standing.MEMBER]).order_by("city", "name")


def matching(rows: QuerySet[Collective], asked: str) -> QuerySet[Collective]:
    asked = asked.replace("\x00", "")
    if not asked:
        return rows
    return rows.filter(Q(city__icontains=asked) | Q(name__icontains=asked) | Q(country__iexact=asked))
