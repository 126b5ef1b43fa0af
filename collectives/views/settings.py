"""The collective's card, hours and closed days."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collectives import selectors, services
from collectives.access import membership_of, needs
from collectives.countries import public_holidays
from collectives.forms import refuse
from collectives.forms.hours import ClosedDayForm, WeekForm
from collectives.forms.settings import CollectiveForm
from collectives.models import Collective, OpeningHours
from collectives.refusals import AlreadyClosed, Refusal
from collectives.steps import steps_for
from collectives.views.shared import actor, edit_page, form_page, here
from coopdelivery.kit.windows import day_in


@require_http_methods(["GET", "HEAD", "POST"])
@needs("collective.edit")
def settings(request: HttpRequest) -> HttpResponseBase:
    collective = here(request)
    form = CollectiveForm(request.POST or None, instance=Collective.objects.get(pk=collective.pk))  # a copy: a form writes into it

    def save() -> str:
        services.edit_collective(collective=collective, changes=form.changes(), by=actor(request))
        services.find_centre(collective=collective, by=actor(request))
        return _("The settings are saved.")

    steps = steps_for(membership_of(request), collective)
    return edit_page(request, "collectives/settings.html", form, save, then="collectives:settings", steps=steps)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("hours.edit")
def hours(request: HttpRequest) -> HttpResponseBase:
    collective = here(request)
    ranges = OpeningHours.objects.values_list("weekday", "opens", "closes")
    form = WeekForm(request.POST or None, ranges=ranges)

    def save() -> str:
        services.set_opening_hours(collective=collective, ranges=form.ranges(), by=actor(request))
        return _("The opening hours are saved.")

    context = {"day_form": ClosedDayForm(), **_days_context(collective)}
    return edit_page(request, "collectives/hours.html", form, save, then="collectives:hours", **context)


def _days_context(collective: Collective) -> dict[str, object]:
    closed = list(selectors.closed_days_ahead(collective))
    taken = {row.day for row in closed}
    offered = [row for row in public_holidays(collective.country, collective.today()) if row[0] not in taken]
    return {"closed_days": closed, "offered": offered}


@require_POST
@needs("hours.edit")
def day_close(request: HttpRequest) -> HttpResponseBase:
    """Close one day, typed or picked among the public holidays."""
    collective = here(request)
    form = ClosedDayForm(request.POST)
    if form.is_valid():
        try:
            services.close_day(collective=collective, by=actor(request), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The day is closed."))
            return redirect("collectives:hours", collective=collective.slug)
    week = WeekForm(ranges=OpeningHours.objects.values_list("weekday", "opens", "closes"))
    context = {"day_form": form, **_days_context(collective)}
    page = form_page(request, "collectives/hours.html", week, **context)
    page.status_code = 422
    return page


@require_POST
@needs("hours.edit")
def holidays_close(request: HttpRequest) -> HttpResponseBase:
    """Close all public holidays of the next twelve months that are offered."""
    collective, closed = here(request), 0
    for day, name in public_holidays(collective.country, collective.today()):
        try:
            services.close_day(collective=collective, day=day, reason=name, by=actor(request))
            closed += 1
        except AlreadyClosed:
            continue
    messages.success(request, _("Closed on the public holidays: %(count)s days.") % {"count": closed})
    return redirect("collectives:hours", collective=collective.slug)


@require_POST
@needs("hours.edit")
def day_open(request: HttpRequest) -> HttpResponseBase:
    collective = here(request)
    try:
        services.open_day(collective=collective, day=day_in(request.POST.get("day", "")), by=actor(request))
    except ValueError:
        messages.error(request, _("That is not a day."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The day is open again."))
    return redirect("collectives:hours", collective=collective.slug)
