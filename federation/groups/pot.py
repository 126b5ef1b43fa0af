"""The common pot: contributions that arrived, and how each cent of them was spent. The oldest money goes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypedDict

from django.db.models import BigIntegerField, Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from coopdelivery.kit.money import Money
from coopdelivery.ledger import services as ledger
from coopdelivery.ledger.models import Book
from federation.groups.refusals import PotTooSmall
from federation.models import DuesPayment, Expense, FundSource, GroupMember, Mandate, Signature, Source, WorkingGroup

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

State = Expense.State


class Left(TypedDict):
    """What of a contribution is not spent, in minor units."""

    left: int


@dataclass(frozen=True, slots=True)
class Pot:
    """One currency: what came in, what was paid out of it."""

    came: Money
    spent: Money

    @property
    def left(self) -> Money:
        return self.came - self.spent


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group with its present mandate (None: none yet) and what was spent and committed on it."""

    group: str
    label: str
    mandate: Mandate | None
    paid: Money
    waiting: Money
    members: int
    is_over: bool

    @property
    def left(self) -> Money:
        return self.mandate.budget - self.paid - self.waiting if self.mandate else self.paid

    @property
    def shares(self) -> list[tuple[float, str]]:
        """Paid and waiting, for the bar of the budget."""
        return [(self.paid.cents, "solid"), (self.waiting.cents, "hatch")]


def contributions() -> "QuerySet[WithAnnotations[DuesPayment, Left]]":
    """What arrived, each with `left` in minor units: the oldest first."""
    rows = DuesPayment.objects.annotate(left=F("cents") - _gone(Source) - _gone(FundSource))
    return rows.select_related("collective").order_by("on", "pk")


def _gone(kind: type[Source] | type[FundSource]) -> Coalesce:
    """How much of a contribution went into expenses, or into the solidarity fund."""
    of_this = kind._default_manager.filter(payment=OuterRef("pk")).order_by().values("payment").annotate(sum=Sum("cents"))
    return Coalesce(Subquery(of_this.values("sum")), 0, output_field=BigIntegerField())


def pots() -> list[Pot]:
    """One for each currency, by its code: one query."""
    sums = contributions().order_by("currency").values("currency").annotate(came=Sum("cents"), kept=Sum("left"))
    return [Pot(Money(row["came"], row["currency"]), Money(row["came"] - row["kept"], row["currency"])) for row in sums]


def draw(expense: Expense) -> None:
    """Name the contributions this expense is paid from. Raises PotTooSmall."""
    book = ledger.book_of(None, expense.currency)
    Book.objects.select_for_update().get(pk=book.pk)  # payments of one currency go one after the other
    taken, missing = oldest(expense.currency, expense.cents)
    if missing:
        raise PotTooSmall(left=Money(expense.cents - missing, expense.currency))
    Source.objects.bulk_create(Source(expense=expense, payment=payment, cents=cents) for payment, cents in taken)


def oldest(currency: str, cents: int) -> tuple[list[tuple[DuesPayment, int]], int]:
    """So many minor units out of what is left of the oldest contributions, and how many are missing. The caller holds the book's lock."""
    taken: list[tuple[DuesPayment, int]] = []
    missing = cents
    for payment in contributions().filter(currency=currency, left__gt=0):
        part = min(missing, payment.left)
        if not part:
            break
        taken.append((payment, part))
        missing -= part
    return taken, missing


def expenses() -> QuerySet[Expense]:
    """With all that a page says of each: the newest first."""
    signed = Prefetch("signatures", Signature.objects.select_related("person"))
    return Expense.objects.select_related("mandate__resolution", "asked_by", "paid_by", "payee_home").prefetch_related(signed)


def present_mandates(today: date) -> dict[str, Mandate]:
    """The newest of each group that has begun, with its resolution: one query."""
    begun = Mandate.objects.filter(begins_on__lte=today).select_related("resolution").order_by("begins_on", "pk")
    found = {mandate.group: mandate for mandate in begun}
    return {group: found[group] for group in WorkingGroup.values if group in found}


def group_rows() -> list[GroupRow]:
    """All six in their order: three queries."""
    today = timezone.localdate()
    newest = present_mandates(today)
    counts = GroupMember.objects.filter(Q(until=None) | Q(until__gte=today)).order_by("group").values_list("group").annotate(Count("pk"))
    people = dict(counts)
    sums = Expense.objects.filter(mandate__in=newest.values()).order_by("mandate").values_list("mandate", "state").annotate(Sum("cents"))
    spent = {(mandate, state): cents for mandate, state, cents in sums}
    return [_row(group, newest.get(group), people.get(group, 0), spent, today) for group in WorkingGroup.values]


def _row(group: str, mandate: Mandate | None, people: int, spent: Mapping[tuple[int, str], int], today: date) -> GroupRow:
    currency, key = (mandate.currency, mandate.pk) if mandate else ("EUR", 0)
    paid, asked, signed = (Money(spent.get((key, state), 0), currency) for state in (State.PAID, State.ASKED, State.SIGNED))
    over = mandate is not None and mandate.review_on < today
    return GroupRow(group, str(WorkingGroup(group).label), mandate, paid, asked + signed, people, over)


def sources_of(expense: Expense) -> QuerySet[Source]:
    return Source.objects.filter(expense=expense).select_related("payment__collective")


def spent_from(payment: DuesPayment) -> QuerySet[Source]:
    """Which expenses a contribution paid."""
    return Source.objects.filter(payment=payment).select_related("expense__mandate", "payment")


def endowed_from(payment: DuesPayment) -> QuerySet[FundSource]:
    """What of a contribution the assembly moved into the solidarity fund."""
    return FundSource.objects.filter(payment=payment).select_related("endowment__resolution")
