"""The month's figures of all co-ops."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from federation.access import federation_needs
from federation.figures import Month
from federation.figures import figures as figures_of
from federation.views.shared import page


@require_safe
@federation_needs("federation.figures")
def figures(request: HttpRequest, year: int | None = None, month: int | None = None) -> HttpResponseBase:
    now = Month.of(timezone.localdate())
    chosen = now if year is None or month is None else _month(year, month)
    if chosen.first > now.first:
        raise Http404
    rows, total = figures_of(chosen)
    context = {
        "month": chosen,
        "before": chosen.before,
        "after": chosen.after if chosen.first < now.first else None,
        "rows": rows,
        "total": total,
    }
    return page(request, "federation/figures.html", context, current="figures")


def _month(year: int, month: int) -> Month:
    if not (2000 <= year <= 2200 and 1 <= month <= 12):
        raise Http404
    return Month(date(year, month, 1))
