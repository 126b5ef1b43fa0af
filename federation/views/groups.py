"""The six groups as officers see them: mandates put to the vote, members named, signed expenses paid."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.forms import refuse
from collectives.refusals import Refusal
from federation import services as federation
from federation.access import federation_needs
from federation.assembly.resolutions import ends_at
from federation.forms.groups import GroupMemberForm, MandateForm, PaidForm
from federation.groups import members, spending
from federation.groups.pot import expenses, group_rows, pots
from federation.groups.reading import page_of
from federation.models import Expense, GroupMember, WorkingGroup
from federation.views.shared import actor, download, page


def known(group: str) -> str:
    """Raises Http404 for a group there is not."""
    if group not in WorkingGroup.values:
        raise Http404
    return group


@require_safe
@federation_needs("groups.manage")
def groups(request: HttpRequest) -> HttpResponseBase:
    to_pay = expenses().filter(state=Expense.State.SIGNED).order_by("asked_at")
    return page(request, "federation/groups.html", {"rows": group_rows(), "pots": pots(), "to_pay": to_pay}, current="groups")


@require_http_methods(["GET", "HEAD", "POST"])
@federation_needs("groups.manage")
def mandate_new(request: HttpRequest) -> HttpResponseBase:
    today = timezone.localdate()
    form = MandateForm(request.POST or None, initial={"begins_on": today, "group": request.GET.get("group", "")})
    if request.method == "POST" and form.is_valid():
        told = form.settles()
        title = _("Mandate of the group “%(group)s”, looked at again by %(day)s") % {
            "group": WorkingGroup(told["group"]).label,
            "day": told["review_on"],
        }
        try:
            opened = federation.open_resolution(
                title=title[:160],
                text=form.cleaned_data["text"],
                closes_at=ends_at(form.cleaned_data["closes_on"]),
                by=actor(request),
                settles={"mandate": told},
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("%(number)s is open for votes.") % {"number": opened.number})
            return redirect("federation:resolution", ref=opened.ref)
    return page(request, "federation/mandate_new.html", {"form": form}, current="groups", status=422 if form.errors else 200)


@require_safe
@federation_needs("groups.manage")
def group(request: HttpRequest, group: str) -> HttpResponseBase:
    return _one(request, known(group))


@require_POST
@federation_needs("groups.manage")
def member_name(request: HttpRequest, group: str) -> HttpResponseBase:
    form = GroupMemberForm(request.POST)
    if form.is_valid():
        try:
            seat = members.name_member(group=known(group), by=actor(request), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("%(name)s works in this group now.") % {"name": seat.person.name})
            return redirect("federation:group", group=group)
    return _one(request, known(group), form=form, status=422)


@require_POST
@federation_needs("groups.manage")
def member_end(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    seat = get_object_or_404(GroupMember.objects.select_related("person"), ref=ref)
    said = _("%(name)s has left the group.") % {"name": seat.person.name}
    return _pressed(request, seat.group, lambda: members.end_member(member=seat, by=actor(request)), said)


@require_POST
@federation_needs("groups.manage")
def expense_sign(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(expenses(), ref=ref)
    return _pressed(request, found.mandate.group, lambda: spending.sign(expense=found, by=actor(request)), _("Signed."))


@require_POST
@federation_needs("groups.manage")
def expense_pay(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(expenses(), ref=ref)
    form = PaidForm(request.POST)
    if not form.is_valid():
        return _one(request, found.mandate.group, refusal=" ".join(str(error) for error in form.errors.get("on", ())), status=422)
    said = _("Paid: %(title)s.") % {"title": found.title}
    return _pressed(request, found.mandate.group, lambda: spending.pay(expense=found, on=form.cleaned_data["on"], by=actor(request)), said)


@require_safe
@federation_needs("groups.manage")
def receipt(request: HttpRequest, ref: uuid.UUID) -> HttpResponseBase:
    found = get_object_or_404(Expense, ref=ref)
    return download(found.receipt, found.media_type, found.title)


def _pressed(request: HttpRequest, group: str, act: Callable[[], object], said: str) -> HttpResponseBase:
    try:
        act()
    except Refusal as refusal:
        return _one(request, group, refusal=str(refusal), status=409)
    messages.success(request, said)
    return redirect("federation:group", group=group)


def _one(
    request: HttpRequest, group: str, *, form: GroupMemberForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponseBase:
    context: dict[str, Any] = {
        "shown": page_of(group, actor(request)),
        "form": form or GroupMemberForm(),
        "refusal": refusal,
        "today": timezone.localdate(),
    }
    return page(request, "federation/group.html", context, current="groups", status=status)
