"""My account: who I am, how pages look to me, my data."""

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coopdelivery.kit.access import open_to_all, signed_in
from coopdelivery.people import privacy, services
from coopdelivery.people.forms import ProfileForm
from coopdelivery.people.models import Person, person_of
from coopdelivery.people.security import security_of

A_YEAR = 365 * 24 * 3600


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    form = ProfileForm(request.POST or None, instance=Person.objects.get(pk=person.pk))
    if request.method == "POST" and form.is_valid():
        services.change_profile(person=person, **form.cleaned_data)
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Saved."))
        return remember(redirect("people:profile"), "language", form.cleaned_data["language"])
    context = {"form": form, "security": security_of(person)}
    return TemplateResponse(request, "people/profile.html", context, status=400 if request.method == "POST" else 200)


@open_to_all("visitors choose light or dark too; only their own cookie or account changes")
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("theme", "")
    if chosen not in Person.Theme.values:
        return HttpResponse(_("Choose light, dark, or as the device."), status=400, content_type="text/plain; charset=utf-8")
    if isinstance(request.user, Person):
        services.choose_theme(person=request.user, theme=chosen)
    return remember(back(request), "theme", chosen)


@open_to_all("visitors choose their language too; only their own cookie or account changes")
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return HttpResponse(_("This language is not there yet."), status=400, content_type="text/plain; charset=utf-8")
    if isinstance(request.user, Person):
        services.choose_language(person=request.user, language=chosen)
    return remember(back(request), "language", chosen)


def back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page the choice was made on, never to another site."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted if safe else "/")


def remember(response: HttpResponseRedirect, name: str, value: str) -> HttpResponseRedirect:
    """This browser keeps the choice after signing out too."""
    cookie = settings.LANGUAGE_COOKIE_NAME if name == "language" else name
    response.set_cookie(cookie, value, max_age=A_YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True)
    return response


@signed_in
@never_cache
@require_safe
def export(request: HttpRequest) -> JsonResponse:
    """Everything kept about me, as one JSON file."""
    person = person_of(request)
    response = JsonResponse(privacy.export(person), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="coopdelivery-{person.username}.json"'
    return response


@signed_in
@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    """Sign one of my other devices out."""
    typed = request.POST.get("session", "")
    mine = UserSession.objects.filter(user=person_of(request)).exclude(session_key=request.session.session_key)
    session = mine.filter(pk=int(typed)).first() if typed.isascii() and typed.isdigit() and len(typed) < 18 else None
    if session is None:
        messages.error(request, _("This device was not signed in any more."))
    else:
        session.end()
        messages.success(request, _("This device was signed out."))
    return redirect("usersessions_list")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Asks for the user name in words, because this cannot be undone."""
    person = person_of(request)
    typed, error = request.POST.get("username", "").strip(), ""
    if request.method == "POST" and typed != person.username:
        error = _("Write your user name exactly, to show that you mean it: %(name)s") % {"name": person.username}
    elif request.method == "POST":
        try:
            privacy.erase_person(person=person)
        except privacy.StillNeeded as reason:
            return erase_page(request, reasons=reason.reasons, typed=typed, status=409)
        logout(request)
        messages.success(request, _("Your identity was erased. What you did stays in the books without your name."))
        return redirect("/")
    return erase_page(request, reasons=privacy.reasons_to_keep(person), typed=typed, error=error, status=400 if error else 200)


def erase_page(request: HttpRequest, *, reasons: list[str], typed: str, error: str = "", status: int) -> TemplateResponse:
    context = {"reasons": reasons, "typed": typed, "error": error, "username": person_of(request).username}
    return TemplateResponse(request, "people/erase.html", context, status=status)
