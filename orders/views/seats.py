"""Who works for a partner: the office's door (under the partner) and the owner's own. Both ask the same services."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collectives.access import allows, needs
from collectives.refusals import Refusal
from collectives.selectors import open_invitations
from orders.forms.partner import SEAT_WORDS, InviteForm
from orders.models import Partner, PartnerUser, SeatRole
from orders.refusals import LastOwner, Refused
from orders.selectors import partners_of
from orders.services import change_seat, invite_to_partner, remove_partner_user
from orders.views.here import chosen_partner, collective_of, member, partners, person

UNPROCESSABLE, CONFLICT = 422, 409
Problem = tuple[PartnerUser, Refused]
Page = Callable[[HttpRequest, Partner, InviteForm, Problem | None], HttpResponse]


def _context(found: Partner, form: InviteForm, problem: Problem | None, *, doors: str, may: bool) -> dict[str, object]:
    """`doors` is the prefix of the names of the addresses that the page's forms are sent to; a problem stands in the row it is about."""
    seat, refused = problem or (None, None)
    return {
        "partner": found,
        "users": PartnerUser.objects.filter(partner=found).select_related("membership__person").order_by("added_at"),
        "invitations": [
            {"row": each, "role": SeatRole(each.partner_role).label if each.partner_role else ""}
            for each in open_invitations()
            if each.partner_ref == found.ref
        ],
        "form": form,
        "seat_words": SEAT_WORDS,
        "may_seat": may,
        "refused_seat": seat,
        "refused": refused,
        "doors": {key: f"orders:{doors}_{key}" for key in ("invite", "change", "remove")},
    }


def partner_page(request: HttpRequest, found: Partner, form: InviteForm, problem: Problem | None = None) -> HttpResponse:
    """The office's page of a partner."""
    context = _context(found, form, problem, doors="partner_user", may=allows(member(request), "partners.edit"))
    return TemplateResponse(request, "orders/partner_detail.html", context, status=_status(form, problem))


def own_page(request: HttpRequest, found: Partner, form: InviteForm, problem: Problem | None = None) -> HttpResponse:
    """The owner's page of their own people."""
    context = {**_context(found, form, problem, doors="own", may=True), "several": partners_of(member(request)).count() > 1}
    return TemplateResponse(request, "orders/seat_list.html", context, status=_status(form, problem))


def new_person(found: Partner) -> InviteForm:
    """The empty form: the first person of a partner is its owner, unless the office says otherwise; after them come those who order."""
    owned = PartnerUser.objects.filter(partner=found, role=SeatRole.OWNER).exists()
    asked = any(each.partner_ref == found.ref and each.partner_role == SeatRole.OWNER for each in open_invitations())
    return InviteForm(initial={"role": SeatRole.ORDERS if owned or asked else SeatRole.OWNER})


def _status(form: InviteForm, problem: Problem | None) -> int:
    if form.errors:
        return UNPROCESSABLE
    if problem is None:
        return 200
    return CONFLICT if isinstance(problem[1], LastOwner) else UNPROCESSABLE


def _any(ref: UUID) -> Partner:
    found: Partner = get_object_or_404(Partner.objects.select_related("place", "price_list"), ref=ref)
    return found


def _own(request: HttpRequest, ref: UUID) -> Partner:
    found: Partner = get_object_or_404(partners_of(member(request)), ref=ref)
    return found


def _seat(found: Partner, membership: UUID) -> PartnerUser:
    rows = PartnerUser.objects.select_related("partner", "membership__person")
    seat: PartnerUser = get_object_or_404(rows, partner=found, membership__ref=membership)
    return seat


def _invited(request: HttpRequest, found: Partner, page: Page, address: str) -> HttpResponse:
    form = InviteForm(request.POST)
    if not form.is_valid():
        return page(request, found, form, None)
    try:
        invitation = invite_to_partner(collective=collective_of(request), partner=found, by=person(request), **form.cleaned_data)
    except (Refused, Refusal) as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return page(request, found, form, None)
    messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": invitation.email})
    return redirect(address)


def _changed(request: HttpRequest, seat: PartnerUser, page: Page, address: str) -> HttpResponse:
    try:
        changed = change_seat(seat=seat, role=request.POST.get("role", ""), by=person(request))
    except Refused as refused:
        return page(request, seat.partner, new_person(seat.partner), (seat, refused))
    if changed:
        said = {"name": seat.membership.person.name, "role": SeatRole(seat.role).label}
        messages.success(request, _("%(name)s: %(role)s from now on.") % said)
    return redirect(address)


def _removed(request: HttpRequest, seat: PartnerUser, page: Page, address: str) -> HttpResponse:
    try:
        remove_partner_user(seat=seat, by=person(request))
    except Refused as refused:
        return page(request, seat.partner, new_person(seat.partner), (seat, refused))
    messages.success(request, _("%(name)s no longer works for this partner here.") % {"name": seat.membership.person.name})
    return redirect(address)


def _office(request: HttpRequest, ref: UUID) -> str:
    return reverse("orders:partner", kwargs={"collective": collective_of(request).slug, "ref": ref})


def _owners(request: HttpRequest, ref: UUID) -> str:
    return reverse("orders:own_people", kwargs={"collective": collective_of(request).slug}) + f"?partner={ref}"


@require_POST
@needs("partners.edit")
def partner_user_invite(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """An e-mail with a link that lets one person work for the partner."""
    return _invited(request, _any(ref), partner_page, _office(request, ref))


@require_POST
@needs("partners.edit")
def partner_user_change(request: HttpRequest, ref: UUID, membership: UUID) -> HttpResponseBase:
    return _changed(request, _seat(_any(ref), membership), partner_page, _office(request, ref))


@require_POST
@needs("partners.edit")
def partner_user_remove(request: HttpRequest, ref: UUID, membership: UUID) -> HttpResponseBase:
    return _removed(request, _seat(_any(ref), membership), partner_page, _office(request, ref))


@require_safe
@needs("seats.manage")
def own_people(request: HttpRequest) -> HttpResponseBase:
    """The people of the only partner, or of the one that is chosen."""
    choices = partners(request)
    found = chosen_partner(request, choices)
    if found is None:
        return TemplateResponse(request, "orders/seat_for.html", {"partners": choices})
    return own_page(request, found, new_person(found))


@require_POST
@needs("seats.manage")
def own_invite(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    return _invited(request, _own(request, ref), own_page, _owners(request, ref))


@require_POST
@needs("seats.manage")
def own_change(request: HttpRequest, ref: UUID, membership: UUID) -> HttpResponseBase:
    return _changed(request, _seat(_own(request, ref), membership), own_page, _owners(request, ref))


@require_POST
@needs("seats.manage")
def own_remove(request: HttpRequest, ref: UUID, membership: UUID) -> HttpResponseBase:
    return _removed(request, _seat(_own(request, ref), membership), own_page, _owners(request, ref))
