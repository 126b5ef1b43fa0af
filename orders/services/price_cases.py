"""Deliveries that do not exist, kept beside a price list: what they cost is seen at every change of its rules."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from orders.models import PriceCase, PriceList
from orders.refusals import NameTaken, Refused

MOST_CASES = 30
_TOO_MANY = gettext_lazy("A list keeps up to %(most)s cases. Take one away first.")


class TooManyCases(Refused):
    code = "too_many_cases"

    def __init__(self) -> None:
        super().__init__("name", _TOO_MANY, most=MOST_CASES)


@transaction.atomic
def keep_case(*, price_list: PriceList, name: str, facts: Mapping[str, Any], net_cents: int | None, by: Person | None) -> PriceCase:
    """`net_cents` is what it costs now, None when it is refused. Raises NameTaken, TooManyCases."""
    if PriceCase.objects.filter(price_list=price_list).count() >= MOST_CASES:
        raise TooManyCases
    try:
        with transaction.atomic():
            case = PriceCase.objects.create(
                collective_id=price_list.collective_id,
                price_list=price_list,
                name=name.strip()[:60],
                facts=dict(facts),
                net_cents=net_cents,
            )
    except IntegrityError as error:
        raise NameTaken("name", name=name) from error
    _told("price_list.case_kept", case, by)
    return case


@transaction.atomic
def drop_case(*, case: PriceCase, by: Person | None) -> None:
    _told("price_list.case_dropped", case, by)
    case.delete()


def _told(event: str, case: PriceCase, by: Person | None) -> None:
    journal.record(event, subject=case.price_list.ref, collective_id=case.collective_id, by=by, case=case.name)
