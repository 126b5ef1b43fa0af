"""A label's code, typed: the same as the camera for who has none, and for a page without script."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collectives.access import needs
from dispatch.pocket import actions
from dispatch.pocket.acting import act
from dispatch.pocket.actions import BadAction, from_form
from dispatch.pocket.codes import holder_of
from dispatch.pocket.day import day_of_courier
from dispatch.pocket.views.shared import me
from dispatch.services.labels import clean_code


@needs("pocket.use")
@require_http_methods(["GET", "HEAD", "POST"])
def scan(request: HttpRequest) -> HttpResponse:
    """`?code=` opens its stop; POST ties an unknown code to a stop of the day."""
    day = day_of_courier(me(request))
    code = clean_code(request.POST.get("code", "") or request.GET.get("code", ""))
    error = ""
    if request.method == "POST":
        try:
            row = act(from_form(actions.BIND, request.POST), by=me(request))
            if row.outcome == row.Outcome.DONE:
                return redirect("pocket:task", ref=row.tasks[0])
            error = row.answer["message"]
        except BadAction as refused:
            error = refused.sentence
    elif code:
        visit = holder_of(code, day.stops)
        if visit is not None:
            return redirect("pocket:task", ref=visit.ref)
        error = _("%(code)s is not in your day. Tie it to a stop, or ask dispatch.") % {"code": code}
    context = {"day": day, "code": code, "error": error}
    return TemplateResponse(request, "courier/scan.html", context, status=400 if error and request.method == "POST" else 200)
