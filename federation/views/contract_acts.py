"""What people do about framework contracts, one table for each side: those who prepare and allot, and the co-ops that answer."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from collectives.forms import refuse
from collectives.models import Collective
from collectives.refusals import Refusal
from coopdelivery.people.models import Person
from federation.contracts import allotting, calls, clients, ordering
from federation.contracts.reading import ContractPage, LotRow, all_allotments, all_appeals, all_lots, contracts
from federation.forms.contracts import (
    AllotForm,
    AppealForm,
    ApplyForm,
    ClientOrderForm,
    LotForm,
    PressedForm,
    StopForm,
    TakeOnForm,
    VerdictForm,
)
from federation.models import Allotment, FrameworkContract
from orders.models import Delivery

State = Allotment.State


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, and for which co-op (None: for the federation)."""

    person: Person
    collective: Collective | None = None

    @property
    def home(self) -> Collective:
        """Raises Http404 where nobody acts for a co-op."""
        if self.collective is None:
            raise Http404
        return self.collective


@dataclass(frozen=True, slots=True)
class Act:
    """`rows`: what it is done to; `work(found, form, actor)` does it."""

    button: str | Promise
    form: type[forms.Form]
    rows: Callable[[], QuerySet[Any]]
    work: Callable[[Any, Any, Actor], object]
    is_main: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """An act as a page offers it, with its form."""

    slug: str
    ref: uuid.UUID
    act: Act
    form: forms.Form


@dataclass(frozen=True, slots=True)
class Done:
    """`status` 302 when it was done; and what is said then; else the form with what was typed, or a sentence."""

    contract: FrameworkContract
    status: int
    asked: Asked
    refusal: str = ""
    said: str = ""


RUN: Mapping[str, Act] = {
    "add-lot": Act(
        _("Add the lot"), LotForm, contracts, lambda row, form, who: calls.add_lot(contract=row, by=who.person, **form.cleaned_data)
    ),
    "publish": Act(_("Ask all co-ops"), PressedForm, contracts, lambda row, _form, who: calls.publish(contract=row, by=who.person)),
    "stop": Act(
        _("Stop"), StopForm, contracts, lambda row, form, who: calls.stop(contract=row, by=who.person, **form.cleaned_data), is_main=False
    ),
    "allot": Act(
        _("Allot the lot"), AllotForm, all_lots, lambda row, form, who: allotting.allot(lot=row, by=who.person, **form.cleaned_data)
    ),
    "settle": Act(
        _("Decide about the appeal"),
        VerdictForm,
        all_appeals,
        lambda row, form, who: allotting.settle_appeal(appeal=row, by=who.person, **form.cleaned_data),
    ),
    "order": Act(
        _("Order it"),
        ClientOrderForm,
        contracts,
        lambda row, form, who: ordering.order(contract=row, wanted=form.wanted(), by=who.person),
    ),
    "effect": Act(
        _("Put it in force"), PressedForm, all_allotments, lambda row, _form, who: allotting.take_effect(allotment=row, by=who.person)
    ),
}
ANSWER: Mapping[str, Act] = {
    "apply": Act(
        _("Apply"),
        ApplyForm,
        all_lots,
        lambda row, form, who: calls.apply(lot=row, collective=who.home, by=who.person, **form.cleaned_data),
    ),
    "withdraw": Act(
        _("Withdraw, without a trace"),
        PressedForm,
        all_lots,
        lambda row, _form, who: calls.withdraw(lot=row, collective=who.home),
        is_main=False,
    ),
    "decline": Act(
        _("We do not take it"),
        PressedForm,
        all_allotments,
        lambda row, _form, who: allotting.decline(allotment=row, collective=who.home),
        is_main=False,
    ),
    "appeal": Act(
        _("Appeal"),
        AppealForm,
        all_allotments,
        lambda row, form, who: allotting.appeal(allotment=row, collective=who.home, by=who.person, **form.cleaned_data),
    ),
    "take-on": Act(
        _("Take the client in as a partner"),
        TakeOnForm,
        all_allotments,
        lambda row, form, who: clients.take_on(allotment=row, collective=who.home, by=who.person, **form.cleaned_data),
    ),
}


