"""Cut-offs and room: one answer behind the form, orders and everything that orders by itself."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from collectives.models import Collective, Membership
from collectives.selectors import opening_calendar
from coopdelivery.journal.models import Event
from orders.models import Delivery, Order, OrderTerms, Partner
from orders.refusals import ClosedThen, CutOff, SlotFull
from orders.services import cancel_delivery, quote_delivery, set_order_terms
from orders.slots import slots_on
from orders.terms import Terms
from tests.orders import world

PARIS = ZoneInfo("Europe/Paris")


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=PARIS)


def set_terms(collective: Collective, **terms: object) -> None:
    known: dict[str, object] = {"notice_minutes": 0, "same_day_until": None, "day_before_until": None, "drops_an_hour": None, **terms}
    set_order_terms(collective=collective, by=None, **known)  # type: ignore[arg-type]  # one of its own


@pytest.mark.parametrize(
    ("terms", "now", "late"),
    [
        (Terms(), at(24, 10, 4), False),  # the minutes a form takes
        (Terms(), at(24, 10, 6), True),
        (Terms(notice=dt.timedelta(hours=2)), at(24, 7, 59), False),
        (Terms(notice=dt.timedelta(hours=2)), at(24, 8, 0), True),
        (Terms(same_day_until=dt.time(9)), at(24, 8, 59), False),
        (Terms(same_day_until=dt.time(9)), at(24, 9, 0), True),
        (Terms(same_day_until=dt.time(9)), at(23, 23, 0), False),
        (Terms(day_before_until=dt.time(18)), at(23, 17, 59), False),
        (Terms(day_before_until=dt.time(18)), at(23, 18, 0), True),
    ],
)
def test_the_last_moment_for_a_window_at_ten(terms: Terms, now: dt.datetime, late: bool) -> None:  # noqa: FBT001
    assert terms.too_late(at(24, 10), now, PARIS) is late


def test_a_cut_off_on_the_night_the_clocks_change_is_wall_clock() -> None:
    sunday = dt.datetime(2026, 10, 25, 10, tzinfo=PARIS)
    assert Terms(day_before_until=dt.time(18)).last_moment(sunday, PARIS) == dt.datetime(2026, 10, 24, 16, tzinfo=dt.UTC)


def test_from_six_in_the_evening_every_slot_of_tomorrow_is_closed(open_montreuil: Collective) -> None:
    calendar = opening_calendar(open_montreuil)
    terms = Terms(day_before_until=dt.time(18))
    before = slots_on(dt.date(2026, 11, 24), calendar, at(23, 17, 59), terms)
    after = slots_on(dt.date(2026, 11, 24), calendar, at(23, 18), terms)
    assert (any(slot.passed for slot in before), all(slot.passed for slot in after)) == (False, True)


def test_an_order_after_the_cut_off_is_refused_with_the_moment(florist: Partner) -> None:
    set_terms(florist.collective, day_before_until=dt.time(18))
    with time_machine.travel(at(23, 18), tick=False):
        asked = world.one_drop(florist.collective)
        with pytest.raises(CutOff) as refused:
            quote_delivery(request=asked, partner=florist, by=None)
    assert refused.value.field == "dropoffs.0.window"
    assert not Order.objects.exists()


def test_a_full_hour_takes_no_more_and_a_cancelled_drop_makes_room(florist: Partner) -> None:
    set_terms(florist.collective, drops_an_hour=1)
    first = world.make_delivery(florist, key="a")
    with pytest.raises(SlotFull):
        world.make_delivery(florist, key="b")
    assert Delivery.objects.count() == 1
    cancel_delivery(delivery=first, by=None, reason="")
    world.make_delivery(florist, key="c")
    assert Delivery.objects.count() == 2


def test_the_office_sets_the_terms_and_the_form_shows_them(client: Client, florist: Partner, ada: Membership, sam: Membership) -> None:
    world.make_delivery(florist)
    client.force_login(ada.person)
    data = {"notice_minutes": "30", "same_day_until": "", "day_before_until": "", "drops_an_hour": "1"}
    assert client.post("/c/montreuil/partners/terms/", data).status_code == 302
    assert OrderTerms.objects.get().drops_an_hour == 1
    assert Event.objects.get(name="order_terms.changed").data["notice_minutes"] == 30
    client.force_login(sam.person)
    tomorrow = world.tomorrow_at(florist.collective, 10).date().isoformat()
    page = client.post(
        "/c/montreuil/deliveries/new/", {"act": "refresh", "day": tomorrow, "drop-TOTAL_FORMS": "1", "drop-INITIAL_FORMS": "0"}
    )
    assert page.content.decode().count("No room left") == 1


def test_terms_that_make_no_sense_are_refused_beside_the_field(client: Client, florist: Partner, ada: Membership) -> None:
    client.force_login(ada.person)
    answer = client.post("/c/montreuil/partners/terms/", {"notice_minutes": "-5", "drops_an_hour": "0", "same_day_until": "noon"})
    assert answer.status_code == 422
    assert not OrderTerms.objects.exists()


def test_on_public_holidays_nothing_is_promised_where_the_co_op_says_so(florist: Partner, client: Client, ada: Membership) -> None:
    armistice = dt.datetime(2027, 11, 11, 10, tzinfo=PARIS)
    asked = world.one_drop(florist.collective)
    asked = replace(asked, dropoffs=[replace(asked.dropoffs[0], window_start=armistice, window_end=armistice + dt.timedelta(hours=2))])
    with time_machine.travel(dt.datetime(2027, 11, 9, 12, tzinfo=PARIS), tick=False):
        quote_delivery(request=asked, partner=florist, by=None)
        client.force_login(ada.person)
        client.post("/c/montreuil/partners/terms/", {"notice_minutes": "0", "closed_on_holidays": "on"})
        assert OrderTerms.objects.get().closed_on_holidays
        with pytest.raises(ClosedThen) as closed:
            quote_delivery(request=asked, partner=florist, by=None)
    assert closed.value.offers[0].start >= dt.datetime(2027, 11, 12, 0, tzinfo=PARIS)
