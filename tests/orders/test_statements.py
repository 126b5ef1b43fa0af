"""The partner's month: gathered as orders are settled, numbered without gaps, closed for ever, corrected by credits."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.db import IntegrityError, transaction

from collectives.models import Collective, Membership
from coopdelivery.journal.models import Event
from coopdelivery.kit.money import Money
from coopdelivery.ledger.models import Posting
from orders.invoices.selectors import statements_visible_to
from orders.invoices.services import AlreadyClosed, MonthNotOver, NothingToClose, bill_order, close_statement, open_statement
from orders.invoices.totals import sums_by_statement, totals_of
from orders.models import Credit, Order, Partner, Statement, StatementLine
from orders.payments.credits import BadCredit, NoReason, NotSettledYet, PaidByCard, credit_order, creditable
from orders.payments.settlement import settle_order
from tests.orders.money import booked, finished, flat_partner

OCTOBER = dt.date(2026, 10, 1)
IN_OCTOBER = dt.datetime(2026, 10, 16, 9, 0, tzinfo=dt.UTC)
IN_NOVEMBER = dt.datetime(2026, 11, 5, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def florist(open_montreuil: Collective, sam: Membership) -> Partner:
    return flat_partner(open_montreuil, seat=sam)


@pytest.fixture
def october(florist: Partner) -> Statement:
    """Two deliveries of October, settled."""
    with time_machine.travel(IN_OCTOBER, tick=False):
        for _ in range(2):
            settle_order(finished(florist).order)
    return Statement.objects.get()


def close(statement: Statement, by: Membership) -> Statement:
    with time_machine.travel(IN_NOVEMBER, tick=False):
        return close_statement(statement=statement, by=by.person)


def test_the_totals_are_the_sum_of_the_lines(october: Statement) -> None:
    totals = totals_of(october)
    assert (totals.count, totals.net.cents, totals.vat.cents, totals.gross.cents) == (2, 2348, 470, 2818)
    assert [(row.rate, row.vat.cents) for row in totals.vats] == [(2000, 470)]


def test_a_closed_month_has_a_number_and_a_day_to_pay(october: Statement, ada: Membership) -> None:
    closed = close(october, ada)
    assert (closed.number, closed.due_on, closed.closed_by) == ("S-2026-0001", dt.date(2026, 12, 5), ada.person)
    event = Event.objects.get(name="statement.closed")
    assert (event.subject, event.data["gross"], event.by_id) == (str(october.ref), "28.18", ada.person.pk)


def test_a_month_without_lines_is_listed_with_nothing(florist: Partner, october: Statement) -> None:
    with transaction.atomic():
        empty = open_statement(partner=florist, month=dt.date(2026, 9, 1), currency="EUR")
    assert sums_by_statement([october, empty]) == {october.pk: (2, Money(2818, "EUR")), empty.pk: (0, Money(0, "EUR"))}


def test_numbers_have_no_gap_when_a_close_is_refused(open_montreuil: Collective, october: Statement, ada: Membership) -> None:
    baker = flat_partner(open_montreuil, "Au Bon Pain")
    with transaction.atomic():
        empty = open_statement(partner=baker, month=OCTOBER, currency="EUR")
    with pytest.raises(NothingToClose):
        close(empty, ada)
    assert close(october, ada).number == "S-2026-0001"
    with pytest.raises(AlreadyClosed):
        close(october, ada)
    with time_machine.travel(IN_OCTOBER, tick=False):
        settle_order(finished(baker).order)
    assert close(empty, ada).number == "S-2026-0002"


def test_a_month_that_is_not_over_stays_open(october: Statement, ada: Membership) -> None:
    with time_machine.travel(IN_OCTOBER, tick=False), pytest.raises(MonthNotOver, match="2026-11-01"):
        close_statement(statement=october, by=ada.person)
    october.refresh_from_db()
    assert october.number is None


def test_what_is_settled_after_the_close_lands_on_the_next_open_month(october: Statement, florist: Partner, ada: Membership) -> None:
    close(october, ada)
    with time_machine.travel(IN_OCTOBER, tick=False):
        late = finished(florist).order
    settle_order(late)
    assert StatementLine.objects.get(order=late).statement.month == dt.date(2026, 11, 1)
    assert totals_of(october).count == 2


@pytest.mark.parametrize("change", ["renumber", "reopen", "edit line", "delete line", "add line", "delete"])
def test_the_database_refuses_to_change_a_closed_month(october: Statement, ada: Membership, change: str) -> None:
    close(october, ada)
    line = october.lines.all()[0]
    changes: dict[str, Callable[[], object]] = {
        "renumber": lambda: Statement.objects.update(number="S-1"),
        "reopen": lambda: Statement.objects.update(closed_at=None),
        "edit line": lambda: StatementLine.objects.filter(pk=line.pk).update(net_cents=1),
        "delete line": lambda: line.delete(),
        "add line": lambda: StatementLine.objects.create(
            collective=line.collective, statement=october, kind="credit", order=line.order, delivery=line.delivery,
            on=line.on, net_cents=-1, vat_cents=0, vat_rate=2000, currency="EUR",
            credit=Credit.objects.create(
                collective=line.collective, order=line.order, currency="EUR", net_cents=1, vat_cents=0, federation_cents=0,
                reason="x", idempotency_key="x", by=ada.person,
            ),
        ),
        "delete": lambda: Statement.objects.filter(pk=october.pk)._raw_delete(using="default"),
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        changes[change]()
    october.refresh_from_db()
    assert (october.number, totals_of(october).net.cents) == ("S-2026-0001", 2348)


def test_an_order_is_on_one_statement_only(october: Statement) -> None:
    line = october.lines.all()[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        bill_order(order=line.order, delivery=line.delivery, outcome="delivered", on=line.on)  # type: ignore[arg-type]  # one of Outcome
    assert StatementLine.objects.count() == 2


def test_a_credit_on_a_closed_month_lands_on_the_next_and_in_the_books(october: Statement, florist: Partner, ada: Membership) -> None:
    order = october.lines.all()[0].order
    close(october, ada)
    with time_machine.travel(IN_NOVEMBER, tick=False):
        credit_order(order=order, net=Money(650, "EUR"), reason="Wrong drop", by=ada.person, idempotency_key="c1")
    line = StatementLine.objects.get(kind="credit")
    assert (line.statement.month, line.net_cents, line.vat_cents) == (dt.date(2026, 11, 1), -650, -130)
    assert booked(florist.collective_id)["706"] == -2 * 1174 + 650
    assert booked(None)["7566"] == -(2 * 19) + 10
    assert Event.objects.get(name="order.credited").data["net"] == "6.50"


def test_giving_back_in_parts_ends_at_exactly_nothing(october: Statement, florist: Partner, ada: Membership) -> None:
    for number, line in enumerate(october.lines.all()):
        for part, cents in enumerate((333, 333, 508)):
            credit_order(order=line.order, net=Money(cents, "EUR"), reason="part", by=ada.person, idempotency_key=f"{number}-{part}")
    assert booked(florist.collective_id) == {}
    assert booked(None) == {}


def test_the_same_credit_sent_twice_is_one(october: Statement, ada: Membership) -> None:
    order = october.lines.all()[0].order
    one, two = (credit_order(order=order, net=Money(100, "EUR"), reason="once", by=ada.person, idempotency_key="k") for _ in range(2))
    assert one == two
    assert creditable(order) == Money(1074, "EUR")


@pytest.mark.parametrize(
    ("cents", "reason", "refusal"), [(1175, "x", BadCredit), (0, "x", BadCredit), (-5, "x", BadCredit), (10, " ", NoReason)]
)
def test_a_bad_credit_is_refused_and_nothing_is_written(
    october: Statement, ada: Membership, cents: int, reason: str, refusal: type[Exception]
) -> None:
    order = october.lines.all()[0].order
    before = Posting.objects.count()
    with pytest.raises(refusal):
        credit_order(order=order, net=Money(cents, "EUR"), reason=reason, by=ada.person, idempotency_key="k")
    assert not Credit.objects.exists()
    assert Posting.objects.count() == before


def test_only_a_settled_statement_order_can_be_credited(florist: Partner, ada: Membership) -> None:
    order = finished(florist).order
    with pytest.raises(NotSettledYet):
        credit_order(order=order, net=Money(10, "EUR"), reason="x", by=ada.person, idempotency_key="k")
    settle_order(order)
    Order.objects.update(paid_by="card")
    with pytest.raises(PaidByCard):
        credit_order(order=order, net=Money(10, "EUR"), reason="x", by=ada.person, idempotency_key="k")


def test_partner_people_see_the_statements_of_their_partner_only(
    open_montreuil: Collective, october: Statement, sam: Membership, ada: Membership, dana: Membership
) -> None:
    with time_machine.travel(IN_OCTOBER, tick=False):
        settle_order(finished(flat_partner(open_montreuil, "Au Bon Pain")).order)
    assert list(statements_visible_to(sam)) == [october]
    assert statements_visible_to(ada).count() == 2
    assert not statements_visible_to(dana).exists()
