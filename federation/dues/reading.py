"""What a co-op was called for, let off and has paid, line by line, and what is open or late on a day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collectives.models import Collective
from coopdelivery.kit.money import Money, total
from federation.dues.engine import Instalments
from federation.models import DuesCall, DuesPayment, DuesRelief, DuesTerms, FiledAccounts


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the statement: a call (positive), a waiver or a payment (negative); a plan moves nothing (zero)."""

    on: date
    words: str
    amount: Money
    due_on: date | None = None
    resolution_number: str = ""


@dataclass(slots=True)
class Statement:
    """All dues of one co-op in its own currency. `late` is what should have been there on `today` and was not."""

    collective: Collective
    today: date
    currency: str
    calls: list[DuesCall] = field(default_factory=list)
    reliefs: list[DuesRelief] = field(default_factory=list)
    payments: list[DuesPayment] = field(default_factory=list)

    @property
    def called(self) -> Money:
        return self._sum(call.amount for call in self.calls)

    @property
    def waived(self) -> Money:
        return self._sum(relief.amount for relief in self.reliefs if relief.is_waiver)

    @property
    def paid(self) -> Money:
        return self._sum(payment.amount for payment in self.payments)

    @property
    def open(self) -> Money:
        return self.called - self.waived - self.paid

    @property
    def late(self) -> Money:
        expected = self._sum(call.amount for call in self.calls if call.due_on < self.today) - self.waived
        for plan in self.reliefs:
            if not plan.is_waiver:
                expected += Instalments(plan.amount, plan.parts).due(months_begun(plan.begins_on, self.today)) - plan.amount
        return max(expected - self.paid, Money(0, self.currency))

    @property
    def lines(self) -> list[tuple[Line, Money]]:
        """By day, each with the balance after it."""
        rows = [*map(_of_call, self.calls), *map(_of_relief, self.reliefs), *map(_of_payment, self.payments)]
        balance, told = Money(0, self.currency), []
        for row in sorted(rows, key=lambda line: line.on):
            balance += row.amount
            told.append((row, balance))
        return told

    def _sum(self, amounts: Iterable[Money]) -> Money:
        return total(amounts, self.currency)


def months_begun(first: date, day: date) -> int:
    """How many months, counted from `first`, have begun on that day: 1 on the first day itself, 0 before."""
    if day < first:
        return 0
    return (day.year - first.year) * 12 + day.month - first.month + (day.day >= first.day)


def statements(collectives: Iterable[Collective]) -> list[Statement]:
    """In the order given; three queries for all of them."""
    rows = {row.pk: Statement(row, row.today(), row.currency) for row in collectives}
    for call in DuesCall.objects.filter(collective__in=rows).select_related("collective", "terms__resolution").order_by("year", "month"):
        if call.currency == rows[call.collective_id].currency:
            rows[call.collective_id].calls.append(call)
    for relief in DuesRelief.objects.filter(collective__in=rows).select_related("resolution").order_by("pk"):
        rows[relief.collective_id].reliefs.append(relief)
    for payment in DuesPayment.objects.filter(collective__in=rows).order_by("on", "pk"):
        rows[payment.collective_id].payments.append(payment)
    return list(rows.values())


def statement_of(collective: Collective) -> Statement:
    return statements([collective])[0]


def terms_on(standing: str, currency: str, day: date) -> DuesTerms | None:
    """What the assembly decided for co-ops of this standing, in force on a day."""
    rows = DuesTerms.objects.filter(standing=standing, currency=currency, effective_on__lte=day)
    return rows.select_related("resolution").order_by("-effective_on").first()


def all_terms() -> QuerySet[DuesTerms]:
    return DuesTerms.objects.select_related("resolution")


def accounts_of(collective: Collective) -> QuerySet[FiledAccounts]:
    return FiledAccounts.objects.filter(collective=collective).select_related("filed_by", "confirmed_by")


def _of_call(call: DuesCall) -> Line:
    month = "" if call.is_true_up else date_format(date(call.year, call.month, 1), "F Y")
    words = _("True-up of %(year)s") if call.is_true_up else _("Call of %(month)s")
    day = call.called_at.astimezone(call.collective.zone).date()
    number = call.terms.resolution.number
    return Line(day, words % {"year": call.year, "month": month}, call.amount, call.due_on, number)


def _of_relief(relief: DuesRelief) -> Line:
    if relief.is_waiver:
        return Line(relief.begins_on, _("Let off by the assembly"), -relief.amount, resolution_number=relief.resolution.number)
    words = _("%(amount)s to be paid in %(parts)s monthly parts") % {"amount": relief.amount, "parts": relief.parts}
    return Line(relief.begins_on, words, Money(0, relief.currency), resolution_number=relief.resolution.number)


def _of_payment(payment: DuesPayment) -> Line:
    return Line(payment.on, payment.note or _("Payment"), -payment.amount)
