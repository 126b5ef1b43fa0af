"""Who may do what: the whole permission table on one page. Pages, API, templates and the test of all routes read it.

Strangers to a collective get 404, its members without the role 403.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from collectives.models import Membership, Role
from coopdelivery.kit.access import View, mark, refuse_stranger

COURIER, DISPATCHER, ADMIN, PARTNER = Role.COURIER, Role.DISPATCHER, Role.ADMIN, Role.PARTNER
OFFICER = "officer"  # an office held in the federation: see federation.access
STAFF = frozenset({DISPATCHER, ADMIN})
WORKERS = frozenset({COURIER, DISPATCHER, ADMIN})
ALL = frozenset({COURIER, DISPATCHER, ADMIN, PARTNER})

GRANTS: dict[str, frozenset[str]] = {
    # the collective itself
    "collective.view": WORKERS,
    "collective.edit": frozenset({ADMIN}),
    "programs.manage": frozenset({ADMIN}),
    "members.view": WORKERS,
    "members.invite": frozenset({ADMIN}),
    "members.edit": frozenset({ADMIN}),
    "hours.edit": frozenset({ADMIN}),
    "zones.edit": frozenset({ADMIN}),
    "fleet.view": WORKERS,
    "fleet.edit": frozenset({ADMIN}),
    "shifts.view": WORKERS,
    "shifts.plan": STAFF,
    "policies.view": WORKERS,
    "proposals.view": WORKERS,
    "proposals.open": WORKERS,
    "proposals.vote": WORKERS,
    "assemblies.run": frozenset({ADMIN}),
    "dues.view": WORKERS,
    "dues.file": frozenset({ADMIN}),
    "pot.view": WORKERS,
    "training.view": WORKERS,
    "training.record": frozenset({ADMIN}),
    "groups.work": WORKERS,
    "solidarity.view": WORKERS,
    "solidarity.ask": frozenset({ADMIN}),
    "contracts.view": WORKERS,
    "contracts.answer": frozenset({ADMIN}),
    "purchases.view": WORKERS,
    "purchases.join": frozenset({ADMIN}),
    "places.suggest": ALL,
    "places.fix": STAFF,
    # what is asked and paid
    "partners.view": STAFF,
    "partners.edit": frozenset({ADMIN}),
    "prices.view": STAFF,
    "prices.edit": frozenset({ADMIN}),
    "deliveries.view": frozenset({DISPATCHER, ADMIN, PARTNER}),
    "deliveries.place": frozenset({DISPATCHER, ADMIN, PARTNER}),
    "deliveries.cancel": frozenset({DISPATCHER, ADMIN, PARTNER}),
    "deliveries.change": frozenset({DISPATCHER, ADMIN, PARTNER}),
    "deliveries.decide": STAFF,
    "window.keep": frozenset({DISPATCHER, ADMIN, PARTNER}),
    "statements.view": frozenset({ADMIN, PARTNER}),
    "seats.manage": frozenset({PARTNER}),
    "books.view": frozenset({ADMIN}),
    "settlements.run": frozenset({ADMIN}),
    # the work
    "board.view": STAFF,
    "rounds.plan": STAFF,
    "incidents.decide": STAFF,
    "tasks.correct": STAFF,
    "tasks.report": WORKERS,
    "history.view": STAFF,
    "pocket.use": frozenset({COURIER}),
    "handovers.view": STAFF,
    "handovers.offer": STAFF,
    "handovers.answer": STAFF,
    # the federation (offices, not roles of a collective)
    "register.view": frozenset({OFFICER}),
    "register.review": frozenset({OFFICER}),
    "register.admit": frozenset({OFFICER}),
    "federation.figures": frozenset({OFFICER}),
    "dues.manage": frozenset({OFFICER}),
    "groups.manage": frozenset({OFFICER}),
    "solidarity.manage": frozenset({OFFICER}),
    "purchases.manage": frozenset({OFFICER}),
    "contracts.manage": frozenset({OFFICER}),
}


Narrowing = Callable[[Membership, str], bool]
_narrowed: dict[str, Narrowing] = {}


def narrows(role: str) -> Callable[[Narrowing], Narrowing]:
    """What a role grants needs the yes of this function too, told by the floor that knows: a partner's people differ in what they may."""

    def keep(rule: Narrowing) -> Narrowing:
        _narrowed[role] = rule
        return rule

    return keep


def allows(membership: Membership | None, permission: str) -> bool:
    """Whether the membership's roles grant the permission. KeyError for a permission that does not exist."""
    granting = GRANTS[permission]
    if membership is None:
        return False
    return any(role not in _narrowed or _narrowed[role](membership, permission) for role in granting & membership.roles)


def enters(membership: Membership, permission: str) -> bool:
    """As `allows`, at a door: which permission opened it is kept on the membership, so that rows are narrowed by the same."""
    membership.entered_by = permission
    return allows(membership, permission)


def membership_of(request: HttpRequest) -> Membership | None:
    """The signed-in person's active membership in the collective of this request, put there by the middleware."""
    return getattr(request, "membership", None)


def needs(permission: str) -> Callable[[View], View]:
    """Guard a view under /c/<slug>/: 404 to strangers, 403 without the role. A misspelt permission fails at import."""
    if permission not in GRANTS:
        raise KeyError(permission)

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return refuse_stranger(request)
            membership = membership_of(request)
            if membership is None:
                raise Http404
            if not enters(membership, permission):
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        return mark(guarded, permission)

    return guard