def do(acts: Mapping[str, Act], slug: str, ref: uuid.UUID, data: Any, who: Actor) -> Done:
    """Raises Http404 for an act, or something to do it to, that is not there; a co-op finds no contract still in preparation."""
    act = acts.get(slug)
    if act is None:
        raise Http404
    found = get_object_or_404(act.rows(), ref=ref)
    contract = contract_of(found)
    if who.collective is not None and acts is ANSWER and contract.state == FrameworkContract.State.DRAFT:
        raise Http404
    asked = Asked(slug, ref, act, form_of(act, slug, found, data))
    if not asked.form.is_valid():
        return Done(contract, 422, asked)
    try:
        result = act.work(found, asked.form, who)
    except Refusal as refusal:
        if refusal.field in asked.form.fields:
            refuse(asked.form, refusal)
            return Done(contract, 422, asked)
        return Done(contract, 409, asked, str(refusal))
    return Done(contract, 302, asked, said=_said(result))


def _said(result: object) -> str:
    """What the visitor is told when it was done."""
    if isinstance(result, Delivery):
        return gettext("%(number)s: %(name)s rides it.") % {"number": result.number, "name": result.collective.name}
    return gettext("Done.")


def contract_of(found: Any) -> FrameworkContract:
    """Of a lot, an allotment, an appeal, or itself."""
    lot = getattr(getattr(found, "allotment", found), "lot", found)
    contract: FrameworkContract = getattr(lot, "contract", lot)
    return contract


def form_of(act: Act, slug: str, found: Any, data: Any = None, initial: Any = None) -> forms.Form:
    auto_id = f"{slug}-{found.ref}-%s"
    if act.form is AllotForm:
        return AllotForm(data, candidates=allotting.candidates_of(found) if initial is None else initial, auto_id=auto_id)
    return act.form(data, initial=initial, auto_id=auto_id)


def offered(acts: Mapping[str, Act], wanted: list[tuple[str, Any, Any]], done: Done | None) -> list[Asked]:
    """`wanted`: which act, what it is done to, what its form starts with (to allot: its candidates). A form that was refused is kept."""
    kept = {(done.asked.slug, done.asked.ref): done.asked} if done else {}
    rows = [(slug, found, initial, kept.get((slug, found.ref))) for slug, found, initial in wanted]
    return [
        again or Asked(slug, found.ref, acts[slug], form_of(acts[slug], slug, found, None, initial)) for slug, found, initial, again in rows
    ]


def said_of(done: Done, shown: list[Asked]) -> str:
    """The sentence on top of the page; what a form that is shown says itself is not said twice."""
    if done.refusal or any(each.form is done.asked.form for each in shown):
        return done.refusal
    return " ".join(str(error) for errors in done.asked.form.errors.values() for error in errors)


def to_run(page: ContractPage) -> list[tuple[str, Any, Any]]:
    """What can be done about the contract itself."""
    wanted: list[tuple[str, Any, Any]] = []
    if page.contract.state == FrameworkContract.State.DRAFT:
        wanted = [("add-lot", page.contract, None), *([("publish", page.contract, None)] if page.lots else [])]
    if any(row.lot.area and row.current and row.current.state == State.IN_FORCE for row in page.lots):
        wanted.append(("order", page.contract, {"day": page.today}))
    return wanted if page.contract.state == FrameworkContract.State.STOPPED else [*wanted, ("stop", page.contract, None)]


def to_decide(page: ContractPage, row: LotRow) -> list[tuple[str, Any, Any]]:
    """What can be decided about one lot."""
    now = row.current
    if now is None:
        return [("allot", row.lot, row.applications)] if page.is_to_allot and row.applications else []
    if now.state == State.IN_FORCE:
        return []
    waiting = [("settle", appeal, None) for appeal in now.appeals.all() if appeal.granted is None]
    return waiting or ([("effect", now, None)] if page.today > now.standstill_until else [])


def to_answer(page: ContractPage, row: LotRow, collective: Collective) -> list[tuple[str, Any, Any]]:
    """What a co-op can say about one lot."""
    now, mine = row.current, row.mine
    if now is None:
        told = {"offer": mine.offer, "capacity": mine.capacity} if mine else None
        return [*([("apply", row.lot, told)] if page.is_asking else []), *([("withdraw", row.lot, None)] if mine else [])]
    if now.collective_id == collective.pk:
        if now.state == State.IN_FORCE:
            return [] if now.partner_ref else [("take-on", now, {"address": page.contract.address})]
        return [("decline", now, None)]
    objected = any(each.collective_id == collective.pk for each in now.appeals.all())
    may = now.state == State.STANDSTILL and page.today <= now.standstill_until and collective.pk in now.candidate_ids
    return [("appeal", now, None)] if may and not objected else []
