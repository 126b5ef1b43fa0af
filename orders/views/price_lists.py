"""The price list editor: rules in order, each with its own fields, and what sample deliveries would cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collectives.access import allows, needs
from coopdelivery.kit.htmx import is_fragment
from coopdelivery.kit.money import Money
from orders.forms.price_case import CaseForm, facts_of
from orders.forms.price_head import ListForm, list_values
from orders.forms.price_list import MOST_RULES, RuleForm, RuleForms
from orders.forms.price_values import rule_values
from orders.models import ParcelType, PriceCase, PriceList, PriceRule
from orders.pricing.engine import Facts, Given, Rule, limit_broken, net_cents, speaks_of_outside, trace
from orders.pricing.explain import WHY_NOT, explain
from orders.pricing.lists import rule_of
from orders.refusals import OverLimit, Refused
from orders.services import RuleDraft, add_price_list, change_price_list
from orders.services.price_cases import drop_case, keep_case
from orders.views.here import collective_of, member, person
from orders.views.price import PriceLine

PAGE = "orders/price_list_form.html"
UNPROCESSABLE = 422
SAMPLES = [
    (gettext_lazy("One drop, 2.4 km, 3 kg"), Facts(drops=1, distance_m=2400, weight_g=3000)),
    (gettext_lazy("Two drops, 5.1 km, 12 kg"), Facts(drops=2, distance_m=5100, weight_g=12_000)),
    (gettext_lazy("One drop in half an hour, 1 km, 1 kg"), Facts(drops=1, distance_m=1000, weight_g=1000, shortest_window_min=30)),
    (gettext_lazy("A mattress of 35 kg, 3 km, outside the area"), Facts(drops=1, distance_m=3000, weight_g=35_000, outside=1)),
]


@dataclass(frozen=True, slots=True)
class Sample:
    label: str
    lines: list[PriceLine]
    net: Money
    refused: str = ""
    silent: tuple[tuple[str, str], ...] = ()
    kept: PriceCase | None = None
    with_vat: bool = False

    @property
    def before(self) -> Money | None:
        """What a kept case cost when it was kept, if that is something else."""
        if self.kept is None or self.kept.net_cents is None or (not self.refused and self.kept.net_cents == self.net.cents):
            return None
        return Money(self.kept.net_cents, self.net.currency)


@require_safe
@needs("prices.view")
def price_lists(request: HttpRequest) -> HttpResponseBase:
    rows = PriceList.objects.select_related("follows").prefetch_related("rules", "partners")
    return TemplateResponse(request, "orders/price_list_list.html", {"price_lists": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("prices.edit")
def price_list_new(request: HttpRequest) -> HttpResponseBase:
    first = {"kind": PriceRule.Kind.BASE, "label": _("Pickup and first drop")}
    values = {"name": "", "valid_from": collective_of(request).today(), "version": 0}
    return _editor(request, None, Editor(request, None, values, [first]))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("prices.view")
def price_list(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    found = get_object_or_404(PriceList.objects.prefetch_related("rules"), ref=ref)
    if not allows(member(request), "prices.edit"):
        context = {
            "price_list": found,
            "samples": _samples(
                [RuleDraft(r.kind, r.label, r.params) for r in found.rules.all()], request, found, with_vat=found.vat_included
            ),
        }
        return TemplateResponse(request, "orders/price_list_detail.html", context, status=405 if request.method == "POST" else 200)
    currency = collective_of(request).currency
    return _editor(request, found, Editor(request, found, list_values(found), [rule_values(rule, currency) for rule in found.rules.all()]))


class Editor:
    """The list's own form and one form for each rule, from the request or from what is stored."""

    def __init__(self, request: HttpRequest, found: PriceList | None, values: dict[str, Any], rules: list[dict[str, Any]]) -> None:
        self.found = found
        self.kwargs = {"currency": collective_of(request).currency, "types": list(ParcelType.objects.all())}
        data = request.POST if request.method == "POST" else None
        self.main = ListForm(data, initial=values, found=found)
        self.rules = RuleForms(data, prefix="rule", form_kwargs=self.kwargs, initial=rules if data is None else None)

    def is_valid(self) -> bool:
        return all([self.main.is_valid(), self.rules.is_valid()])

    def drafts(self) -> list[RuleDraft]:
        """Those that can be read; the rest is left out of the samples."""
        return [form.draft() for form in self.rules.forms if form.is_valid()] if self.rules.is_bound else []

    def reshaped(self, act: str) -> None:
        """Everything typed kept and nothing judged; a rule added, taken out or moved."""
        rules = [{name: form[name].data for name in form.fields} for form in self.rules.forms]
        verb, _dash, number = act.partition("-")
        at = int(number) if number.isdigit() and int(number) < len(rules) else -1
        if verb == "more" and len(rules) < MOST_RULES:
            rules.append({"kind": PriceRule.Kind.DISTANCE})
        elif verb == "less" and at >= 0:
            del rules[at]
        elif verb == "up" and at > 0:
            rules[at - 1], rules[at] = rules[at], rules[at - 1]
        self.main = ListForm(initial={name: self.main[name].data for name in self.main.fields}, found=self.found)
        self.rules = RuleForms(prefix="rule", form_kwargs=self.kwargs, initial=rules)


def _editor(request: HttpRequest, found: PriceList | None, editor: Editor) -> HttpResponse:
    act = request.POST.get("act", "save")
    if request.method == "POST" and act != "save":
        drafts = editor.drafts()
        editor.reshaped(act)
        return _page(request, editor, drafts)
    if request.method == "POST" and editor.is_valid():
        try:
            saved = _save(request, found, editor)
        except Refused as refused:
            editor.main.add_error(refused.field if refused.field in editor.main.fields else None, str(refused))
        else:
            messages.success(request, _("“%(name)s” is saved as version %(version)s.") % {"name": saved.name, "version": saved.version})
            return redirect("orders:price_list", collective=collective_of(request).slug, ref=saved.ref)
    stored = [RuleDraft(rule.kind, rule.label, rule.params) for rule in found.rules.all()] if found else []
    return _page(request, editor, editor.drafts() or stored, status=UNPROCESSABLE if request.method == "POST" else 200)


