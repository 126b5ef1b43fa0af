"""Where couriers are, for who asks on purpose: each look is written down, and the courier reads it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from collectives.access import needs
from collectives.policies import policy_value
from coopdelivery.kit.words import clock
from dispatch.board.acts import person_of
from dispatch.services.positions import Whereabouts, look_for_couriers


@require_GET
@needs("board.view")
def where(request: HttpRequest) -> HttpResponse:
    """The last place of each courier on a stop, with its age; greyed after five minutes."""
    found = look_for_couriers(by=person_of(request))
    context = {"found": found, "pins": [_pin(one) for one in found], "allowed": policy_value("show_position")}
    return TemplateResponse(request, "dispatch/board/where.html", context)


def _pin(one: Whereabouts) -> dict[str, Any]:
    name = one.membership.person.first_name
    title = _("%(name)s at %(time)s") % {"name": name, "time": clock(one.at)}
    return {
        "id": str(one.membership.ref),
        "lat": one.point.latitude,
        "lng": one.point.longitude,
        "label": one.membership.person.initials,
        "kind": "drop",
        "state": "done" if one.is_old else "",
        "thread": one.membership.colour,
        "title": title,
    }
