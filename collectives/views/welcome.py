"""An invited person arrives by the link in the e-mail."""

from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth import login
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collectives import services
from collectives.forms import refuse
from collectives.forms.team import WelcomeForm
from collectives.models import Invitation, Role
from collectives.refusals import Refusal
from collectives.tenancy import acting_for_everyone
from collectives.views.shared import form_page
from coopdelivery.kit.access import open_to_all
from coopdelivery.kit.refs import BadLink
from coopdelivery.people.models import Person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all("whoever got the invitation by e-mail holds its signed link; it lets one person in, once")
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """A signed-in person joins with one press; a new one chooses a name and a password; somebody we know signs in first."""
    found = _invitation(token)
    page = _answer(request, found)
    add_never_cache_headers(page)
    return page


def _invitation(token: str) -> Invitation:
    try:
        ref = services.ref_in_token(token)
    except BadLink as error:
        raise Http404("no such invitation") from error
    with acting_for_everyone("the signed link of an invitation names its collective"):
        found = Invitation.objects.select_related("collective", "invited_by").filter(ref=ref).first()
    if found is None:
        raise Http404("no such invitation")
    return found


def _answer(request: HttpRequest, found: Invitation) -> TemplateResponse | HttpResponseBase:
    try:
        services.check_open(found)
        return _open(request, found)
    except Refusal as refusal:
        context = {"invitation": found, "reason": str(refusal)}
        return TemplateResponse(request, "collectives/invitation_closed.html", context, status=410)


def _open(request: HttpRequest, found: Invitation) -> HttpResponseBase:
    context = {"invitation": found, "roles": [Role(role).label for role in found.roles]}
    if isinstance(request.user, Person):
        if request.method == "POST":
            return _let_in(request, found, request.user)
        return TemplateResponse(request, "collectives/invitation.html", context)
    if Person.objects.filter(email__iexact=found.email).exists():
        return TemplateResponse(request, "collectives/invitation.html", {**context, "known": True})
    return _new_person(request, found, context)


def _new_person(request: HttpRequest, found: Invitation, context: dict[str, object]) -> HttpResponseBase:
    initial = {"name": found.name, "language": get_language()}
    form = WelcomeForm(request.POST or None, initial=initial, email=found.email)
    if request.method == "POST" and form.is_valid():
        try:
            person = _join_as_new(found, form)
        except IntegrityError:
            return redirect(request.path)  # the account was made at this very moment, by a second press
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            login(request, person, backend=BACKEND)
            return _welcome(request, found)
    return form_page(request, "collectives/invitation.html", form, **context)


@transaction.atomic
def _join_as_new(found: Invitation, form: WelcomeForm) -> Person:
    """The account and the membership, or neither."""
    answers = form.cleaned_data
    person = Person.objects.create_user(
        name=answers["name"].strip(), email=found.email, password=answers["password"], language=answers["language"]
    )
    EmailAddress.objects.create(user=person, email=found.email, verified=True, primary=True)
    services.accept_invitation(invitation=found, by=person)
    return person


def _let_in(request: HttpRequest, found: Invitation, person: Person) -> HttpResponseBase:
    services.accept_invitation(invitation=found, by=person)
    if person.email and person.email.lower() == found.email:
        EmailAddress.objects.filter(user=person, email__iexact=found.email).update(verified=True)
    return _welcome(request, found)


def _welcome(request: HttpRequest, found: Invitation) -> HttpResponseBase:
    messages.success(request, _("Welcome to %(name)s.") % {"name": found.collective.name})
    return redirect("/")
