"""A phone that several couriers share: set my PIN, hand the phone on, come back to my day."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from collectives.access import needs
from coopdelivery.kit.access import open_to_all
from coopdelivery.people.models import person_of
from dispatch.models import PoolPhone
from dispatch.pinned import BY_PIN
from dispatch.pocket.views.shared import me
from dispatch.services.phones import leave_phone, open_with_pin, people_of, phone_of, set_pin, share_phone
from dispatch.services.refusals import Refused

COOKIE = "pool_phone"
COOKIE_S = 400 * 24 * 3600
SHIFT_S = 16 * 3600
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@needs("pocket.use")
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """GET tells whether this phone is shared; POST shares it and sets my PIN, or takes my PIN away."""
    courier, by = me(request), person_of(request)
    secret = request.COOKIES.get(COOKIE, "")
    known, error = phone_of(secret), None
    if request.method == "POST":
        try:
            if request.POST.get("verb") == "leave":
                if known is not None:
                    leave_phone(phone=known, by=by)
                messages.success(request, _("Your PIN opens nothing on this phone any more."))
                return redirect("pocket:phone")
            with transaction.atomic():
                if known is None:
                    known, secret = share_phone(courier=courier, name=request.POST.get("name", "").replace("\x00", ""), by=by)
                set_pin(phone=known, secret=secret, courier=courier, pin=request.POST.get("pin", ""), by=by)
            messages.success(request, _("Your PIN is set on this phone."))
            return _with_cookie(redirect("pocket:phone"), secret)
        except Refused as refused:
            secret, error = request.COOKIES.get(COOKIE, ""), refused  # a phone that was to be shared with a refused PIN is not shared
            known = phone_of(secret)
    context = {"phone": known, "people": people_of(known) if known else [], "error": error, "typed": request.POST.get("name", "")}
    response = TemplateResponse(request, "courier/phone.html", context, status=400 if error else 200)
    return _with_cookie(response, secret) if known is not None and error is not None else response


def _with_cookie(response: HttpResponse, secret: str) -> HttpResponse:
    secure = bool(settings.SESSION_COOKIE_SECURE)
    response.set_cookie(COOKIE, secret, max_age=COOKIE_S, path="/courier/", secure=secure, httponly=True, samesite="Lax")
    return response


@never_cache
@open_to_all("whoever holds a shared phone chooses who they are and gives their PIN; without the phone's own secret it shows nobody")
@require_http_methods(["GET", "HEAD", "POST"])
def who(request: HttpRequest) -> HttpResponse:
    """Choose who you are on this shared phone. Whoever was signed in is signed out first: a session never changes hands."""
    secret = request.COOKIES.get(COOKIE, "")
    known = phone_of(secret)
    if known is None:
        return redirect("account_login")
    error = None
    if request.method == "POST":
        try:
            return _open(request, known, secret)
        except Refused as refused:
            error = refused
    chosen = request.POST.get("person", "") or request.GET.get("person", "")
    context = {"phone": known, "people": people_of(known), "error": error, "chosen": chosen}
    return TemplateResponse(request, "courier/who.html", context, status=400 if error else 200)


def _open(request: HttpRequest, known: PoolPhone, secret: str) -> HttpResponse:
    """Raises WrongPin."""
    person = open_with_pin(
        phone=known, secret=secret, person_ref=request.POST.get("person", ""), pin=request.POST.get("pin", "").replace("\x00", "")
    )
    logout(request)
    login(request, person, backend=BACKEND)
    request.session[BY_PIN] = True
    request.session["courier_collective"] = known.collective.slug
    request.session.set_expiry(SHIFT_S)
    return redirect("pocket:day")


@needs("pocket.use")
@require_POST
def hand_on(request: HttpRequest) -> HttpResponse:
    """I give the phone to somebody else: signed out here; what waits to be sent stays on the phone, sealed, under my name."""
    logout(request)
    return redirect("pocket:who")
