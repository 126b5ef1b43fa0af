"""The register: every co-op with its three conditions, and what waits for somebody."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from collectives.models import Standing
from coopdelivery.kit.money import Money
from federation import selectors
from federation.access import federation_needs
from federation.atlas import atlas_of
from federation.figures import accrued
from federation.register.conditions import SHORT
from federation.register.export import signed_register
from federation.views.shared import page


@require_safe
@federation_needs("register.view")
def register(request: HttpRequest) -> HttpResponseBase:
    text, only = request.GET.get("q", "")[:80], request.GET.get("only", "all")
    only = only if only in selectors.FILTERS else "all"
    rows = selectors.register_rows()
    set_aside = _set_aside_this_year()
    shown = selectors.matching(rows, text=text, only=only)
    context: dict[str, Any] = {
        "shown": [(row, set_aside.get(row.collective.pk, [])) for row in shown],
        "short_labels": SHORT.values(),
        "text": text,
        "only": only,
        "counts": selectors.counts_of(rows),
        "waiting": [(row, selectors.steps_of(row)) for row in selectors.to_review(rows)],
        "summary": _summary(rows),
        "atlas": atlas_of(row.collective for row in rows if row.collective.standing != Standing.LEFT),
    }
    return page(request, "federation/register.html", context)


@require_safe
@federation_needs("register.view")
def register_export(request: HttpRequest) -> HttpResponseBase:
    """The register to hand on: signed, so that nobody has to believe who hands it on."""
    return JsonResponse(signed_register(), headers={"Content-Disposition": 'attachment; filename="register.json"'})


def _set_aside_this_year() -> dict[int, list[Money]]:
    """By collective: what the orders settled this year set aside for the federation."""
    year = timezone.localdate().year
    amounts: dict[int, list[Money]] = defaultdict(list)
    for (pk, currency), cents in sorted(accrued(date(year, 1, 1), date(year, 12, 31)).items()):
        amounts[pk].append(Money(cents, currency))
    return amounts


def _summary(rows: list[selectors.RegisterRow]) -> dict[str, int]:
    standing = [row.collective.standing for row in rows]
    return {
        "members": standing.count(Standing.MEMBER),
        "trial": standing.count(Standing.TRIAL),
        "lapsed": standing.count(Standing.LAPSED),
        "applicants": standing.count(Standing.APPLICANT),
        "countries": len({row.collective.country for row in rows if row.collective.standing in selectors.LISTED}),
    }
