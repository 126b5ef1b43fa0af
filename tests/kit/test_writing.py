"""Rows written in few words are the rows `bulk_create` would have written, for the acting collective alone."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction

from collectives.models import Collective
from collectives.tenancy import NoCollective, acting_for
from coopdelivery.journal.models import Errand, Event
from coopdelivery.kit.writing import draw_ids, write_rows, write_together
from orders.models import Order, OrderLine, Partner
from tests.conftest import make_collective
from tests.orders.world import make_partner

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 11, 24, 12, 30, 15, 1234, tzinfo=dt.UTC)


@pytest.fixture
def partner(montreuil: Collective) -> Partner:
    return make_partner(montreuil)


def _event(name: str = "thing.happened", **values: Any) -> Event:
    return Event(name=name, subject="s", source="api", at=AT, **values)


def _order(partner: Partner, number: str) -> Order:
    money = {"currency": "EUR", "net_cents": 900, "vat_cents": 180, "vat_rate": 2000}
    return Order(
        collective_id=partner.collective_id, partner=partner, number=number, price_list=partner.price_list, price_list_version=1, **money
    )


def _line(order: Order, label: str) -> OrderLine:
    return OrderLine(
        collective_id=order.collective_id, order=order, position=1, label=label, code="base", facts={"km": 3}, amount_cents=900
    )


def test_a_row_read_back_is_the_row_written() -> None:
    with transaction.atomic():
        written = write_rows([_event(data={"a": [1, None, "é"]}, collective_id=7), _event(name="thing.ended")])
    assert [row._state.adding for row in written] == [False, False]
    for row in written:
        kept = Event.objects.get(pk=row.pk)
        assert {key: value for key, value in vars(kept).items() if key != "_state"} == {
            key: value for key, value in vars(row).items() if key != "_state"
        }


def test_any_number_goes_in_one_statement(django_assert_num_queries: Any) -> None:
    with transaction.atomic():
        for count in (1, 2, 40):
            with django_assert_num_queries(1):
                write_rows([_event() for _each in range(count)])
        with django_assert_num_queries(0):
            assert write_rows([]) == []
    assert Event.objects.count() == 43


def test_more_values_than_a_statement_takes_go_in_several() -> None:
    with transaction.atomic():
        rows = write_rows([_event(name=f"number.{n}") for n in range(1500)])
    assert {row.pk: row.name for row in rows} == dict(Event.objects.values_list("pk", "name"))


def test_what_a_constraint_knows_is_left_out_and_gets_no_id() -> None:
    with transaction.atomic():
        (event,) = write_rows([_event()])
        (first,) = write_rows([Errand(event=event, subscriber="one")], unless_known=True)
        again, other = write_rows([Errand(event=event, subscriber="one"), Errand(event=event, subscriber="two")], unless_known=True)
    assert first.pk
    assert [row.pk for row in (again, other)] == [None, None]
    assert sorted(Errand.objects.values_list("subscriber", flat=True)) == ["one", "two"]


def test_without_that_a_constraint_refuses_all_of_them() -> None:
    with transaction.atomic():
        (event,) = write_rows([_event()])
    with pytest.raises(IntegrityError), transaction.atomic():
        write_rows([Errand(event=event, subscriber="two"), Errand(event=event, subscriber="two")])
    assert not Errand.objects.exists()


def test_rows_that_point_to_each_other_go_together(partner: Partner, django_assert_num_queries: Any) -> None:
    with acting_for(partner.collective):
        orders = [_order(partner, "MO-1"), _order(partner, "MO-2")]
        lines = [_line(order, f"of {order.number}") for order in orders]
        with transaction.atomic():
            first = _order(partner, "MO-0")
            write_together([first], [], [_line(first, "of MO-0")])  # PostgreSQL learns where ids come from
            with django_assert_num_queries(2):  # two tables, or all ids and then all tables
                write_together(orders, lines)
        assert [line.order_id for line in lines] == [order.pk for order in orders]
        assert [line.order for line in lines] == orders
        kept = OrderLine.objects.filter(order__in=orders).order_by("pk").values_list("order__number", "label", "facts")
        assert list(kept) == [("MO-1", "of MO-1", {"km": 3}), ("MO-2", "of MO-2", {"km": 3})]


def test_a_row_never_points_to_one_that_is_not_written(partner: Partner) -> None:
    with acting_for(partner.collective), transaction.atomic():
        with pytest.raises(ValueError, match="not written yet"):
            write_together([_line(_order(partner, "MO-1"), "base")])
        assert not OrderLine.objects.exists()


def test_another_collectives_rows_are_refused(partner: Partner) -> None:
    with transaction.atomic():
        with pytest.raises(NoCollective):
            write_rows([_order(partner, "MO-1")])
        with acting_for(make_collective("Nantes", "nantes")), pytest.raises(NoCollective):
            write_together([_order(partner, "MO-1")])
    with acting_for(partner.collective):
        assert not Order.objects.exists()


def test_a_model_whose_ids_are_its_own_is_refused() -> None:
    with transaction.atomic(), pytest.raises(TypeError, match="Session"):
        write_rows([Session()])


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_written() -> None:
    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError):
        write_rows([_event()])
    with pytest.raises(RuntimeError):
        write_together([_event()])
    assert not Event.objects.exists()


def test_ids_drawn_ahead_are_the_rows_own(partner: Partner, django_assert_max_num_queries: Any) -> None:
    with acting_for(partner.collective):
        order = _order(partner, "MO-1")
        line = _line(order, "base")
        draw_ids([order], [line])
        drawn, new = order.pk, [order._state.adding]
        with transaction.atomic(), django_assert_max_num_queries(1 if drawn else 2):
            write_together([order], [line])
        assert (drawn in {None, order.pk}, [*new, order._state.adding]) == (True, [True, False])
        assert OrderLine.objects.get().order == order
