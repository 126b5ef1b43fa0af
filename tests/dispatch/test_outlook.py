"""Arrivals, promises at risk, load along the way: pure."""

import datetime as dt

from collectives.models import Collective, Membership
from collectives.services import edit_collective
from coopdelivery.journal import services as journal
from coopdelivery.places.geometry import Point
from dispatch.board.day import board_of
from dispatch.models import Task
from dispatch.outlook.arrivals import SERVICE, Call, Pause, leg_m, ride
from dispatch.outlook.load import Freight, Load, carry
from dispatch.outlook.promises import KEPT, Outlook, of_planned, of_ungiven
from dispatch.services.ordering import GAP, Item, place
from dispatch.services.plan import loose_round_of, plan_tasks
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of

HERE, THERE = Point(48.86, 2.44), Point(48.87, 2.44)


def call(point: Point | None = HERE, start: int = 9, end: int = 12, **more: object) -> Call:
    return Call(point, at(start), at(end), **more)  # type: ignore[arg-type]


def test_a_courier_waits_for_the_window_and_rides_between_stops() -> None:
    day = ride([call(), call(THERE)], start=at(8))
    ride_s = round(leg_m(HERE, THERE) / (14 / 3.6))
    assert day.arrivals == (at(9), at(9) + SERVICE + dt.timedelta(seconds=ride_s))
    assert (day.distance_m, day.unknown) == (leg_m(HERE, THERE), 0)


def test_a_courier_stands_at_each_stop_as_long_as_the_co_op_says() -> None:
    day = ride([call(service=dt.timedelta(minutes=8)), call(service=dt.timedelta(minutes=2)), call()], start=at(9))
    assert (day.arrivals, day.ends_at) == ((at(9), at(9, 8), at(9, 10)), at(9, 13))


def test_a_place_nobody_knows_adds_no_kilometres_and_is_counted() -> None:
    day = ride([call(), call(None), call(THERE)], start=at(9))
    assert (day.distance_m, day.unknown) == (leg_m(HERE, THERE), 1)
    assert day.arrivals[1] == at(9) + SERVICE


def test_what_is_over_sets_the_clock_and_has_no_arrival() -> None:
    day = ride([call(finished_at=at(9, 40)), call()], start=at(8), now=at(9, 30))
    assert day.arrivals == (None, at(9, 40))


def test_nothing_is_foreseen_in_the_past() -> None:
    assert ride([call()], start=at(8), now=at(10, 5)).arrivals == (at(10, 5),)


def test_the_break_comes_when_its_time_has_come_and_only_once() -> None:
    day = ride([call(start=11), call(start=12, end=14), call(start=12, end=14)], start=at(8), pause=Pause(at(12), 30))
    assert (day.pause_before, day.arrivals[1]) == (1, at(12, 30))
    assert day.arrivals[2] == at(12, 30) + SERVICE


def test_a_round_does_not_begin_before_its_hour() -> None:
    assert ride([call(not_before=at(10))], start=at(8)).arrivals == (at(10),)


def test_late_and_at_risk_need_no_gps() -> None:
    assert of_planned(at(10, 59), at(11), at(10)) == KEPT
    assert of_planned(at(11, 5), at(11), at(10)) == Outlook("risk", 5)
    assert of_planned(at(11, 5), at(11), at(11, 1)) == Outlook("late", 1)
    assert of_ungiven(at(11), at(10, 29)) == KEPT
    assert of_ungiven(at(11), at(10, 30)) == Outlook("risk", 30)
    assert of_ungiven(at(11), at(11, 2)) == Outlook("late", 2)


def test_the_peak_counts_and_not_the_sum() -> None:
    stops = [
        Freight(1, pickup=True, weight_g=60),
        Freight(1, pickup=False, weight_g=60),
        Freight(2, pickup=True, weight_g=60),
        Freight(2, pickup=False, weight_g=60),
    ]
    assert carry(stops) == Load(peak_g=60, peak_l=0, now_g=0, now_l=0, unknown=0)


def test_what_was_picked_up_elsewhere_is_on_board_from_the_start() -> None:
    assert (
        carry([Freight(1, pickup=False, weight_g=40), Freight(2, pickup=True, weight_g=30), Freight(2, pickup=False, weight_g=30)]).peak_g
        == 40
    )


def test_the_load_now_follows_what_is_done_and_unknown_weights_are_counted() -> None:
    stops = [
        Freight(1, pickup=True, weight_g=50, over=True),
        Freight(1, pickup=False, weight_g=20, unknown=3),
        Freight(1, pickup=False, weight_g=30),
    ]
    assert carry(stops) == Load(peak_g=50, peak_l=0, now_g=50, now_l=0, unknown=3)


def test_new_stops_find_room_without_moving_their_neighbours() -> None:
    items = [Item(1, GAP, fixed=False), Item(2, 2 * GAP, fixed=False)]
    assert place(items, [9], 1) == {9: GAP + GAP // 2}
    assert place(items, [9], 2) == {9: 3 * GAP}
    assert place(items, [9], 0) == {9: 0}
    assert place([], [8, 9], 0) == {8: GAP, 9: 2 * GAP}


def test_neighbours_make_room_when_there_is_none_but_finished_ones_never_move() -> None:
    items = [Item(1, 10, fixed=True), Item(2, 11, fixed=False), Item(3, 20, fixed=True)]
    found = place(items, [9], 1)
    assert set(found) == {2, 9}
    assert 10 < found[9] < found[2] < 20
    wall = [Item(1, 10, fixed=True), Item(2, 11, fixed=True)]
    assert place(wall, [9], 1) == {9: 11 + GAP}


def planned() -> list[dt.datetime]:
    return [task.planned_at for task in Task.objects.order_by("position") if task.planned_at]


def test_the_plan_follows_when_the_co_op_says_how_long_people_stand(
    order: Order, carl: Membership, on_shift: list[Membership], dana: Membership, tuesday: Collective
) -> None:
    row = loose_round_of(carl, TUESDAY)
    plan_tasks(tasks=refs(tasks_of(order(drops=2))), to_round=row, by=dana.person)
    before = planned()
    edit_collective(collective=tuesday, changes={"pickup_minutes": 10, "drop_minutes": 7}, by=dana.person)
    while journal.run_waiting():
        pass
    after = planned()
    assert after == [*before[:2], before[2] + dt.timedelta(minutes=4)]
    day = next(lane.day for lane in board_of(tuesday, TUESDAY, at(8)).lanes if lane.name == "Carl")
    assert (list(day.arrivals), day.ends_at) == (after, after[2] + dt.timedelta(minutes=7))
