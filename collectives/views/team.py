"""The team: who is in it, in which roles, and who is invited."""

import uuid
from functools import partial

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives import selectors, services
from collectives.access import allows, membership_of, needs
from collectives.forms.team import InvitationForm, MemberForm
from collectives.models import Invitation, Membership
from collectives.steps import steps_for
from collectives.views.shared import actor, edit_page, form_page, here, press

TEAM = "collectives:team"


@require_safe
@needs("members.view")
def team(request: HttpRequest) -> HttpResponseBase:
    return _team(request)


def _team(request: HttpRequest) -> TemplateResponse:
    viewer = membership_of(request)
    context: dict[str, object] = {
        "members": selectors.members(),
        "may_edit": allows(viewer, "members.edit"),
        "may_invite": allows(viewer, "members.invite"),
        "steps": steps_for(viewer, here(request)),
    }
    if context["may_invite"]:
        context |= {"invitations": selectors.open_invitations(), "former": selectors.members(active=False)}
    return TemplateResponse(request, "collectives/team.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.invite")
def invitation_new(request: HttpRequest) -> HttpResponseBase:
    form = InvitationForm(request.POST or None)

    def save() -> str:
        services.invite(collective=here(request), by=actor(request), **form.cleaned_data)
        return _("%(email)s is invited.") % {"email": form.cleaned_data["email"]}

    return edit_page(request, "collectives/invitation_new.html", form, save, then=TEAM)


@require_POST
@needs("members.invite")
def invitation_resend(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    invitation = get_object_or_404(Invitation, ref=ref)
    resend = partial(services.resend_invitation, invitation=invitation, by=actor(request))
    said = _("The invitation to %(email)s goes out again.") % {"email": invitation.email}
    return press(request, resend, said, then=TEAM, page=_team)


@require_POST
@needs("members.invite")
def invitation_withdraw(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    invitation = get_object_or_404(Invitation, ref=ref)
    withdraw = partial(services.withdraw_invitation, invitation=invitation, by=actor(request))
    said = _("The invitation to %(email)s is withdrawn.") % {"email": invitation.email}
    return press(request, withdraw, said, then=TEAM, page=_team)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.edit")
def member(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = _found(ref)
    form = MemberForm(request.POST or None, initial=_initial(found))

    def save() -> str:
        _save_member(found, form, request)
        return _("%(name)s is saved.") % {"name": found.person.name}

    return edit_page(request, "collectives/member.html", form, save, then=TEAM, member=found)


def _found(ref: uuid.UUID) -> Membership:
    return get_object_or_404(Membership.objects.select_related("person").prefetch_related("held"), ref=ref)


def _initial(found: Membership) -> dict[str, object]:
    return {"roles": sorted(found.roles), "member_since": found.member_since, "weekly_hours": found.weekly_hours}


def _save_member(found: Membership, form: MemberForm, request: HttpRequest) -> None:
    """The partner role is given on the partner's page, so the form leaves it as it is."""
    answers = form.cleaned_data
    kept = found.roles - dict(form.fields["roles"].choices).keys()  # type: ignore[attr-defined]  # a MultipleChoiceField
    services.set_roles(membership=found, roles=[*answers["roles"], *kept], by=actor(request))
    changes = {"member_since": answers["member_since"], "weekly_hours": answers["weekly_hours"]}
    services.edit_member(membership=found, changes=changes, by=actor(request))


@require_POST
@needs("members.edit")
def member_deactivate(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = _found(ref)

    def again(request: HttpRequest) -> TemplateResponse:
        return form_page(request, "collectives/member.html", MemberForm(initial=_initial(found)), member=found)

    deactivate = partial(services.deactivate_member, membership=found, by=actor(request))
    said = _("%(name)s may not enter any more. What they did stays.") % {"name": found.person.name}
    return press(request, deactivate, said, then=TEAM, page=again)


@require_POST
@needs("members.edit")
def member_reactivate(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = _found(ref)
    reactivate = partial(services.reactivate_member, membership=found, by=actor(request))
    return press(request, reactivate, _("%(name)s is back in the team.") % {"name": found.person.name}, then=TEAM, page=_team)
