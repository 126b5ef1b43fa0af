"""Deliveries that come again: exactly once, on the right day, at the right hour on the wall."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as some

from collectives.models import Collective, Membership, Role
from collectives.services import change_standing, close_day
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.notices.models import Message
from orders.models import Delivery, Occurrence, Order, Partner, Repeat
from orders.refusals import Refused
from orders.repeats import services
from orders.repeats.dates import BadRule, Span, checked_rule, dates_between, next_open
from orders.services import cancel_delivery
from orders.tasks import place_repeats_of
from tests.conftest import make_member
from tests.orders import world

PARIS = ZoneInfo("Europe/Paris")
D = dt.date


def repeat_like(delivery: Delivery, **changes: Any) -> Repeat:
    today = delivery.collective.today()
    assert delivery.partner is not None
    known: dict[str, Any] = {
        "name": "Bread",
        "rule": "FREQ=DAILY",
        "first_on": today + dt.timedelta(days=1),
        "last_on": None,
        "hours": (dt.time(9), dt.time(11)),
        "on_holiday": "as_usual",
        **changes,
    }
    return services.add_repeat(partner=delivery.partner, like=delivery, by=None, **known)


def made_by(repeat: Repeat) -> list[Delivery]:
    found = [row.delivery for row in repeat.occurrences.select_related("delivery").order_by("on") if row.delivery]
    assert len(found) == len({each.pk for each in found})
    return found


@pytest.mark.parametrize(
    ("rule", "first", "last", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=MO", D(2026, 11, 20), D(2026, 12, 7), [D(2026, 11, 23), D(2026, 11, 30), D(2026, 12, 7)]),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR",
            D(2026, 11, 16),
            D(2026, 12, 4),
            [D(2026, 11, 16), D(2026, 11, 20), D(2026, 11, 30), D(2026, 12, 4)],
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=31", D(2026, 11, 1), D(2027, 2, 28), [D(2026, 12, 31), D(2027, 1, 31)]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", D(2026, 1, 1), D(2032, 12, 31), [D(2028, 2, 29), D(2032, 2, 29)]),
        ("FREQ=DAILY", D(2028, 2, 28), D(2028, 3, 1), [D(2028, 2, 28), D(2028, 2, 29), D(2028, 3, 1)]),
    ],
)
def test_dates_of_rules_by_the_calendar(rule: str, first: dt.date, last: dt.date, expected: list[dt.date]) -> None:
    assert dates_between(rule, D(2026, 11, 16) if "INTERVAL" in rule else D(2026, 1, 1), first, last) == expected


@pytest.mark.parametrize(
    "rule", ["", "FREQ=HOURLY", "FREQ=DAILY;UNTIL=20270101", "FREQ=WEEKLY;BYDAY=XX", "nonsense", "FREQ=DAILY;BYHOUR=3"]
)
def test_rules_over_hours_and_rules_that_are_none_are_refused(rule: str) -> None:
    with pytest.raises(BadRule):
        checked_rule(rule)


@settings(deadline=None)
@given(some.dates(D(2026, 1, 1), D(2029, 12, 1)), some.lists(some.integers(0, 40), max_size=6), some.integers(1, 12))
def test_asking_in_any_portions_gives_each_date_once(first: dt.date, cuts: list[int], days: int) -> None:
    """Over leap days and changes of the clocks: restarts never lose or double a date."""
    rule, last = "FREQ=WEEKLY;BYDAY=MO,TH,SU", first + dt.timedelta(days=40)
    whole = dates_between(rule, first, first, last)
    again: set[dt.date] = set()
    for cut in sorted({*cuts, 0}):
        start = first + dt.timedelta(days=cut)
        again |= set(dates_between(rule, first, start, min(last, start + dt.timedelta(days=days))))
    again |= set(dates_between(rule, first, first, last))
    assert sorted(again) == whole
    assert all(each.weekday() in {0, 3, 6} for each in whole)


def test_pauses_and_exceptions_take_dates_out() -> None:
    dates = dates_between(
        "FREQ=DAILY", D(2026, 1, 1), D(2026, 1, 1), D(2026, 1, 6), without={D(2026, 1, 2)}, pauses=[Span(D(2026, 1, 4), D(2026, 1, 5))]
    )
    assert dates == [D(2026, 1, 1), D(2026, 1, 3), D(2026, 1, 6)]


def test_the_next_open_day_is_looked_for_two_weeks_and_no_longer() -> None:
    closed = {D(2026, 12, 25) + dt.timedelta(days=n) for n in range(3)}
    assert next_open(D(2026, 12, 25), closed) == D(2026, 12, 28)
    assert next_open(D(2026, 1, 1), {D(2026, 1, 1) + dt.timedelta(days=n) for n in range(15)}) is None


def test_each_date_of_the_week_ahead_is_ordered_once_however_often_it_runs(delivery: Delivery) -> None:
    repeat = repeat_like(delivery)
    assert [place_repeats_of(delivery.collective_id) for _ in range(10)] == [7, *[0] * 9]
    days = [each.stops.get(kind="dropoff").window_start.astimezone(PARIS).date() for each in made_by(repeat)]
    assert days == [delivery.collective.today() + dt.timedelta(days=n) for n in range(1, 8)]
    assert Order.objects.count() == 8
    assert set(Event.objects.filter(name="delivery.placed").order_by("pk").values_list("source", flat=True)[1:]) == {"rule"}


def test_killed_between_the_order_and_its_note_it_is_still_one_order(delivery: Delivery) -> None:
    repeat = repeat_like(delivery)
    services.order_due(delivery.collective)
    Occurrence.objects.update(state="waiting", delivery=None)  # what a kill at the worst moment leaves
    services.order_due(delivery.collective)
    assert Order.objects.count() == 8
    assert len(made_by(repeat)) == 7


@pytest.mark.parametrize(("today", "utc_hours"), [(D(2027, 3, 26), [8, 8, 7, 7]), (D(2027, 10, 29), [7, 7, 8, 8])])
def test_nine_in_the_morning_stays_nine_when_the_clocks_change(
    florist: Partner, ada: Membership, today: dt.date, utc_hours: list[int]
) -> None:
    with time_machine.travel(dt.datetime.combine(today, dt.time(6), tzinfo=PARIS), tick=False):
        like = world.make_delivery(florist, key="like")
        repeat = repeat_like(like, first_on=today)
        Repeat.objects.update(days_ahead=3)
        assert services.order_due(florist.collective) == 4
        starts = [each.stops.get(kind="dropoff").window_start for each in made_by(repeat)]
    assert [start.astimezone(PARIS).hour for start in starts] == [9, 9, 9, 9]
    assert [start.astimezone(dt.UTC).hour for start in starts] == utc_hours


def test_a_closed_day_is_skipped_or_moved_as_the_rule_says_and_never_otherwise(delivery: Delivery, ada: Membership) -> None:
    tomorrow = delivery.collective.today() + dt.timedelta(days=1)
    close_day(collective=delivery.collective, day=tomorrow, by=ada.person)
    skipped = repeat_like(delivery, name="Skip", last_on=tomorrow, on_holiday="skip")
    moved = repeat_like(delivery, name="Move", last_on=tomorrow, on_holiday="next_day")
    usual = repeat_like(delivery, name="Usual", last_on=tomorrow)
    services.order_due(delivery.collective)
    assert skipped.occurrences.get().state == "skipped"
    assert moved.occurrences.get().on == tomorrow
    start = made_by(moved)[0].stops.get(kind="dropoff").window_start.astimezone(PARIS)
    assert (start.date() > tomorrow, start.hour) == (True, 9)
    refused = usual.occurrences.get()
    assert (refused.state, refused.why.startswith("The co-op is closed that day")) == ("refused", True)


def test_a_public_holiday_is_known_by_country(florist: Partner, ada: Membership) -> None:
    with time_machine.travel(dt.datetime(2026, 12, 22, 6, tzinfo=PARIS), tick=False):
        repeat = repeat_like(world.make_delivery(florist, key="like"), on_holiday="skip", last_on=D(2026, 12, 26))
        services.order_due(florist.collective)
        states = dict(repeat.occurrences.values_list("on", "state"))
    assert states == {D(2026, 12, 23): "placed", D(2026, 12, 24): "placed", D(2026, 12, 25): "skipped", D(2026, 12, 26): "placed"}


def test_what_cannot_be_ordered_is_flagged_once_and_not_looped(delivery: Delivery, montreuil: Collective) -> None:
    repeat = repeat_like(delivery, last_on=delivery.collective.today() + dt.timedelta(days=1))
    change_standing(collective=montreuil, standing="lapsed", licence_until=None, by=None, reason="expired")
    assert [services.order_due(montreuil) for _ in range(3)] == [0, 0, 0]
    assert Event.objects.filter(name="repeat.refused").count() == 1
    change_standing(collective=montreuil, standing="member", licence_until=D(2099, 1, 1), by=None, reason="put right")
    delivery.partner.collective.refresh_from_db()  # type: ignore[union-attr]  # it has one
    repeat = Repeat.objects.select_related("partner__collective").get()
    assert services.try_again(repeat=repeat, on=repeat.first_on).state == "placed"
    assert Order.objects.count() == 2


def test_dispatch_is_told_once_of_a_date_that_could_not_be_ordered(delivery: Delivery, montreuil: Collective, dana: Membership) -> None:
    repeat_like(delivery, last_on=delivery.collective.today() + dt.timedelta(days=1))
    change_standing(collective=montreuil, standing="lapsed", licence_until=None, by=None, reason="expired")
    services.order_due(montreuil)
    services.order_due(montreuil)
    journal.run_waiting()
    message = Message.objects.get(kind="repeat.refused")
    assert message.email == dana.person.email
    assert "This co-op takes no new orders at present." in message.text


def test_pausing_and_leaving_out_order_nothing_and_resuming_does(delivery: Delivery) -> None:
    repeat = repeat_like(delivery)
    services.leave_out(repeat=repeat, on=repeat.first_on, by=None)
    services.pause_repeat(repeat=repeat, first=repeat.first_on + dt.timedelta(days=1), last=None, by=None)
    assert services.order_due(delivery.collective) == 0
    services.resume_repeat(repeat=repeat, by=None)
    assert services.order_due(delivery.collective) == 6
    services.end_repeat(repeat=repeat, by=None)
    assert services.order_due(delivery.collective) == 0


def test_cancelling_one_date_leaves_the_rule_and_is_not_ordered_again(delivery: Delivery) -> None:
    repeat = repeat_like(delivery)
    services.order_due(delivery.collective)
    cancel_delivery(delivery=made_by(repeat)[2], by=None, reason="holidays")
    assert services.order_due(delivery.collective) == 0
    assert Repeat.objects.get().left_out == []


def test_a_rule_that_ends_before_it_begins_is_refused(delivery: Delivery) -> None:
    with pytest.raises(Refused, match="The last day lies before the first"):
        repeat_like(delivery, last_on=D(2020, 1, 1))
    assert not Repeat.objects.exists()


NEW = "/c/montreuil/deliveries/repeats/new/?like="


def form(delivery: Delivery, **changes: object) -> dict[str, object]:
    first = delivery.collective.today() + dt.timedelta(days=1)
    known = {"name": "Bread", "every": "1", "weekdays": ["MO", "TH"], "first_on": first.isoformat(), "last_on": "", "starts": "09:00"}
    return {**known, "ends": "11:00", "on_holiday": "skip", **changes}


def test_a_partner_makes_a_delivery_repeat_and_sees_its_dates(client: Client, delivery: Delivery, sam: Membership) -> None:
    client.force_login(sam.person)
    assert "Mme Roux" in client.get(f"{NEW}{delivery.ref}").content.decode()
    assert client.post(f"{NEW}{delivery.ref}", form(delivery)).status_code == 302
    repeat = Repeat.objects.get()
    assert repeat.rule == "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TH"
    services.order_due(delivery.collective)
    page = client.get(f"/c/montreuil/deliveries/repeats/{repeat.ref}/").content.decode()
    assert page.count("to be ordered") >= 6
    assert "MO-4002" in page
    assert Order.objects.count() > 1
    before = Order.objects.count()
    client.get(f"/c/montreuil/deliveries/repeats/{repeat.ref}/")
    assert Order.objects.count() == before  # looking orders nothing


def test_no_day_of_the_week_is_refused_and_nothing_repeats(client: Client, delivery: Delivery, sam: Membership) -> None:
    client.force_login(sam.person)
    answer = client.post(f"{NEW}{delivery.ref}", form(delivery, weekdays=[]))
    assert answer.status_code == 422
    assert "Choose at least one day of the week." in answer.content.decode()
    assert not Repeat.objects.exists()


def test_another_partners_people_neither_see_nor_stop_a_repeat(client: Client, delivery: Delivery, open_montreuil: Collective) -> None:
    repeat = repeat_like(delivery)
    rita = make_member(open_montreuil, "Rita", Role.PARTNER)
    world.make_partner(open_montreuil, "Bakery", seat=rita)
    client.force_login(rita.person)
    assert client.get(f"/c/montreuil/deliveries/repeats/{repeat.ref}/").status_code == 404
    assert client.post(f"/c/montreuil/deliveries/repeats/{repeat.ref}/change/", {"act": "end"}).status_code == 404
    assert client.get(f"{NEW}{delivery.ref}").status_code == 404
    assert "Bread" not in client.get("/c/montreuil/deliveries/repeats/").content.decode()


@pytest.mark.parametrize("data", [{"act": "pause"}, {"act": "pause", "paused_from": "2026-02-01", "paused_until": "2026-01-01"}])
def test_a_pause_that_makes_no_sense_is_refused(client: Client, delivery: Delivery, sam: Membership, data: dict[str, str]) -> None:
    repeat = repeat_like(delivery)
    client.force_login(sam.person)
    assert client.post(f"/c/montreuil/deliveries/repeats/{repeat.ref}/change/", data).status_code == 422
    repeat.refresh_from_db()
    assert repeat.paused_from is None


@pytest.mark.parametrize("on", ["", "soon", "2026-13-40"])
@pytest.mark.parametrize("act", ["leave-out", "again", "dance"])
def test_odd_dates_change_nothing(client: Client, delivery: Delivery, sam: Membership, act: str, on: str) -> None:
    repeat = repeat_like(delivery)
    client.force_login(sam.person)
    assert client.post(f"/c/montreuil/deliveries/repeats/{repeat.ref}/change/", {"act": act, "on": on}).status_code == 302
    assert (Repeat.objects.get().left_out, Occurrence.objects.count()) == ([], 0)


# Over each change of the clocks, over New Year, over a leap day; hours that do not exist or come twice that night among them.
TURNS = [
    (D(2027, 10, 29), "FREQ=DAILY", dt.time(2, 30), 4),
    (D(2028, 3, 24), "FREQ=DAILY", dt.time(2, 30), 4),
    (D(2027, 12, 30), "FREQ=DAILY;INTERVAL=2", dt.time(9), 2),
    (D(2028, 2, 27), "FREQ=MONTHLY;BYMONTHDAY=29", dt.time(23), 1),
]


@pytest.mark.parametrize(("turn", "rule", "hour", "dates"), TURNS)
def test_every_date_is_ordered_once_at_its_hour_over_clock_changes_leap_days_and_restarts(
    florist: Partner, turn: dt.date, rule: str, hour: dt.time, dates: int
) -> None:
    early = dt.datetime.combine(turn, dt.time(0, 30), tzinfo=PARIS)
    with time_machine.travel(early, tick=False):
        repeat = repeat_like(world.make_delivery(florist, key="like"), rule=rule, first_on=turn, hours=(hour, dt.time(hour.hour, 59)))
        Repeat.objects.update(days_ahead=2)
    for day in range(2):  # begun again and again, also after a kill between the order and its note
        with time_machine.travel(early + dt.timedelta(days=day), tick=False):
            for _again in range(2):
                services.order_due(florist.collective)
                Occurrence.objects.filter(repeat=repeat, state="placed", on__gte=turn + dt.timedelta(days=day)).update(
                    state="waiting", delivery=None
                )
            services.order_due(florist.collective)
    orders = Order.objects.filter(idempotency_key__startswith=f"repeat:{repeat.ref.hex}")
    assert orders.count() == Occurrence.objects.filter(repeat=repeat, state="placed").count() == dates
    for order in orders:
        on = D.fromisoformat(str(order.idempotency_key).rpartition(":")[2])
        wall = order.deliveries.get().stops.get(kind="dropoff").window_start.astimezone(PARIS)
        exists = dt.datetime.combine(on, hour, tzinfo=PARIS).astimezone(dt.UTC).astimezone(PARIS)
        assert wall.replace(fold=0) == exists.replace(fold=0)
