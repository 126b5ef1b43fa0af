"""Price lists: each change is a new version; orders keep their own copy of what they paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from collectives.models import Collective
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from orders.models import PriceList, PriceRule
from orders.pricing.lists import rule_of
from orders.refusals import FollowsItself, NameTaken, StaleList


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """One rule as it shall be; `params` by kind as in `orders.pricing.lists`."""

    kind: str
    label: str
    params: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "label": self.label, "params": dict(self.params)}


def add_price_list(
    *,
    collective: Collective,
    name: str,
    vat_rate: int,
    rules: Sequence[RuleDraft],
    by: Person | None,
    valid_from: date | None = None,
    follows: PriceList | None = None,
    vat_included: bool = False,
) -> PriceList:
    """`vat_rate` in hundredths of a percent; with `vat_included` the rules' amounts contain it. One that `follows` another takes its
    place from `valid_from` on. Raises NameTaken, BadRule, FollowsItself."""
    _check(rules)
    _check_follows(None, follows)
    try:
        with transaction.atomic():
            price_list = PriceList.objects.create(
                collective=collective,
                name=name,
                vat_rate=vat_rate,
                vat_included=vat_included,
                valid_from=valid_from or collective.today(),
                follows=follows,
            )
            _write_rules(price_list, rules)
            _record("price_list.added", price_list, by, before=[], after=rules)
    except IntegrityError as error:
        raise NameTaken("name", name=name) from error
    return price_list


def change_price_list(
    *,
    price_list: PriceList,
    name: str,
    vat_rate: int,
    rules: Sequence[RuleDraft],
    version: int,
    valid_from: date,
    by: Person | None,
    follows: PriceList | None = None,
    vat_included: bool = False,
) -> PriceList:
    """Replace all rules and raise the version. Raises StaleList when somebody changed it since `version`, NameTaken, BadRule,
    FollowsItself."""
    _check(rules)
    _check_follows(price_list, follows)
    try:
        with transaction.atomic():
            rows = PriceList.objects.filter(pk=price_list.pk, version=version)
            head = {"name": name, "vat_rate": vat_rate, "vat_included": vat_included, "valid_from": valid_from, "follows": follows}
            if not rows.update(version=F("version") + 1, **head):
                raise StaleList
            before = [RuleDraft(row.kind, row.label, row.params) for row in price_list.rules.order_by("position")]
            price_list.rules.all().delete()
            _write_rules(price_list, rules)
            price_list.refresh_from_db()
            _record("price_list.changed", price_list, by, before=before, after=rules)
    except IntegrityError as error:
        raise NameTaken("name", name=name) from error
    return price_list


def _check(rules: Sequence[RuleDraft]) -> None:
    for rule in rules:
        rule_of(rule.kind, rule.label, rule.params)


def _check_follows(price_list: PriceList | None, follows: PriceList | None) -> None:
    """One step only: what follows is not followed."""
    if follows is None:
        return
    if follows.follows_id is not None or (price_list is not None and (follows.pk == price_list.pk or price_list.later.exists())):
        raise FollowsItself("follows")


def _write_rules(price_list: PriceList, rules: Sequence[RuleDraft]) -> None:
    PriceRule.objects.bulk_create(
        PriceRule(
            collective_id=price_list.collective_id,
            price_list=price_list,
            position=position,
            kind=rule.kind,
            label=rule.label,
            params=dict(rule.params),
        )
        for position, rule in enumerate(rules, start=1)
    )


def _record(name: str, price_list: PriceList, by: Person | None, *, before: Sequence[RuleDraft], after: Sequence[RuleDraft]) -> None:
    journal.record(
        name,
        subject=price_list.ref,
        collective_id=price_list.collective_id,
        by=by,
        version=price_list.version,
        vat_included=price_list.vat_included,
        before=[rule.as_json() for rule in before],
        after=[rule.as_json() for rule in after],
    )
