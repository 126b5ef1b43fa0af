"""The sums of a statement: the same for the screen, the PDF and the CSV."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from coopdelivery.kit.money import Money
from orders.models import Statement, StatementLine


@dataclass(frozen=True, slots=True)
class KindTotal:
    """How many lines of one kind, and their sum before VAT."""

    kind: StatementLine.Kind
    count: int
    net: Money


@dataclass(frozen=True, slots=True)
class VatTotal:
    """VAT at one rate, in ten-thousandths."""

    rate: int
    vat: Money


@dataclass(frozen=True, slots=True)
class Totals:
    kinds: list[KindTotal]
    vats: list[VatTotal]
    count: int
    net: Money
    vat: Money

    @property
    def gross(self) -> Money:
        return self.net + self.vat


def totals_of(statement: Statement) -> Totals:
    """One query; every figure is the sum of the lines."""
    rows = list(
        StatementLine.objects.filter(statement=statement)
        .order_by()
        .values("kind", "vat_rate")
        .annotate(count=Count("pk"), before_vat=Sum("net_cents"), vat_sum=Sum("vat_cents"))
    )
    currency = statement.currency

    def money(cents: int) -> Money:
        return Money(cents, currency)

    kinds = [
        KindTotal(kind, sum(row["count"] for row in of_kind), money(sum(row["before_vat"] for row in of_kind)))
        for kind in StatementLine.Kind
        if (of_kind := [row for row in rows if row["kind"] == kind])
    ]
    rates = sorted({row["vat_rate"] for row in rows}, reverse=True)
    vats = [VatTotal(rate, money(sum(row["vat_sum"] for row in rows if row["vat_rate"] == rate))) for rate in rates]
    return Totals(
        kinds=kinds,
        vats=vats,
        count=sum(row["count"] for row in rows),
        net=money(sum(row["before_vat"] for row in rows)),
        vat=money(sum(row["vat_sum"] for row in rows)),
    )


def sums_by_statement(statements: list[Statement]) -> dict[int, tuple[int, Money]]:
    """Statement id → number of orders and total with VAT, in one query; none and nothing for a month without lines."""
    rows = (
        StatementLine.objects.filter(statement__in=statements)
        .order_by()
        .values("statement_id", "currency")
        .annotate(count=Count("pk", filter=Q(credit=None)), gross=Sum("net_cents") + Sum("vat_cents"))
    )
    empty = {statement.pk: (0, Money(0, statement.currency)) for statement in statements}
    return empty | {row["statement_id"]: (row["count"], Money(row["gross"], row["currency"])) for row in rows}
