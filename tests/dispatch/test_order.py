"""Suggesting an order of stops: asked for, compared, taken or not; never by itself."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from collectives.models import Collective, Membership
from coopdelivery.decisions import services as decisions
from coopdelivery.places.geometry import Point, encode_line
from dispatch.models import PlanChange, Round, Task
from dispatch.outlook import solver
from dispatch.outlook.suggest import Visit, by_deadline, figures, fits, peak, pickups_first, proposals, weave
from dispatch.services.plan import plan_tasks, undo_last
from dispatch.services.progress import start_task
from dispatch.services.rearrange import make_round
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of
from tests.dispatch.test_board import JSON, url
from tests.places.outside import outside

FAR = 10**6
# A street: the start at 0, then stops at 1, 3 and 2 kilometres; a kilometre takes 240 seconds
AT = [0, 1, 3, 2]
METRES = [[abs(a - b) * 1000 for b in AT] for a in AT]
SECONDS = [[abs(a - b) * 240 for b in AT] for a in AT]


def visits(*closes: int) -> list[Visit]:
    return [Visit(n, pickup=False, opens=0, closes=closes[n]) for n in range(3)]


def test_figures_follow_the_way_and_the_promises() -> None:
    found = figures((0, 1, 2), visits(FAR, 700, FAR), SECONDS, METRES)
    assert (found.distance_m, found.duration_s, found.arrivals_s) == (4000, 4 * 240 + 3 * 180, (240, 900, 1320))
    assert found.late == (0, 4, 0)  # 200 seconds, begun minutes


def test_it_waits_where_it_is_too_early() -> None:
    waiting = [Visit(0, pickup=False, opens=1000, closes=FAR), *visits(FAR, FAR, FAR)[1:]]
    assert figures((0, 1, 2), waiting, SECONDS, METRES).arrivals_s == (1000, 1660, 2080)


def test_the_order_as_it_is_stands_first_and_the_shortest_is_shorter() -> None:
    found = proposals(visits(FAR, FAR, FAR), SECONDS, METRES, solve=solver.solve)
    assert [(each.kind, each.order, each.figures.distance_m) for each in found] == [("now", (0, 1, 2), 4000), ("promises", (0, 2, 1), 3000)]


def test_promises_and_the_shortest_way_are_two_orders() -> None:
    found = proposals(visits(FAR, 721, FAR), SECONDS, METRES, solve=solver.solve)
    assert {each.kind: (each.order, each.figures.late_count) for each in found} == {
        "now": ((0, 1, 2), 1),
        "promises": ((1, 2, 0), 0),
        "shortest": ((0, 2, 1), 1),
        "deadlines": ((1, 0, 2), 0),
    }


def test_kept_stops_keep_their_place() -> None:
    found = proposals(visits(FAR, FAR, FAR), SECONDS, METRES, kept=frozenset({2}), solve=solver.solve)
    assert all(each.order[2] == 2 for each in found)
    assert weave([3, 0], {1: 1, 2: 2}) == (3, 1, 2, 0)


def test_a_drop_never_comes_before_its_pickup() -> None:
    both = [
        Visit("a", pickup=False, opens=0, closes=FAR),
        Visit("b", pickup=True, opens=0, closes=FAR),
        Visit("b", pickup=False, opens=0, closes=600),
    ]
    assert by_deadline(both) == (1, 2, 0)
    order = solver.solve(both, SECONDS, keep_promises=False)
    assert order is not None
    assert pickups_first(order, both)
    assert not pickups_first((2, 1, 0), both)


HEAVY = [
    Visit("a", pickup=True, opens=0, closes=FAR, weight_g=60_000),
    Visit("a", pickup=False, opens=0, closes=FAR, weight_g=60_000),
    Visit("b", pickup=True, opens=0, closes=FAR, weight_g=60_000),
    Visit("b", pickup=False, opens=0, closes=FAR, weight_g=60_000),
]
# Both pickups lie together, far from both drops: without a limit nobody rides twice
APART = [[0, 10, 900, 10, 900], [10, 0, 900, 5, 900], [900, 900, 0, 900, 5], [10, 5, 900, 0, 900], [900, 900, 5, 900, 0]]


def test_no_suggested_order_is_heavier_than_the_bike() -> None:
    free = solver.solve(HEAVY, APART, keep_promises=False)
    assert free is not None
    assert peak(free, HEAVY) == (120_000, 0)
    within = solver.solve(HEAVY, APART, keep_promises=False, room=(80_000, 300))
    assert within is not None
    assert peak(within, HEAVY) == (60_000, 0)
    found = proposals(HEAVY, APART, APART, solve=solver.solve, room=(80_000, 300))
    assert all(peak(each.order, HEAVY)[0] <= 80_000 for each in found)
    assert any(peak(each.order, HEAVY)[0] > 80_000 for each in proposals(HEAVY, APART, APART, solve=solver.solve))


def test_where_the_present_order_is_too_heavy_others_are_not_heavier() -> None:
    assert fits((0, 2, 1, 3), [HEAVY[0], HEAVY[2], HEAVY[1], HEAVY[3]], (80_000, 300))
    assert not fits((0, 2, 1, 3), HEAVY, (80_000, 300))
    assert fits((0, 2, 1, 3), HEAVY, None)


def test_without_a_solver_there_is_still_the_order_by_deadline() -> None:
    found = proposals(visits(FAR, 500, 600), SECONDS, METRES, solve=None)
    assert [(each.kind, each.order) for each in found] == [("now", (0, 1, 2)), ("one", (0, 2, 1)), ("deadlines", (1, 2, 0))]


@pytest.fixture
def board(client: Client, dana: Membership, on_shift: list[Membership]) -> Client:
    client.force_login(dana.person)
    return client


@pytest.fixture
def bakeries(order: Order, dana: Membership) -> Round:
    first, second = refs(tasks_of(order(drops=3))), refs(tasks_of(order(drops=3)))
    mixed = [first[0], second[0], first[3], second[1], first[1], second[3], first[2], second[2]]
    return make_round(on=TUESDAY, name="Bakeries", tasks=mixed, by=dana.person)[0]


@pytest.fixture
def allowed(tuesday: Collective, ada: Membership) -> None:
    """The members decided that the board may suggest an order."""
    proposal = decisions.open_proposal(
        collective_id=tuesday.pk,
        title="Help with the order",
        text="",
        roll=[ada.person_id],
        by=ada.person,
        settles={"policy": "order_help", "value": True},
    )
    decisions.cast(proposal=proposal, by=ada.person, choice="for")
    decisions.close(proposal=proposal, by=ada.person)


def test_it_is_off_until_the_members_decide(board: Client, bakeries: Round) -> None:
    page = board.get(url("round_order", ref=bakeries.ref)).content.decode()
    assert "have not decided that the board may suggest an order" in page
    assert "Take this order" not in page


def test_orders_are_compared_and_nothing_is_saved_or_chosen(board: Client, bakeries: Round, allowed: None) -> None:
    before = list(Task.objects.order_by("pk").values_list("round_id", "position", "planned_at"))
    page = board.get(url("round_order", ref=bakeries.ref)).content.decode()
    assert page.count("Take this order") >= 2
    assert "Allowed by the members since" in page
    assert "Help with the order" in page
    assert "btn primary" not in page.split('class="bd-orders"')[1]
    assert list(Task.objects.order_by("pk").values_list("round_id", "position", "planned_at")) == before
    assert PlanChange.objects.count() == 1


def test_orders_say_how_far_up_they_go_where_the_router_knows(board: Client, bakeries: Round, allowed: None, settings: Settings) -> None:
    assert " m up" not in board.get(url("round_order", ref=bakeries.ref)).content.decode()
    way = {"trip": {"legs": [{"summary": {"length": 0.8, "time": 200}, "shape": encode_line([Point(48.86, 2.44), Point(48.87, 2.45)])}]}}
    with outside({"/route": way, "/height": {"height": [10, 30]}}) as service:
        settings.ROUTER, settings.ROUTER_URL = "valhalla_http", service.url
        page = board.get(url("round_order", ref=bakeries.ref)).content.decode()
    assert page.count("20 m up") == page.count('<section class="bd-order"') > 1


def test_an_order_is_taken_like_any_gesture_and_undone(board: Client, bakeries: Round, allowed: None, dana: Membership) -> None:
    page = board.get(url("round_order", ref=bakeries.ref)).content.decode()
    chosen = _taken(page)
    before = _order_of(bakeries)
    answer = board.post(url("board_plan"), {**chosen, "on": "2026-11-24", "verb": "order"}, headers=JSON)
    assert answer.status_code == 200
    assert _order_of(bakeries) == chosen["t"] != before
    assert PlanChange.objects.latest("pk").verb == "order"
    undo_last(by=dana.person)
    assert _order_of(bakeries) == before


def _taken(page: str) -> dict[str, Any]:
    """The fields of the first form that takes an order."""
    form = next(part for part in page.split("<form") if 'value="order"' in part)
    return {
        "t": re.findall(r'name="t" value="([^"]+)"', form),
        "v": re.findall(r'name="v" value="([^"]+)"', form),
        "to": re.findall(r'name="to" value="([^"]+)"', form)[0],
    }


def _order_of(row: Round) -> list[str]:
    return refs(list(Task.objects.filter(round=row).order_by("position")))


def test_an_order_from_an_old_page_is_refused(board: Client, bakeries: Round, allowed: None, dana: Membership) -> None:
    chosen = _taken(board.get(url("round_order", ref=bakeries.ref)).content.decode())
    plan_tasks(tasks=[_order_of(bakeries)[0]], to_round=bakeries, by=dana.person)
    before = _order_of(bakeries)
    assert board.post(url("board_plan"), {**chosen, "on": "2026-11-24"}, headers=JSON).status_code == 409
    assert _order_of(bakeries) == before


def test_what_is_under_way_or_kept_stays_in_its_place(board: Client, bakeries: Round, allowed: None, dana: Membership) -> None:
    now = _order_of(bakeries)
    start_task(task=Task.objects.get(ref=now[0]), by=dana.person, at=at(8))
    page = board.get(url("round_order", ref=bakeries.ref), {"keep": now[7]}).content.decode()
    for part in page.split("<form")[1:]:
        if 'value="order"' in part:
            taken = _taken("<form" + part)["t"]
            assert (taken[0], taken[7]) == (now[0], now[7])


def test_a_short_list_is_not_compared_and_couriers_do_not_ask(
    board: Client, order: Order, allowed: None, dana: Membership, carl: Membership, bakeries: Round
) -> None:
    short = make_round(on=TUESDAY, name="Short", tasks=refs(tasks_of(order())), by=dana.person)[0]
    assert "fewer than three stops" in board.get(url("round_order", ref=short.ref)).content.decode()
    board.force_login(carl.person)
    assert board.get(url("round_order", ref=bakeries.ref)).status_code == 403