def _save(request: HttpRequest, found: PriceList | None, editor: Editor) -> PriceList:
    data = editor.main.cleaned_data
    rules = [form.draft() for form in editor.rules.forms]
    common: dict[str, Any] = {name: data[name] for name in ("name", "valid_from", "follows", "vat_included")}
    common |= {"vat_rate": editor.main.vat_rate(), "rules": rules}
    if found is None:
        return add_price_list(collective=collective_of(request), by=person(request), **common)
    return change_price_list(price_list=found, version=data["version"] or 0, by=person(request), **common)


def _page(request: HttpRequest, editor: Editor, drafts: list[RuleDraft], *, status: int = 200) -> TemplateResponse:
    samples = _samples(drafts, request, editor.found, with_vat=bool(editor.main["vat_included"].value()))
    context = {"editor": editor, "price_list": editor.found, "samples": samples, "case": CaseForm(prefix="case")}
    return TemplateResponse(request, f"{PAGE}#editor" if is_fragment(request) else PAGE, context, status=status)


@require_POST
@needs("prices.edit")
def price_list_try(request: HttpRequest) -> HttpResponseBase:
    """What the samples would cost with the rules as they stand in the form."""
    types = list(ParcelType.objects.all())
    forms = RuleForms(request.POST, prefix="rule", form_kwargs={"currency": collective_of(request).currency, "types": types})
    forms.is_valid()
    drafts = [form.draft() for form in forms.forms if isinstance(form, RuleForm) and form.is_valid()]
    own = CaseForm(request.POST, prefix="case")
    with_vat = "vat_included" in request.POST
    samples = _samples(drafts, request, _list_named(request), with_vat=with_vat)
    if own.is_valid() and drafts:
        rules = [rule_of(draft.kind, draft.label, draft.params) for draft in drafts]
        sample = sample_of(_("Your own case"), own.facts(), rules, collective_of(request).currency, silent=True)
        samples.insert(0, replace(sample, with_vat=with_vat))
    return TemplateResponse(request, "orders/_samples.html", {"samples": samples})


def _list_named(request: HttpRequest) -> PriceList | None:
    """The list whose cases are looked at; a new one has none."""
    try:
        return PriceList.objects.filter(ref=UUID(request.POST.get("list", ""))).first()
    except ValueError:
        return None


def _samples(drafts: list[RuleDraft], request: HttpRequest, found: PriceList | None = None, *, with_vat: bool = False) -> list[Sample]:
    """The cases somebody kept come first; `with_vat` when the list's amounts include it."""
    currency = collective_of(request).currency
    rules = [rule_of(draft.kind, draft.label, draft.params) for draft in drafts]
    if not rules:
        return []
    cases = found.cases.all() if found else []
    kept = [replace(sample_of(case.name, facts_of(case.facts), rules, currency, silent=True), kept=case) for case in cases]
    told = [*kept, *(sample_of(str(label), facts, rules, currency) for label, facts in SAMPLES)]
    return [replace(sample, with_vat=with_vat) for sample in told]


@require_POST
@needs("prices.edit")
def price_case_keep(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """Keep a case with what it costs by the list as it is saved."""
    found = get_object_or_404(PriceList.objects.prefetch_related("rules"), ref=ref)
    form, name = CaseForm(request.POST, prefix="case"), request.POST.get("case_name", "").strip()
    if not form.is_valid() or not name:
        messages.error(request, _("Give the case a name, and figures that can be."))
    else:
        rules = [rule_of(rule.kind, rule.label, rule.params) for rule in found.rules.all()]
        sample = sample_of(name, form.facts(), rules, collective_of(request).currency)
        cents = None if sample.refused else sample.net.cents
        try:
            keep_case(price_list=found, name=name, facts=form.kept(), net_cents=cents, by=person(request))
        except Refused as refused:
            messages.error(request, str(refused))
    return redirect("orders:price_list", collective=collective_of(request).slug, ref=ref)


@require_POST
@needs("prices.edit")
def price_case_drop(request: HttpRequest, ref: UUID, pk: int) -> HttpResponseBase:
    drop_case(case=get_object_or_404(PriceCase.objects.select_related("price_list"), price_list__ref=ref, pk=pk), by=person(request))
    return redirect("orders:price_list", collective=collective_of(request).slug, ref=ref)


def sample_of(label: str, facts: Facts, rules: Sequence[Rule | Given], currency: str, *, silent: bool = False) -> Sample:
    """What it would cost, or the sentence that refuses it; `silent` also names the rules that did nothing, and why."""
    broken = limit_broken(rules, facts)
    if broken is not None:
        refusal = broken.sentence or str(OverLimit(rule=broken.label))
        return Sample(label, [], Money(0, currency), refused=refusal)
    if facts.outside and not speaks_of_outside(rules):
        return Sample(label, [], Money(0, currency), refused=_("Refused: it is outside the area, and no rule has a price for that."))
    traced = trace(rules, facts)
    lines = [line for each in traced for line in each.lines]
    shown = [PriceLine(line.label, explain(line.code, line.args, currency), Money(line.amount_cents, currency)) for line in lines]
    quiet = tuple((each.label, str(WHY_NOT[each.why])) for each in traced if not each.lines) if silent else ()
    return Sample(label, shown, Money(net_cents(lines), currency), silent=quiet)
