"""One search box: the number first, telephones however they are written, words without accents, other days when this one has none."""

import datetime as dt

import pytest

from collectives.models import Membership
from dispatch.board.find import digits_of, find, plain
from dispatch.models import Task
from dispatch.services.plan import move_to_day
from orders.models import Stop
from tests.dispatch.conftest import TUESDAY, Order, refs, tasks_of


@pytest.mark.parametrize(
    "typed", ["0145678901", "01 45 67 89 01", "01.45.67.89.01", "+33 1 45 67 89 01", "+33 (0)1 45 67 89 01", "0033 1 45678901", "67-89-01"]
)
def test_a_telephone_is_found_however_it_is_written(order: Order, typed: str) -> None:
    delivery = order()
    assert [row.delivery_id for row in find(typed, TUESDAY)] == [delivery.pk]


@pytest.mark.parametrize("typed", ["hotel dieu", "Hôtel-Dieu", "HOTEL DIEU", "dieu hôtel", "oeuvre", "søren"])
def test_accents_signs_and_the_order_of_words_do_not_matter(order: Order, typed: str) -> None:
    delivery = order()
    Stop.objects.filter(delivery=delivery, kind="dropoff").update(contact_name="Søren, Œuvre de l’Hôtel-Dieu")
    assert [row.delivery_id for row in find(typed, TUESDAY)] == [delivery.pk]


def test_the_number_comes_first_also_when_a_telephone_holds_the_same_digits(order: Order) -> None:
    first, second = order(), order()
    Stop.objects.filter(delivery=first, kind="dropoff").update(phone=f"+331{second.number[-4:]}5678")
    found = find(second.number[-4:], TUESDAY)
    assert {row.delivery_id for row in found[:2]} == {second.pk}
    assert found[2].delivery_id == first.pk
    assert find(second.number.lower(), TUESDAY)[0].delivery_id == second.pk


def test_what_is_on_another_day_is_found_when_this_day_has_nothing(order: Order, dana: Membership) -> None:
    delivery = order()
    later = TUESDAY + dt.timedelta(days=4)
    move_to_day(tasks=refs(tasks_of(delivery)), on=later, by=dana.person)
    assert {row.on for row in find("Rosa", TUESDAY)} == {later}
    assert {row.on for row in find(delivery.number, TUESDAY)} == {later}
    Task.objects.update(on=TUESDAY + dt.timedelta(days=60))
    assert find("Rosa", TUESDAY) == []
    assert len(find(delivery.number, TUESDAY)) == 2


@pytest.mark.parametrize("typed", ["", "   ", "—", "\0", "%", "x" * 500])
def test_nonsense_finds_nothing(order: Order, typed: str) -> None:
    order()
    assert find(typed, TUESDAY) == []


def test_what_is_compared_is_plain() -> None:
    assert plain("  L’Œuvre d’été — n° 5 ") == "l oeuvre d ete n 5"
    assert digits_of("+33 (0)1 45") == "33145"
