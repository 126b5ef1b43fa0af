"""The supplier's invoice is split over the co-ops by what arrived for each, to the cent, and paid. A mistake is taken back whole."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from coopdelivery.people.models import Person
from federation.dues.services import an_officer
from federation.models import Bill, GroupPurchase, Intent, Share
from federation.purchasing import books
from federation.purchasing.intents import attempts, check_runner, record
from federation.purchasing.refusals import NothingCame, NothingOnTheBill, NotPossibleNow, OrderedLater, PaidByOne, SharePaid

State = GroupPurchase.State


@dataclass(frozen=True, slots=True)
class Landed:
    """What stands on the invoice, in minor units of the purchase's currency; the discount is written without its minus."""

    goods_cents: int
    freight_cents: int = 0
    customs_cents: int = 0
    discount_cents: int = 0
    vat_cents: int = 0

    @property
    def total_cents(self) -> int:
        return self.goods_cents + self.freight_cents + self.customs_cents + self.vat_cents - self.discount_cents


def settle(*, purchase: GroupPurchase, number: str, on: date, landed: Landed, by: Person) -> Bill:
    """Split the invoice by what arrived in good order: the parts sum up to it, odd cents go to the largest remainders.

    What was lost and not taken off the invoice is so carried by all. Raises NotABuyer, NotPossibleNow, OrderedLater, NothingOnTheBill,
    NothingCame.
    """
    with attempts(purchase, "settle", by) as row:
        check_runner(by)
        if on > timezone.localdate():
            raise OrderedLater
        if row.state != State.RECEIVED:
            raise NotPossibleNow
        if landed.total_cents <= 0:
            raise NothingOnTheBill
        arrived = list(Intent.objects.filter(purchase=row, came__gt=0).select_related("collective").order_by("pk"))
        if not arrived:
            raise NothingCame
        facts = {name: getattr(landed, name) for name in ("goods_cents", "freight_cents", "customs_cents", "discount_cents", "vat_cents")}
        bill = Bill.objects.create(purchase=row, number=number.strip(), on=on, noted_by=by, **facts)
        _split(bill, arrived, by)
        GroupPurchase.objects.filter(pk=row.pk).update(state=State.SETTLED)
        record("group_purchase.settled", row, by, None, number=bill.number, cents=bill.total.cents, currency=row.currency)
    return bill


def _split(bill: Bill, arrived: list[Intent], by: Person) -> None:
    units = [intent.came or 0 for intent in arrived]
    parts = zip(arrived, units, bill.total.split(units), bill.tax.split(units), strict=True)
    shares = Share.objects.bulk_create(
        Share(bill=bill, collective=each.collective, units=came, cents=whole.cents, vat_cents=tax.cents) for each, came, whole, tax in parts
    )
    books.post_bill(bill, shares, by)
    for intent, share in zip(arrived, shares, strict=True):
        record("group_purchase.billed", bill.purchase, by, intent.collective, share=str(share.ref), cents=share.cents)


def take_back(*, purchase: GroupPurchase, by: Person) -> None:
    """The invoice was written down wrongly: shares and postings are reversed, and it is billed anew.

    Raises NotABuyer, NotPossibleNow, PaidByOne.
    """
    with attempts(purchase, "take back", by) as row:
        check_runner(by)
        if row.state != State.SETTLED:
            raise NotPossibleNow
        bill = live_bill(row)
        if bill.paid_on or bill.shares.exclude(paid_on=None).exists():
            raise PaidByOne
        books.reverse_bill(bill, by)
        GroupPurchase.objects.filter(pk=row.pk).update(state=State.RECEIVED)
        Bill.objects.filter(pk=bill.pk).update(taken_back_at=timezone.now(), taken_back_by=by)
        record("group_purchase.taken_back", row, by, None, number=bill.number, cents=bill.total.cents)


def live_bill(purchase: GroupPurchase) -> Bill:
    return Bill.objects.select_related("purchase").get(purchase=purchase, taken_back_at=None)


def note_share_paid(*, share: Share, on: date, by: Person) -> None:
    """A co-op's part arrived on the federation's account. Raises NotAnOfficer, OrderedLater, NotPossibleNow, SharePaid."""
    with attempts(share.bill.purchase, "share paid", by, share.collective) as row:
        an_officer(by)
        if on > timezone.localdate():
            raise OrderedLater
        if not Bill.objects.filter(pk=share.bill_id, taken_back_at=None).exists():
            raise NotPossibleNow
        if not Share.objects.filter(pk=share.pk, paid_on=None).update(paid_on=on, paid_by=by):
            raise SharePaid
        books.post_share_paid(share, on, by)
        record("group_purchase.share_paid", row, by, share.collective, share=str(share.ref), cents=share.cents)


def note_bill_paid(*, purchase: GroupPurchase, on: date, by: Person) -> None:
    """The federation paid the supplier. Raises NotAnOfficer, OrderedLater, NotPossibleNow, SharePaid."""
    with attempts(purchase, "pay supplier", by) as row:
        an_officer(by)
        if on > timezone.localdate():
            raise OrderedLater
        if row.state != State.SETTLED:
            raise NotPossibleNow
        bill = live_bill(row)
        if not Bill.objects.filter(pk=bill.pk, paid_on=None).update(paid_on=on, paid_by=by):
            raise SharePaid
        books.post_bill_paid(bill, on, by)
        record("group_purchase.supplier_paid", row, by, None, number=bill.number, cents=bill.total.cents)
