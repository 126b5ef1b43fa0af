"""What a list comes to, and the reason that is asked for, never demanded, when it is more than a bike, a shift or the rule allows."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from collectives.models import Collective, Membership, Vehicle
from coopdelivery.journal.models import Event
from dispatch.board.day import board_of
from dispatch.board.worth import excess, figures_of
from dispatch.models import PlanChange, Round
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.rounds import change_round
from tests.dispatch.conftest import TUESDAY, Order, refs, tasks_of

JSON = {"Accept": "application/json"}


@pytest.fixture
def board(client: Client, dana: Membership, on_shift: list[Membership]) -> Client:
    client.force_login(dana.person)
    return client


@pytest.fixture
def carls(carl: Membership, tuesday: Collective, dana: Membership) -> Round:
    """Carl's day, on a small bike."""
    row = loose_round_of(carl, TUESDAY)
    bike = Vehicle.objects.create(collective=tuesday, name="Small", max_weight_g=10_000, max_volume_l=50)
    change_round(round=row, vehicle=bike, by=dana.person)
    row.refresh_from_db()
    return row


def url(name: str) -> str:
    return reverse(f"dispatch:{name}", kwargs={"collective": "montreuil"})


def give(board: Client, tasks: list[str], to: str) -> Any:
    return board.post(url("board_plan"), {"t": tasks, "to": to, "on": "2026-11-24"}, headers=JSON).json()


def test_a_price_is_shared_by_its_drops_and_the_hours_leave_out_the_break(
    board: Client, order: Order, carls: Round, tuesday: Collective, dana: Membership
) -> None:
    delivery = order(drops=2)
    pickup, first, _second = refs(tasks_of(delivery))
    plan_tasks(tasks=[pickup, first], to_round=carls, by=dana.person)
    lane = next(lane for lane in board_of(tuesday, TUESDAY, timezone.now()).lanes if lane.rows)
    figures = figures_of(lane, "EUR", 9_999_00)
    assert figures.income.cents == delivery.order.net_cents // 2
    assert figures.per_hour is not None
    assert figures.below
    assert any("an hour, the members decided" in words for words in excess(lane, figures).values())
    assert figures_of(lane, "EUR", 0).floor is None


def test_too_heavy_is_done_all_the_same_and_the_reason_is_asked_for_and_kept(
    board: Client, order: Order, carls: Round, carl: Membership
) -> None:
    light, heavy = order(weight_g=2_000), order(weight_g=60_000)
    assert give(board, refs(tasks_of(light)), f"c:{carl.ref}")["why"] == []
    answer = give(board, refs(tasks_of(heavy)), f"c:{carl.ref}")
    assert answer["why"][0].startswith("Carl would carry 6")
    assert tasks_of(heavy)[0].round == carls
    assert board.post(url("board_why"), {"change": answer["change"], "reason": " "}, headers=JSON).status_code == 422
    kept = board.post(url("board_why"), {"change": answer["change"], "reason": "Two trips"}, headers=JSON)
    assert kept.status_code == 200
    assert Event.objects.get(name="plan.explained").data["reason"] == "Two trips"
    assert "Two trips" in board.get(url("history"), {"on": "2026-11-24"}).content.decode()
    within = board.post(
        url("board_plan"), {"t": refs(tasks_of(heavy))[1:], "to": f"c:{carl.ref}", "before": refs(tasks_of(light))[0]}, headers=JSON
    )
    assert within.json()["why"] == []


def test_an_undo_is_never_asked_why(board: Client, order: Order, carls: Round, carl: Membership) -> None:
    give(board, refs(tasks_of(order(weight_g=60_000))), f"c:{carl.ref}")
    assert board.post(url("board_undo"), {"on": "2026-11-24"}, headers=JSON).json()["why"] == []


def test_only_the_author_explains_a_gesture(board: Client, order: Order, carls: Round, ada: Membership) -> None:
    change = plan_tasks(tasks=refs(tasks_of(order(weight_g=60_000))), to_round=carls, by=ada.person)
    answer = board.post(url("board_why"), {"change": str(change.ref), "reason": "Not mine"}, headers=JSON)
    assert answer.status_code == 422
    assert not Event.objects.filter(name="plan.explained").exists()
    assert PlanChange.objects.filter(pk=change.pk).exists()


def test_the_page_of_figures_says_what_is_unknown_and_what_is_too_much(
    board: Client, order: Order, carls: Round, carl: Membership, dana: Membership
) -> None:
    tasks = [*refs(tasks_of(order(weight_g=60_000))), *refs(tasks_of(order(weight_g=None)))]
    plan_tasks(tasks=tasks, to_round=carls, by=dana.person)
    page = board.get(url("lane_figures"), {"on": "2026-11-24", "lane": f"c-{carl.ref}"}).content.decode()
    assert "1 weight?" in page
    assert "the bike takes" in page
    assert "Income before VAT" in page
    assert board.get(url("lane_figures"), {"on": "2026-11-24", "lane": "c-x"}).status_code == 404
    assert board.get(url("lane_figures"), {"on": "x"}).status_code == 400


def test_a_list_that_was_too_full_before_is_not_asked_about_again(board: Client, order: Order, carls: Round, carl: Membership) -> None:
    assert give(board, refs(tasks_of(order(weight_g=60_000))), f"c:{carl.ref}")["why"] != []
    assert give(board, refs(tasks_of(order(weight_g=1_000))), f"c:{carl.ref}")["why"] == []
