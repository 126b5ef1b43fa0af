"""What every page of a collective's orders asks of the request."""

from uuid import UUID

from django.http import Http404, HttpRequest

from collectives.access import membership_of
from collectives.models import Collective, Membership
from coopdelivery.people.models import Person
from orders.models import Partner
from orders.selectors import partners_of


def member(request: HttpRequest) -> Membership:
    """The membership that `needs` has checked."""
    membership = membership_of(request)
    if membership is None:
        raise Http404
    return membership


def collective_of(request: HttpRequest) -> Collective:
    return member(request).collective


def person(request: HttpRequest) -> Person:
    return member(request).person


def partners(request: HttpRequest, permission: str = "") -> list[Partner]:
    """For whom this member may do it (what opened the door, unless said), by name."""
    rows = partners_of(member(request), permission).select_related("place", "price_list").distinct()
    found = list(rows)
    for partner in found:
        partner.collective = collective_of(request)
    return found


def chosen_partner(request: HttpRequest, choices: list[Partner]) -> Partner | None:
    """The one named by `partner` in the form or the address, else the only one. A name that is not theirs is 404."""
    asked = request.POST.get("partner") or request.GET.get("partner")
    if not asked:
        return choices[0] if len(choices) == 1 else None
    try:
        ref = UUID(asked)
    except ValueError as error:
        raise Http404 from error
    found = next((partner for partner in choices if partner.ref == ref), None)
    if found is None:
        raise Http404
    return found
