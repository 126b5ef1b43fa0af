"""R39: what a hand-over costs is the same in both books, to the cent, however often it is told."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
import time_machine

from collectives.models import Collective, Membership
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Errand
from coopdelivery.kit.money import Money
from coopdelivery.ledger import selectors as books
from coopdelivery.ledger import services as ledger
from coopdelivery.ledger.models import Account, Posting
from federation.handover.books import SUBCONTRACTED, mirror, payable_code
from federation.models import Handover, HandoverPartner
from orders.payments.chart import customer_code
from orders.payments.credits import credit_order
from orders.payments.settlement import settle_order
from orders.services import cancel_delivery
from tests.dispatch.conftest import at
from tests.federation.handover_world import at_desk, fresh, noa_of, offered, open_shop, ride, shop_of, taken


@pytest.fixture(autouse=True)
def in_the_morning() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(8), tick=False) as traveller:
        yield traveller


def balance(collective: Collective, code: str) -> Money:
    return ledger.balance(Account.objects.select_related("book").get(book=ledger.book_of(collective.pk, "EUR"), code=code))


def settled(handover: Handover) -> None:
    row = fresh(handover)
    assert row.taken is not None
    with acting_for(row.receiver):
        settle_order(row.taken.order)
    journal.run_waiting()


def both(giver: Collective, receiver: Collective) -> tuple[Money, Money]:
    """What the receiver says it is owed, and what the giver says it owes."""
    partner = HandoverPartner.objects.select_related("partner").get(receiver=receiver, giver=giver).partner
    return balance(receiver, customer_code(partner)), -balance(giver, payable_code(receiver))


@pytest.mark.parametrize(("cents", "rate"), [(1_150, 2000), (999, 550), (1, 2550), (33_333, 1000)])
def test_r39_both_books_say_the_same_to_the_cent(
    montreuil: Collective, nantes: Collective, dana: Membership, cents: int, rate: int
) -> None:
    open_shop(nantes, rate)
    noa = noa_of(nantes)
    done = taken(offered(shop_of(montreuil, dana)(), nantes, dana, price=Money(cents, "EUR")), noa)
    ride(done, noa)
    settled(done)
    assert both(montreuil, nantes) == (Money(cents, "EUR"), Money(cents, "EUR"))
    assert balance(montreuil, SUBCONTRACTED) == Money(cents, "EUR")
    for collective in (montreuil, nantes):
        assert books.first_broken_link(ledger.book_of(collective.pk, "EUR")) is None


def test_r39_telling_the_books_again_adds_nothing(montreuil: Collective, nantes: Collective, dana: Membership) -> None:
    open_shop(nantes)
    noa = noa_of(nantes)
    done = taken(offered(shop_of(montreuil, dana)(), nantes, dana), noa)
    ride(done, noa)
    settled(done)
    before = Posting.objects.count()
    mirror(fresh(done))
    Errand.objects.filter(event__name="handover.settled").update(done_at=None)
    settled(done)
    assert Posting.objects.count() == before
    assert Posting.objects.filter(key=f"handover:{done.ref}:settled").count() == 1


def test_r39_what_is_given_back_is_given_back_in_both(montreuil: Collective, nantes: Collective, dana: Membership) -> None:
    open_shop(nantes)
    noa = noa_of(nantes)
    done = taken(offered(shop_of(montreuil, dana)(), nantes, dana), noa)
    ride(done, noa)
    settled(done)
    row = fresh(done)
    assert row.taken is not None
    with acting_for(nantes):
        credit_order(order=row.taken.order, net=Money(301, "EUR"), reason="late", by=noa.person, idempotency_key=uuid4().hex)
    journal.run_waiting()
    owed, owes = both(montreuil, nantes)
    assert owed == owes < Money(1_150, "EUR")


def test_r39_what_never_was_delivered_costs_nothing(montreuil: Collective, nantes: Collective, dana: Membership) -> None:
    open_shop(nantes)
    noa, delivery = noa_of(nantes), shop_of(montreuil, dana)()
    done = taken(offered(delivery, nantes, dana), noa)
    with at_desk(montreuil):
        cancel_delivery(delivery=delivery, by=dana.person, reason="not needed")
    journal.run_waiting()
    settled(done)
    assert not Posting.objects.filter(key__startswith="handover:").exists()
