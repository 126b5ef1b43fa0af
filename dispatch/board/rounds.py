"""Rounds as wholes, from the board."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collectives.access import needs
from collectives.models import Collective, Membership, Vehicle
from collectives.selectors import couriers
from coopdelivery.kit.windows import on_day
from dispatch.board.acts import person_of, told
from dispatch.board.asked import collective_of, day_asked, refs_asked
from dispatch.board.reply import done, wants_json
from dispatch.models import Round, RoundTemplate, Task
from dispatch.services.rearrange import make_round, next_open_day
from dispatch.services.refusals import CannotMove, Refused
from dispatch.services.rounds import COLOURS, change_round, delete_round, give_round


class RoundForm(forms.Form):
    """A round's name, hour, colour and bike. Hours are the collective's own."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60, help_text=gettext_lazy("For example “Monday bakeries”."))
    starts = forms.TimeField(
        label=gettext_lazy("Starts at"),
        required=False,
        help_text=gettext_lazy("Empty: with the shift."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    colour = forms.TypedChoiceField(
        label=gettext_lazy("Colour"), coerce=int, choices=[(n, str(n)) for n in range(1, COLOURS + 1)], required=False
    )
    vehicle = forms.ModelChoiceField(
        label=gettext_lazy("Bike"), queryset=Vehicle.objects.none(), required=False, empty_label=gettext_lazy("none")
    )
    trailer = forms.ModelChoiceField(
        label=gettext_lazy("Trailer"), queryset=Vehicle.objects.none(), required=False, empty_label=gettext_lazy("none")
    )
    hidden = forms.BooleanField(label=gettext_lazy("Keep it off the columns and the map"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, trailer in (("vehicle", False), ("trailer", True)):
            field = self.fields[name]
            kinds = Vehicle.objects.filter(in_service=True)
            only = kinds.filter(kind=Vehicle.Kind.TRAILER) if trailer else kinds.exclude(kind=Vehicle.Kind.TRAILER)
            field.queryset = only  # type: ignore[attr-defined]  # a ModelChoiceField


@require_http_methods(["GET", "POST"])
@needs("rounds.plan")
def round_new(request: HttpRequest) -> HttpResponse:
    """Make a named round on the day; stops named by `t` go into it."""
    collective = collective_of(request)
    try:
        on = day_asked(request.POST.get("on") or request.GET.get("on", ""), collective)
        chosen = request.POST.getlist("t") or request.GET.getlist("t")
        if request.method == "POST" and request.POST.get("name", "").strip():
            tasks = refs_asked(chosen) if chosen else []
            row, change = make_round(on=on, name=request.POST["name"], tasks=tasks, by=person_of(request))
            return done(request, change, _("Round “%(name)s” made") % {"name": row.name})
        error = _("Give the round a name.") if request.method == "POST" else ""
    except Refused as refusal:
        on, chosen, error = collective.today(), request.POST.getlist("t"), refusal.sentence
    context = {"on": on, "chosen": chosen, "error": error, "typed": request.POST.get("name", "")}
    template = "dispatch/board/_round_new.html" if wants_json(request) else "dispatch/board/round_new.html"
    return TemplateResponse(request, template, context, status=422 if error else 200)


@require_http_methods(["GET", "POST"])
@needs("rounds.plan")
def round_edit(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Name, hour, colour, bike; also where a round is given, taken back or removed without a script."""
    row = get_object_or_404(Round.objects.select_related("courier__person"), ref=ref)
    zone = collective_of(request).zone
    first = {
        "name": row.name,
        "colour": row.colour,
        "vehicle": row.vehicle_id,
        "trailer": row.trailer_id,
        "hidden": row.hidden,
        "starts": row.starts_at.astimezone(zone).time() if row.starts_at else None,
    }
    form = RoundForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        starts = values.pop("starts")
        values["starts_at"] = on_day(row.on, starts, starts, zone).start if starts else None
        values["colour"] = values["colour"] or row.colour
        try:
            change = change_round(round=row, by=person_of(request), **values)
            return done(request, change, _("Round “%(name)s” changed") % {"name": values["name"]})
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
    context = {
        "form": form,
        "round": row,
        "couriers": couriers(),
        "on": row.on,
        "empty": not row.tasks.exists(),
        **_others(row, collective_of(request)),
    }
    template = "dispatch/board/_round_edit.html" if request.headers.get("X-Dialog") else "dispatch/board/round_edit.html"
    return TemplateResponse(request, template, context, status=422 if form.errors else 200)


def _others(row: Round, collective: Collective) -> dict[str, Any]:
    """What the forms to split, merge and move need: the stops to do, the day's other rounds, the next open day."""
    others = Round.objects.filter(on=row.on).exclude(pk=row.pk).exclude(name="", courier=None).select_related("courier__person")
    return {
        "stops": Task.objects.live().filter(round=row).select_related("stop__place", "place").order_by("position"),
        "others": others,
        "next_day": next_open_day(row.on + timedelta(days=1), collective),
        "today": collective.today(),
    }


@require_POST
@needs("rounds.plan")
@told
def round_give(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Give the round to the courier `to` (`c:<membership>`), or take it back (`tray`)."""
    row = get_object_or_404(Round, ref=ref)
    version = int(request.POST["version"]) if request.POST.get("version", "").isdecimal() else None
    to = request.POST.get("to", "")
    courier = _courier(to)
    change = give_round(round=row, courier=courier, by=person_of(request), version=version)
    if courier is None:
        return done(request, change, _("“%(round)s” is nobody's again") % {"round": row.name})
    return done(request, change, _("“%(round)s” given to %(name)s") % {"round": row.name, "name": courier.person.first_name})


def _courier(to: str) -> Membership | None:
    if to == "tray":
        return None
    ref = refs_asked([to.removeprefix("c:")], "to")[0]
    courier = Membership.objects.select_related("person").prefetch_related("held").filter(ref=ref).first()
    if courier is None:
        raise CannotMove(_("This person does not ride for the co-op any more."), field="to")
    return courier


@require_POST
@needs("rounds.plan")
@told
def round_hide(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show the round among the columns and on the map, or not."""
    row = get_object_or_404(Round, ref=ref)
    change = change_round(round=row, hidden=not row.hidden, by=person_of(request))
    text = _("“%(round)s” is hidden") if not row.hidden else _("“%(round)s” is shown")
    return done(request, change, text % {"round": row.name})


@require_POST
@needs("rounds.plan")
@told
def round_delete(request: HttpRequest, ref: UUID) -> HttpResponse:
    row = get_object_or_404(Round, ref=ref)
    change = delete_round(round=row, by=person_of(request))
    return done(request, change, _("Round “%(name)s” removed") % {"name": row.name})


@require_GET
@needs("board.view")
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds of a day, for who plans without the board."""
    try:
        on = day_asked(request.GET.get("on", ""), collective_of(request))
    except Refused as refusal:
        return TemplateResponse(request, "dispatch/refused.html", {"refusal": refusal}, status=400)
    found = Round.objects.filter(on=on).exclude(name="").select_related("courier__person")
    context = {"rounds": found, "on": on, "templates": RoundTemplate.objects.all()}
    return TemplateResponse(request, "dispatch/board/rounds.html", context)
