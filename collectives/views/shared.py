"""What every page of a collective needs from its request."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from collectives.forms import refuse
from collectives.models import Collective
from collectives.refusals import Refusal
from coopdelivery.people.models import Person


def here(request: HttpRequest) -> Collective:
    """The collective of the address; the guard has made sure there is one."""
    collective: Collective = request.collective  # type: ignore[attr-defined]  # set by the middleware
    return collective


def actor(request: HttpRequest) -> Person:
    """The signed-in person."""
    person: Person = request.user  # type: ignore[assignment]  # the guard lets in nobody else
    return person


def form_page(request: HttpRequest, template: str, form: forms.BaseForm, **context: object) -> TemplateResponse:
    """The page of a form: 422 when it was refused, with what was typed."""
    return TemplateResponse(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def edit_page(
    request: HttpRequest, template: str, form: forms.BaseForm, save: Callable[[], str], *, then: str, **context: object
) -> HttpResponseBase:
    """A form to fill in. When what was posted is valid, `save` writes it and returns the sentence shown on the page `then`.

    A Refusal goes to the field it names.
    """
    if request.method == "POST" and form.is_valid():
        try:
            said = save()
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, said)
            return redirect(then, collective=here(request).slug)
    return form_page(request, template, form, **context)


def press(
    request: HttpRequest, act: Callable[[], object], said: str, *, then: str, page: Callable[[HttpRequest], TemplateResponse]
) -> HttpResponseBase:
    """A button. Afterwards the page `then` says `said`; a Refusal is said on `page`, with 409."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
        answer = page(request)
        answer.status_code = 409
        return answer
    messages.success(request, said)
    return redirect(then, collective=here(request).slug)
