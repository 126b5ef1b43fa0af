"""The weeks: who works when, planned by people."""

import uuid
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives import selectors, services
from collectives.access import allows, membership_of, needs
from collectives.forms import refuse
from collectives.forms.shifts import ShiftForm, shift_initial, workers
from collectives.models import ClosedDay, Collective, Shift
from collectives.refusals import Refusal
from collectives.views.shared import actor, form_page, here
from collectives.week import Week, draw_week

YEARS = range(2000, 2100)
SEVEN_DAYS = timedelta(days=7)


@require_safe
@needs("shifts.view")
def shifts(request: HttpRequest) -> HttpResponseBase:
    """This week."""
    return _week_page(request, monday_of(here(request).today()))


@require_safe
@needs("shifts.view")
def shifts_week(request: HttpRequest, year: int, week: int) -> HttpResponseBase:
    return _week_page(request, _monday(year, week))


def _week_page(request: HttpRequest, monday: date) -> HttpResponseBase:
    context = {
        "week": _week(here(request), monday),
        "before": monday - SEVEN_DAYS,
        "after": monday + SEVEN_DAYS,
        "this_monday": monday_of(here(request).today()),
        "may_plan": allows(membership_of(request), "shifts.plan"),
    }
    return TemplateResponse(request, "collectives/week.html", context)


def _week(collective: Collective, monday: date) -> Week:
    found = selectors.shifts_of_week(monday, collective=collective)
    closed = frozenset(ClosedDay.objects.filter(day__gte=monday, day__lt=monday + SEVEN_DAYS).values_list("day", flat=True))
    return draw_week(monday, found, workers(), closed, collective.zone)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _monday(year: int, week: int) -> date:
    try:
        if year in YEARS:
            return date.fromisocalendar(year, week, 1)
    except ValueError as error:
        raise Http404("no such week") from error
    raise Http404("no such week")


def _to_week(collective: Collective, day: date) -> HttpResponse:
    year, week, _weekday = day.isocalendar()
    return redirect("collectives:shifts_week", collective=collective.slug, year=year, week=week)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("shifts.plan")
def shift_new(request: HttpRequest) -> HttpResponseBase:
    """`?who=` and `?day=` fill the form in, when the way led through a cell of the week."""
    initial = {"membership": request.GET.get("who", ""), "day": request.GET.get("day", "") or here(request).today()}
    return _edit(request, None, ShiftForm(request.POST or None, initial=initial))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("shifts.plan")
def shift(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(Shift.objects.select_related("membership__person"), ref=ref)
    return _edit(request, found, ShiftForm(request.POST or None, initial=shift_initial(found, here(request).zone)))


def _edit(request: HttpRequest, found: Shift | None, form: ShiftForm) -> HttpResponseBase:
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, found, form)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The shift of %(name)s is saved.") % {"name": saved.membership.person.name})
            return _to_week(here(request), form.cleaned_data["day"])
    return form_page(request, "collectives/shift.html", form, shift=found, back=_back(request, found))


def _save(request: HttpRequest, found: Shift | None, form: ShiftForm) -> Shift:
    facts = {
        "membership": form.cleaned_data["membership"],
        "kind": form.cleaned_data["kind"],
        "by": actor(request),
        **form.times(here(request).zone),
    }
    return services.plan_shift(**facts) if found is None else services.change_shift(shift=found, **facts)


def _back(request: HttpRequest, found: Shift | None) -> str:
    if found is None:
        return reverse("collectives:shifts", kwargs={"collective": here(request).slug})
    year, week, _weekday = timezone.localtime(found.starts_at, here(request).zone).isocalendar()
    return reverse("collectives:shifts_week", kwargs={"collective": here(request).slug, "year": year, "week": week})


@require_POST
@needs("shifts.plan")
def shift_remove(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(Shift.objects.select_related("membership__person"), ref=ref)
    day = timezone.localtime(found.starts_at, here(request).zone).date()
    try:
        services.remove_shift(shift=found, by=actor(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The shift of %(name)s is removed.") % {"name": found.membership.person.name})
    return _to_week(here(request), day)


@require_POST
@needs("shifts.plan")
def shifts_copy(request: HttpRequest, year: int, week: int) -> HttpResponseBase:
    """The hours of the week before, into this one."""
    monday = _monday(year, week)
    done = services.copy_week(collective=here(request), monday=monday - SEVEN_DAYS, to_monday=monday, by=actor(request))
    messages.success(request, ngettext("%(count)d shift taken over.", "%(count)d shifts taken over.", done.copied) % {"count": done.copied})
    if done.left_out:
        left_out = ngettext(
            "%(count)d left out, because the person already works then or has left.",
            "%(count)d left out, because the people already work then or have left.",
            done.left_out,
        )
        messages.warning(request, left_out % {"count": done.left_out})
    return _to_week(here(request), monday)
