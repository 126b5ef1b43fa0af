"""The steps of a group purchase, one table for both doors: officers' pages, and those of the group's members in their own co-op."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collectives.forms import refuse
from collectives.refusals import Refusal
from coopdelivery.people.models import Person
from federation.forms.purchasing import BillForm, CallOffForm, NothingForm, OrderForm, PaidOnForm, ReceiveForm
from federation.models import GroupPurchase, Intent
from federation.purchasing import running, settling
from federation.purchasing.reading import PurchasePage

State = GroupPurchase.State
Act = Callable[[GroupPurchase, Any, Person], None]


@dataclass(frozen=True, slots=True)
class Step:
    """What is pressed, what is asked before, and what it does."""

    heading: str | Promise
    button: str | Promise
    form: type[forms.Form]
    act: Act
    is_main: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """A step as a page offers it."""

    slug: str
    step: Step
    form: forms.Form


@dataclass(frozen=True, slots=True)
class Taken:
    """How a step went: `status` 302 when it was done; else its form with what was typed, or a sentence."""

    status: int
    form: forms.Form
    refusal: str = ""


def _close(purchase: GroupPurchase, _form: Any, by: Person) -> None:
    running.close(purchase=purchase, by=by)


def _call_off(purchase: GroupPurchase, form: Any, by: Person) -> None:
    running.call_off(purchase=purchase, reason=form.cleaned_data["reason"], by=by)


def _order(purchase: GroupPurchase, form: Any, by: Person) -> None:
    running.place_order(purchase=purchase, by=by, **form.cleaned_data)


def _receive(purchase: GroupPurchase, form: Any, by: Person) -> None:
    running.receive(purchase=purchase, on=form.cleaned_data["on"], arrived=form.arrived(), by=by)


def _settle(purchase: GroupPurchase, form: Any, by: Person) -> None:
    told = form.cleaned_data
    settling.settle(purchase=purchase, number=told["number"], on=told["on"], landed=form.landed(purchase), by=by)


def _take_back(purchase: GroupPurchase, _form: Any, by: Person) -> None:
    settling.take_back(purchase=purchase, by=by)


def _pay_supplier(purchase: GroupPurchase, form: Any, by: Person) -> None:
    settling.note_bill_paid(purchase=purchase, on=form.cleaned_data["on"], by=by)


STEPS: Mapping[str, Step] = {
    "close": Step(_("The closing day is over"), _("Count"), NothingForm, _close),
    "order": Step(_("Order it from the supplier"), _("It is ordered"), OrderForm, _order),
    "receive": Step(_("It arrived"), _("Write down what arrived"), ReceiveForm, _receive),
    "settle": Step(_("Split the supplier's invoice"), _("Split it and bill the co-ops"), BillForm, _settle),
    "supplier-paid": Step(_("The supplier is paid"), _("Note it"), PaidOnForm, _pay_supplier, is_main=False),
    "take-back": Step(_("The invoice was written down wrongly"), _("Take the bills back"), NothingForm, _take_back, is_main=False),
    "call-off": Step(_("Call it off"), _("Call it off, nobody pays"), CallOffForm, _call_off, is_main=False),
}


def offered_steps(page: PurchasePage, *, officer: bool) -> list[str]:
    """What can be done now; the supplier is paid by officers."""
    purchase, bill = page.purchase, page.bill
    if purchase.state == State.OPEN:
        return ["close"] if page.is_closing else ["call-off"]
    if purchase.state == State.SETTLED and bill is not None:
        paid = bill.paid_on or any(row.share and row.share.paid_on for row in page.rows)
        return [*(["supplier-paid"] if officer and not bill.paid_on else []), *([] if paid else ["take-back"])]
    if purchase.state == State.RECEIVED:
        return ["settle" if any(row.intent.came for row in page.rows) else "call-off"]
    ways = {State.COMMITTED: ["order", "call-off"], State.ORDERED: ["receive", "call-off"]}
    return ways.get(State(purchase.state), [])


def shown_steps(page: PurchasePage, today: date, *, officer: bool, taken: Mapping[str, forms.Form] | None = None) -> list[Shown]:
    """With the form that was refused, where there is one."""
    kept = taken or {}
    rows = [(slug, STEPS[slug]) for slug in offered_steps(page, officer=officer)]
    return [Shown(slug, step, kept.get(slug) or _form(step, page.purchase, None, today)) for slug, step in rows]


def take_step(purchase: GroupPurchase, slug: str, data: Any, today: date, by: Person) -> Taken:
    """Raises Http404 for a step there is not."""
    step = STEPS.get(slug)
    if step is None:
        raise Http404
    form = _form(step, purchase, data, today)
    if not form.is_valid():
        return Taken(422, form, " ".join(str(error) for error in form.non_field_errors()))
    try:
        step.act(purchase, form, by)
    except Refusal as refusal:
        if refusal.field in form.fields:
            refuse(form, refusal)
            return Taken(422, form)
        return Taken(409, form, str(refusal))
    return Taken(302, form)


def said_of(taken: Taken, steps: list[Shown]) -> str:
    """The sentence on top of the page; what a form that is shown says itself is not said twice."""
    if taken.refusal or any(shown.form is taken.form for shown in steps):
        return taken.refusal
    return " ".join(str(error) for errors in taken.form.errors.values() for error in errors)


def _form(step: Step, purchase: GroupPurchase, data: Any, today: date) -> forms.Form:
    facts: dict[str, Any] = {"auto_id": f"{step.form.__name__}-%s", "initial": {"on": today}}
    if step.form is ReceiveForm:
        facts["intents"] = list(Intent.objects.filter(purchase=purchase, units__gt=0).select_related("collective"))
    return step.form(data, **facts)
