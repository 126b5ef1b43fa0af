"""Who may enter the federation's pages: people who hold an office. The grants stand in `collectives.access`, on the one table."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from collectives.access import GRANTS, OFFICER
from coopdelivery.kit.access import View, mark, refuse_stranger
from federation.models import Officer


def office_of(person_id: int) -> Officer | None:
    """The office a person holds today, if any."""
    today = timezone.localdate()
    return Officer.objects.filter(Q(until=None) | Q(until__gte=today), person_id=person_id, since__lte=today).first()


def federation_needs(permission: str) -> Callable[[View], View]:
    """Guard a view under /federation/: 404 without an office, 403 when the office does not carry the permission."""
    allowed = GRANTS[permission]

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return refuse_stranger(request)
            if office_of(request.user.pk) is None:
                raise Http404
            if OFFICER not in allowed:
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        return mark(guarded, permission)

    return guard
