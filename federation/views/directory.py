"""The public face: who is a member, under which conditions, and how to join."""

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from coopdelivery.kit.access import open_to_all
from coopdelivery.kit.money import Money
from federation import selectors
from federation.atlas import atlas_of
from federation.groups.pot import present_mandates
from federation.models import Mandate


@require_safe
@open_to_all("who delivers where is for everyone to know")
def directory(request: HttpRequest) -> HttpResponseBase:
    listed = list(selectors.directory())
    text, country = request.GET.get("q", "")[:80], request.GET.get("country", "")[:2].upper()
    shown = [row for row in listed if text.casefold().strip() in selectors.searched(row) and country in {"", row.country}]
    context = {
        "members": sum(row.standing == "member" for row in listed),
        "shown": shown,
        "countries": sorted({row.country for row in listed}),
        "country": country,
        "text": text,
        "atlas": atlas_of(listed),
        **_fund(),
    }
    return TemplateResponse(request, "federation/directory.html", context)


def _fund() -> dict[str, list[Mandate] | Money | None]:
    """What the assembly voted for each group with a mandate; the sum when it is one currency."""
    budgets = list(present_mandates(timezone.localdate()).values())
    one = len({mandate.currency for mandate in budgets}) == 1
    return {"budgets": budgets, "voted": Money(sum(mandate.cents for mandate in budgets), budgets[0].currency) if one else None}
