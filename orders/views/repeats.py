"""Deliveries that come again: made from one that was, seen date by date."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.access import needs
from coopdelivery.kit.windows import day_in
from orders.forms.repeat import WEEKDAYS, PauseForm, RepeatForm
from orders.models import Delivery, Occurrence, Repeat, Stop, StopKind
from orders.refusals import Refused
from orders.repeats import services
from orders.selectors import deliveries_visible_to, partners_of
from orders.views.here import collective_of, member, partners, person

DAYS_SHOWN = 35


@dataclass(frozen=True, slots=True)
class Date:
    """A date of the rule with what became of it; None is still to come."""

    on: date
    occurrence: Occurrence | None


def _repeats(request: HttpRequest) -> QuerySet[Repeat]:
    return Repeat.objects.filter(partner__in=partners_of(member(request))).select_related("partner__collective", "partner__place")


@require_safe
@needs("deliveries.view")
def repeats(request: HttpRequest) -> HttpResponseBase:
    refused = Count(
        "occurrences", filter=Q(occurrences__state=Occurrence.State.REFUSED, occurrences__on__gte=collective_of(request).today())
    )
    rows = _repeats(request).annotate(refused=refused).order_by("ended_at", "name", "pk")
    return TemplateResponse(request, "orders/repeat_list.html", {"repeats": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("deliveries.place")
def repeat_new(request: HttpRequest) -> HttpResponseBase:
    """`?like=<ref>` is the delivery that is to come again."""
    like = _like(request)
    partner = next((each for each in partners(request) if each.pk == like.partner_id), None)
    if partner is None:
        raise Http404
    form = RepeatForm(request.POST or None, initial=_first_values(request, like))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        kept = {key: data[key] for key in ("name", "first_on", "last_on", "on_holiday")}
        try:
            added = services.add_repeat(partner=partner, like=like, rule=form.rule(), hours=form.hours(), by=person(request), **kept)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("“%(name)s” repeats now. Its dates are ordered a week ahead.") % {"name": added.name})
            return redirect("orders:repeat", collective=collective_of(request).slug, ref=added.ref)
    status = 422 if form.errors else 200
    return TemplateResponse(request, "orders/repeat_form.html", {"form": form, "like": like, "partner": partner}, status=status)


def _like(request: HttpRequest) -> Delivery:
    try:
        ref = UUID(request.GET.get("like", ""))
    except ValueError as error:
        raise Http404 from error
    found: Delivery = get_object_or_404(deliveries_visible_to(member(request)).select_related("partner"), ref=ref)
    return found


def _first_values(request: HttpRequest, like: Delivery) -> dict[str, object]:
    """Next week, on the same day and at the same hours."""
    zone = collective_of(request).zone
    drop: Stop = like.stops.filter(kind=StopKind.DROPOFF).select_related("place")[0]
    start, end = timezone.localtime(drop.window_start, zone), timezone.localtime(drop.window_end, zone)
    first = collective_of(request).today() + timedelta(days=1)
    return {
        "name": drop.contact_name or drop.place.street_address,
        "weekdays": [WEEKDAYS[start.weekday()][0]],
        "first_on": first,
        "starts": start.time(),
        "ends": end.time(),
        "on_holiday": Repeat.OnHoliday.SKIP,
    }


@require_safe
@needs("deliveries.view")
def repeat(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    return _page(request, get_object_or_404(_repeats(request), ref=ref), PauseForm())


def _page(request: HttpRequest, found: Repeat, form: PauseForm) -> HttpResponse:
    today = collective_of(request).today()
    last = today + timedelta(days=DAYS_SHOWN)
    known = {row.on: row for row in found.occurrences.filter(on__range=(today, last)).select_related("delivery")}
    coming = services.dates_of(found, today, last) if found.ended_at is None else []
    dates = [Date(day, known.get(day)) for day in sorted({*coming, *known})]
    context = {"repeat": found, "dates": dates, "form": form, "days": WEEKDAYS}
    return TemplateResponse(request, "orders/repeat_detail.html", context, status=422 if form.errors else 200)


@require_POST
@needs("deliveries.place")
def repeat_change(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """`act`: pause, resume, end, leave-out or again (with `on`)."""
    found = get_object_or_404(_repeats(request), ref=ref)
    act = request.POST.get("act", "")
    if act == "pause":
        form = PauseForm(request.POST)
        if not form.is_valid():
            return _page(request, found, form)
        try:
            first, last = form.cleaned_data["paused_from"], form.cleaned_data["paused_until"]
            services.pause_repeat(repeat=found, first=first, last=last, by=person(request))
        except Refused as refused:
            form.add_error("paused_until", str(refused))
            return _page(request, found, form)
        messages.success(request, _("Paused. What is ordered already stays: cancel it where you do not want it."))
    elif act == "resume":
        services.resume_repeat(repeat=found, by=person(request))
        messages.success(request, _("It goes on."))
    elif act == "end":
        services.end_repeat(repeat=found, by=person(request))
        messages.success(request, _("Ended. What is ordered already stays ordered."))
    else:
        _one_date(request, found, act)
    return redirect("orders:repeat", collective=collective_of(request).slug, ref=ref)


def _one_date(request: HttpRequest, found: Repeat, act: str) -> None:
    try:
        on = day_in(request.POST.get("on", ""))
    except ValueError:
        messages.error(request, _("Choose a day."))
        return
    if act == "leave-out":
        services.leave_out(repeat=found, on=on, by=person(request))
        messages.success(request, _("That day is left out."))
    elif act == "again":
        row = services.try_again(repeat=found, on=on)
        if row.state == Occurrence.State.PLACED:
            messages.success(request, _("Ordered."))
        else:
            messages.error(request, row.why)
