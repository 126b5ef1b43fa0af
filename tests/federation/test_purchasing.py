"""R09: the shares sum up to the invoice, below the threshold nobody is charged, who is late hands units over."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from collectives.models import Collective, Standing
from collectives.refusals import Refusal
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.kit.money import Money, total
from coopdelivery.ledger import selectors as books
from coopdelivery.ledger import services as ledger
from coopdelivery.ledger.models import Account, Posting
from coopdelivery.notices.models import Message
from coopdelivery.people.models import Person
from coopdelivery.people.privacy import export
from federation.models import Bill, GroupPurchase, Intent, Share
from federation.purchasing import intents, running, settling
from federation.purchasing.refusals import (
    ClosedAlready,
    ClosesTooSoon,
    MoreThanOrdered,
    NotABuyer,
    NothingCame,
    NothingOnTheBill,
    NothingStated,
    NotJoining,
    NotOverYet,
    NotPossibleNow,
    NotSoManyOffered,
    NotWholePacks,
    OrderedLater,
    OtherCurrency,
    PaidByOne,
    SharePaid,
    TooManyUnits,
)
from federation.purchasing.settling import Landed
from federation.register.refusals import NotAnOfficer
from tests.conftest import make_collective
from tests.federation.buying_world import LANDED, after_closing, arrived, billed, counted, lea_of, tyres, want
from tests.federation.pot_world import eur


@pytest.fixture
def mons(db: None) -> Collective:
    return make_collective("Mons", "mons", country="BE")


@pytest.fixture
def lea(mons: Collective, montreuil: Collective, nantes: Collective, fay: Person) -> Person:
    return lea_of(mons, fay)


@pytest.fixture
def purchase(lea: Person) -> GroupPurchase:
    return tyres(lea)


@pytest.fixture
def enough(purchase: GroupPurchase, lea: Person) -> GroupPurchase:
    """110 units are wanted, 100 are needed."""
    want(purchase, lea, mons=60, montreuil=37, nantes=13)
    return purchase


def units() -> dict[str, int]:
    return dict(Intent.objects.filter(units__gt=0).order_by("collective__slug").values_list("collective__slug", "units"))


def balance(collective: Collective | None, code: str) -> Money:
    book = ledger.book_of(collective.pk if collective else None, "EUR")
    found = Account.objects.filter(book=book, code=code).first()
    return ledger.balance(found) if found else eur(0)


def tried() -> list[tuple[str, str]]:
    rows = Event.objects.filter(name="group_purchase.refused").order_by("pk")
    return [(event.data["what"], event.data["why"]) for event in rows]


def test_r09_co_ops_change_their_minds_freely_until_the_closing_day(purchase: GroupPurchase, lea: Person) -> None:
    want(purchase, lea, mons=60, nantes=13)
    want(purchase, lea, mons=20)
    want(purchase, lea, nantes=0)
    assert units() == {"mons": 20}
    told = [(event.name, event.data.get("units")) for event in Event.objects.filter(subject=str(purchase.ref)).order_by("pk")]
    assert told[1:] == [
        ("group_purchase.intended", 60),
        ("group_purchase.intended", 13),
        ("group_purchase.intended", 20),
        ("group_purchase.withdrawn", None),
    ]
    with pytest.raises(NothingStated):
        want(purchase, lea, nantes=0)


def test_r09_below_the_threshold_nobody_is_charged(purchase: GroupPurchase, mons: Collective, lea: Person) -> None:
    want(purchase, lea, mons=60, montreuil=39)
    with after_closing(purchase):
        assert counted(purchase).state == "called_off"
        for act in (
            lambda: running.place_order(purchase=purchase, on=timezone.localdate(), order_number="", by=lea),
            lambda: running.receive(purchase=purchase, on=timezone.localdate(), arrived={}, by=lea),
            lambda: billed(purchase, lea),
            lambda: want(purchase, lea, nantes=1),
        ):
            with pytest.raises(NotPossibleNow):
                act()
    assert (Bill.objects.count(), Share.objects.count(), Posting.objects.count()) == (0, 0, 0)


def test_r09_the_database_charges_nobody_below_the_threshold(purchase: GroupPurchase, mons: Collective, lea: Person) -> None:
    want(purchase, lea, mons=99)
    row = GroupPurchase.objects.filter(pk=purchase.pk)
    facts: dict[str, Any] = {"number": "1", "on": timezone.localdate(), "goods_cents": 1, "noted_by": lea}
    for broken in (
        lambda: row.update(state="committed", committed_units=99),
        lambda: row.update(state="committed", committed_units=100),
        lambda: row.update(state="received", committed_units=99),
        lambda: row.update(threshold=99),
        lambda: row.update(unit_cents=1),
        lambda: Bill.objects.create(purchase=purchase, **facts),
        lambda: row.delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


def test_r09_enough_binds_everybody_once(enough: GroupPurchase, lea: Person) -> None:
    with pytest.raises(NotOverYet):
        running.close(purchase=enough, by=lea)
    with after_closing(enough):
        assert (running.close_due(), running.close_due()) == (1, 0)
        enough.refresh_from_db()
        assert (enough.state, enough.committed_units) == ("committed", 110)
        with pytest.raises(NotPossibleNow):
            running.close(purchase=enough, by=lea)


def test_r09_late_withdrawal_only_hands_units_over(enough: GroupPurchase, mons: Collective, nantes: Collective, lea: Person) -> None:
    with after_closing(enough):
        counted(enough)
        for changed in ({"mons": 0}, {"mons": 59}, {"mons": 99}):
            with pytest.raises(ClosedAlready):
                want(enough, lea, **changed)
        intents.offer(purchase=enough, collective=mons, units=25, by=lea)
        assert units() == {"mons": 60, "montreuil": 37, "nantes": 13}, "what is offered stays with the co-op"
        with pytest.raises(NotSoManyOffered, match="offer 25"):
            intents.take_over(purchase=enough, collective=nantes, units=26, by=lea)
        intents.take_over(purchase=enough, collective=nantes, units=20, by=lea)
        assert units() == {"mons": 40, "montreuil": 37, "nantes": 33}
        arrived(enough, lea)
        for act in (intents.offer, intents.take_over):
            with pytest.raises(NotPossibleNow):
                act(purchase=enough, collective=nantes, units=1, by=lea)
        billed(enough, lea)
    assert [share.units for share in Share.objects.order_by("collective__slug")] == [40, 37, 33], "who kept them pays for them"


def test_r09_the_longest_offered_go_first_and_a_newcomer_may_take_them(
    enough: GroupPurchase, mons: Collective, montreuil: Collective, nantes: Collective, lea: Person
) -> None:
    paris = make_collective("Paris", "paris")
    with after_closing(enough):
        counted(enough)
        intents.offer(purchase=enough, collective=montreuil, units=5, by=lea)
        intents.offer(purchase=enough, collective=mons, units=60, by=lea)
        intents.take_over(purchase=enough, collective=paris, units=7, by=lea)
        assert units() == {"mons": 58, "montreuil": 32, "nantes": 13, "paris": 7}
        with pytest.raises(TooManyUnits, match="58"):
            intents.offer(purchase=enough, collective=mons, units=59, by=lea)
        with pytest.raises(NothingStated):
            intents.offer(purchase=enough, collective=make_collective("Lille", "lille"), units=1, by=lea)
        with pytest.raises(NotSoManyOffered):
            intents.take_over(purchase=enough, collective=mons, units=1, by=lea)


def test_r09_the_shares_are_the_invoice_to_the_cent_in_both_books(enough: GroupPurchase, fay: Person, lea: Person) -> None:
    with after_closing(enough):
        counted(enough)
        arrived(enough, lea, montreuil=7)
        bill = billed(enough, lea)
        shares = list(Share.objects.select_related("collective", "bill__purchase").order_by("collective__slug"))
        assert [share.units for share in shares] == [60, 30, 13]
        assert total([share.amount for share in shares], "EUR") == bill.total == eur(303_692)
        assert total([share.tax for share in shares], "EUR") == bill.tax
        assert [share.cents for share in shares] == [176_908, 88_454, 38_330]
        for share in shares:
            own = share.collective
            assert (balance(own, "6063"), balance(own, "44566")) == (share.amount - share.tax, share.tax)
            assert balance(own, "4674") == -share.amount
            assert balance(None, f"4114{own.pk:04d}") == share.amount
        assert balance(None, "401") == -bill.total
        for share in shares:
            settling.note_share_paid(share=share, on=timezone.localdate(), by=fay)
            assert (balance(share.collective, "4674"), balance(share.collective, "5121")) == (eur(0), -share.amount)
        assert balance(None, "512") == bill.total
        settling.note_bill_paid(purchase=enough, on=timezone.localdate(), by=fay)
    assert (balance(None, "512"), balance(None, "401")) == (eur(0), eur(0))
    assert books.first_broken_link(ledger.book_of(None, "EUR")) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=34), st.integers(1, 10**9), st.integers(0, 10**8))
def test_r09_no_invoice_loses_a_cent(came: list[int], net: int, vat: int) -> None:
    bill = Bill(purchase=GroupPurchase(currency="EUR"), goods_cents=net, vat_cents=vat)
    parts = bill.total.split(came)
    assert total(parts, "EUR") == bill.total
    exact = [bill.total.cents * each / sum(came) for each in came]
    assert all(abs(part.cents - wished) < 1.001 for part, wished in zip(parts, exact, strict=True))


def test_r09_an_invoice_written_wrongly_is_taken_back_while_nobody_paid(
    enough: GroupPurchase, mons: Collective, fay: Person, lea: Person
) -> None:
    with after_closing(enough):
        counted(enough)
        arrived(enough, lea)
        billed(enough, lea)
        settling.take_back(purchase=enough, by=lea)
        assert (balance(mons, "4674"), balance(mons, "6063"), balance(None, "401")) == (eur(0), eur(0), eur(0))
        second = billed(enough, lea, Landed(goods_cents=240_000))
        share = second.shares.select_related("collective", "bill__purchase").get(collective=mons)
        settling.note_share_paid(share=share, on=timezone.localdate(), by=fay)
        with pytest.raises(PaidByOne):
            settling.take_back(purchase=enough, by=lea)
        with pytest.raises(SharePaid):
            settling.note_share_paid(share=share, on=timezone.localdate(), by=fay)
        old = Share.objects.select_related("collective", "bill__purchase").filter(bill__number="F-2026-118").exclude(bill=second)
        for gone in old:
            with pytest.raises(NotPossibleNow):
                settling.note_share_paid(share=gone, on=timezone.localdate(), by=fay)
    assert balance(mons, "5121") == -share.amount
    assert Bill.objects.filter(taken_back_at=None).get() == second


def test_r09_only_who_may_and_only_in_its_time(enough: GroupPurchase, mons: Collective, lea: Person, fay: Person) -> None:
    today = timezone.localdate()
    nobody = Person.objects.create_user(name="Rita", email="rita@mons.test")
    with pytest.raises(NotABuyer):
        tyres(nobody)
    with pytest.raises(ClosesTooSoon):
        tyres(lea, closes_on=today)
    attempts: list[tuple[Any, type[Refusal]]] = [
        (lambda: running.call_off(purchase=enough, reason="No.", by=nobody), NotABuyer),
        (lambda: running.place_order(purchase=enough, on=today, order_number="", by=lea), NotPossibleNow),
        (lambda: running.place_order(purchase=enough, on=today + dt.timedelta(days=1), order_number="", by=lea), OrderedLater),
        (lambda: settling.note_bill_paid(purchase=enough, on=today, by=lea), NotAnOfficer),
        (lambda: settling.note_bill_paid(purchase=enough, on=today, by=fay), NotPossibleNow),
    ]
    for act, refusal in attempts:
        with pytest.raises(refusal):
            act()
    assert tried()[0] == ("open", "NotABuyer")
    assert [why for _what, why in tried()[1:]] == [refusal.__name__ for _act, refusal in attempts]
    running.call_off(purchase=enough, reason="The supplier is broke.", by=fay)
    enough.refresh_from_db()
    assert (enough.state, enough.reason, Posting.objects.count()) == ("called_off", "The supplier is broke.", 0)


def test_r09_who_joins_keeps_books_in_its_currency_and_orders_whole_packs(lea: Person, mons: Collective) -> None:
    purchase = tyres(lea, step=12)
    with pytest.raises(NotWholePacks, match="packs of 12"):
        want(purchase, lea, mons=13)
    jura = make_collective("Jura", "jura", country="CH", currency="CHF")
    with pytest.raises(OtherCurrency, match=r"paid in EUR, your books are in CHF"):
        intents.state_intent(purchase=purchase, collective=jura, units=12, by=lea)
    Collective.objects.filter(pk=mons.pk).update(standing=Standing.LAPSED)
    with pytest.raises(NotJoining):
        want(purchase, lea, mons=12)
    assert not Intent.objects.exists()


def test_r09_nothing_is_split_that_did_not_arrive(enough: GroupPurchase, mons: Collective, lea: Person) -> None:
    with after_closing(enough):
        counted(enough)
        running.place_order(purchase=enough, on=timezone.localdate(), order_number="", by=lea)
        with pytest.raises(MoreThanOrdered, match="Mons ordered 60"):
            running.receive(purchase=enough, on=timezone.localdate(), arrived={mons.pk: (60, 1)}, by=lea)
        assert not Intent.objects.exclude(came=None).exists()
        running.receive(purchase=enough, on=timezone.localdate(), arrived={mons.pk: (0, 60)}, by=lea)
        with pytest.raises(NothingOnTheBill):
            billed(enough, lea, Landed(goods_cents=100, discount_cents=100))
        with pytest.raises(NothingCame):
            billed(enough, lea)
        running.call_off(purchase=enough, reason="All of it was broken.", by=lea)
    enough.refresh_from_db()
    assert (enough.state, Posting.objects.count()) == ("called_off", 0)
    assert [(row.came, row.damaged, row.missing) for row in Intent.objects.order_by("pk")] == [(0, 60, 0), (0, 0, 37), (0, 0, 13)]
    assert not Bill.objects.exists()


def test_r09_the_database_keeps_what_was_billed(enough: GroupPurchase, mons: Collective, lea: Person) -> None:
    with after_closing(enough):
        counted(enough)
        with pytest.raises(IntegrityError), transaction.atomic():
            Intent.objects.filter(collective=mons).delete()
        Intent.objects.filter(collective=mons).update(units=1)
        with pytest.raises(IntegrityError), transaction.atomic():
            GroupPurchase.objects.update(state="ordered")
        Intent.objects.filter(collective=mons).update(units=60)
        arrived(enough, lea)
        with pytest.raises(IntegrityError), transaction.atomic():
            GroupPurchase.objects.update(state="settled")
        bill = billed(enough, lea)
    for broken in (
        lambda: Share.objects.filter(collective=mons).update(cents=1),
        lambda: Share.objects.all().delete(),
        lambda: Bill.objects.update(goods_cents=1),
        lambda: Intent.objects.update(units=1),
        lambda: Intent.objects.update(came=1),
        lambda: Share.objects.create(bill=bill, collective=make_collective("Paris", "paris"), units=1, cents=1, vat_cents=0),
        lambda: Bill.objects.create(purchase=enough, number="2", on=timezone.localdate(), goods_cents=1, noted_by=lea),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


def test_r09_each_office_hears_what_it_needs(
    enough: GroupPurchase, nina: Any, ada: Any, nantes: Collective, montreuil: Collective, lea: Person
) -> None:
    def told(kind: str) -> list[str]:
        journal.run_waiting()
        return sorted(Message.objects.filter(kind=f"group_purchase.{kind}", channel="email").values_list("email", flat=True))

    jura = make_collective("Jura", "jura", country="CH", currency="CHF")
    assert told("opened") == ["ada@montreuil.test", "nina@nantes.test"]
    with after_closing(enough):
        counted(enough)
        assert told("committed") == ["ada@montreuil.test", "nina@nantes.test"]
        intents.offer(purchase=enough, collective=montreuil, units=4, by=ada.person)
        intents.offer(purchase=enough, collective=montreuil, units=0, by=ada.person)
        assert told("offered") == ["nina@nantes.test"]
        arrived(enough, lea)
        billed(enough, lea, LANDED)
        assert told("billed") == ["ada@montreuil.test", "nina@nantes.test"]
    letter = Message.objects.get(kind="group_purchase.billed", email="nina@nantes.test")
    assert Share.objects.get(collective=nantes).amount.format() in letter.text
    assert f"/c/nantes/federation/purchases/{enough.ref}/" in letter.text
    assert not Message.objects.filter(collective_id=jura.pk).exists()


def test_a_person_gets_a_copy_of_what_they_bought_for_their_co_op(enough: GroupPurchase, lea: Person) -> None:
    mine = export(lea)
    assert [row["title"] for row in mine["group_purchases"]] == ["Tyres"]
    assert [row["units"] for row in mine["group_purchase_intents"]] == [60, 37, 13]
