"""What pages say of group purchases: each with what is wanted so far, and one with every co-op's part."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum

from collectives.models import Collective
from coopdelivery.kit.money import Money
from federation.models import Bill, GroupPurchase, Intent, Share

State = GroupPurchase.State


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """`wanted`: units of all co-ops; `mine`: those of the reader's co-op, 0 when it wants none."""

    purchase: GroupPurchase
    wanted: int
    co_ops: int
    mine: int


@dataclass(frozen=True, slots=True)
class CoopRow:
    """One co-op's part; `share` once it is billed."""

    intent: Intent
    share: Share | None


@dataclass(frozen=True, slots=True)
class PurchasePage:
    purchase: GroupPurchase
    rows: list[CoopRow]
    bill: Bill | None
    today: date

    @property
    def wanted(self) -> int:
        return sum(row.intent.units for row in self.rows)

    @property
    def short(self) -> int:
        """How many units are missing to the threshold."""
        return max(self.purchase.threshold - self.wanted, 0)

    @property
    def is_closing(self) -> bool:
        return self.purchase.is_closing(self.today)

    @property
    def net(self) -> Money:
        """What all the units cost before freight, customs and VAT."""
        return self.purchase.price * self.wanted

    def row_of(self, collective: Collective) -> CoopRow | None:
        return next((row for row in self.rows if row.intent.collective_id == collective.pk), None)

    def offered_to(self, collective: Collective) -> int:
        return sum(row.intent.offered for row in self.rows if row.intent.collective_id != collective.pk)


def expected(purchase: GroupPurchase, units: int) -> Money:
    """What so many units cost with VAT, before freight and customs."""
    return (purchase.price * units).share(10_000 + purchase.vat_rate)


def purchases(collective: Collective | None = None, most: int = 100) -> list[PurchaseRow]:
    """The newest first, as this co-op sees them: one query."""
    own = Q(intents__collective=collective) if collective else Q(pk=None)
    rows = GroupPurchase.objects.annotate(
        wanted=Sum("intents__units", default=0),
        co_ops=Count("intents", filter=Q(intents__units__gt=0)),
        mine=Sum("intents__units", filter=own, default=0),
    )
    return [PurchaseRow(row, row.wanted, row.co_ops, row.mine) for row in rows.order_by("-opened_at", "-pk")[:most]]


def all_purchases() -> QuerySet[GroupPurchase]:
    return GroupPurchase.objects.select_related("opened_by")


def page_of(purchase: GroupPurchase, today: date) -> PurchasePage:
    """Three queries, however many co-ops take part."""
    intents = Intent.objects.filter(Q(units__gt=0) | Q(offered__gt=0), purchase=purchase).select_related("collective")
    bills = Bill.objects.filter(purchase=purchase, taken_back_at=None).select_related("purchase", "noted_by", "paid_by")
    bill = bills.prefetch_related(Prefetch("shares", Share.objects.select_related("bill__purchase", "paid_by"))).first()
    shares = {share.collective_id: share for share in bill.shares.all()} if bill else {}
    rows = [CoopRow(intent, shares.get(intent.collective_id)) for intent in intents.order_by("collective__name", "pk")]
    return PurchasePage(purchase, rows, bill, today)


def open_shares(collective: Collective) -> QuerySet[Share]:
    """What a co-op still has to pay for group purchases."""
    rows = Share.objects.filter(collective=collective, paid_on=None, bill__taken_back_at=None)
    return rows.select_related("bill__purchase").annotate(on=F("bill__noted_on")).order_by("on", "pk")
