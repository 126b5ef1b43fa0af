"""R09 on PostgreSQL: co-ops, the group and officers press at the same moment; no unit, share or payment is lost or doubled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from collectives.models import Collective
from collectives.refusals import Refusal
from coopdelivery.ledger.models import Posting
from coopdelivery.people.models import Person
from federation.models import Bill, GroupPurchase, Intent, Share
from federation.purchasing import intents, running, settling
from tests.conftest import make_collective
from tests.federation.buying_world import after_closing, arrived, billed, counted, lea_of, tyres, want

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TOWNS = ("paris", "lille", "nancy", "tours")


@pytest.fixture
def lea(transactional_db: None, fay: Person) -> Person:
    mons = make_collective("Mons", "mons", country="BE")
    for slug in TOWNS:
        make_collective(slug.title(), slug)
    return lea_of(mons, fay)


@pytest.fixture
def purchase(lea: Person) -> GroupPurchase:
    row = tyres(lea, threshold=10)
    want(row, lea, mons=100)
    return row


def together(*acts: Callable[[], object]) -> list[str]:
    """All at once, each in its own thread; the refusal each got, or "done"."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            start.wait(10)
            act()
        except Refusal as refused:
            return type(refused).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def co_ops() -> list[Collective]:
    return list(Collective.objects.filter(slug__in=TOWNS).order_by("pk"))


def test_r09_offered_units_are_taken_over_once(purchase: GroupPurchase, lea: Person) -> None:
    with after_closing(purchase):
        counted(purchase)
        intents.offer(purchase=purchase, collective=Collective.objects.get(slug="mons"), units=50, by=lea)
        takers = [lambda each=each: intents.take_over(purchase=purchase, collective=each, units=20, by=lea) for each in co_ops()]
        assert together(*takers) == ["NotSoManyOffered"] * 2 + ["done"] * 2
        assert intents.units_of(purchase) == 100
        assert Intent.objects.get(collective__slug="mons").units == 60


def test_r09_counting_while_co_ops_still_answer_binds_all_or_none(purchase: GroupPurchase, lea: Person) -> None:
    with after_closing(purchase):
        wishes = [lambda each=each: intents.state_intent(purchase=purchase, collective=each, units=5, by=lea) for each in co_ops()]
        outcomes = together(*[running.close_due] * 2, *wishes)
    purchase.refresh_from_db()
    assert outcomes == ["ClosedAlready"] * 4 + ["done"] * 2
    assert (purchase.state, purchase.committed_units, intents.units_of(purchase)) == ("committed", 100, 100)


def test_r09_one_invoice_is_split_once_and_each_share_paid_once(purchase: GroupPurchase, lea: Person, fay: Person) -> None:
    want(purchase, lea, paris=33, lille=7)
    with after_closing(purchase):
        today = timezone.localdate()
        counted(purchase)
        arrived(purchase, lea)
        assert together(*[lambda: billed(purchase, lea)] * 4) == ["NotPossibleNow"] * 3 + ["done"]
        bill = Bill.objects.select_related("purchase").get()
        shares = list(Share.objects.select_related("bill__purchase", "collective"))
        assert sum(share.cents for share in shares) == bill.total.cents
        acts = [lambda one=one: settling.note_share_paid(share=one, on=today, by=fay) for one in shares * 2]
        assert together(*acts) == ["SharePaid"] * 3 + ["done"] * 3
    assert Posting.objects.filter(key__endswith=":billed").count() == 4
    assert Posting.objects.filter(key__endswith=":paid").count() == 6


def test_r09_an_invoice_is_either_paid_or_taken_back(purchase: GroupPurchase, lea: Person, fay: Person) -> None:
    with after_closing(purchase):
        today = timezone.localdate()
        counted(purchase)
        arrived(purchase, lea)
        billed(purchase, lea)
        share = Share.objects.select_related("bill__purchase", "collective").get()
        outcomes = together(
            lambda: settling.take_back(purchase=purchase, by=lea), lambda: settling.note_share_paid(share=share, on=today, by=fay)
        )
    assert outcomes in (["PaidByOne", "done"], ["NotPossibleNow", "done"])
    paid, taken_back = Share.objects.exclude(paid_on=None).count(), Bill.objects.exclude(taken_back_at=None).count()
    assert paid + taken_back == 1
