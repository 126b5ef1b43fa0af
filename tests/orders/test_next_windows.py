"""A window that cannot be had is refused with those that can: the form says them, programs get them, and nothing is moved."""

import datetime as dt
from dataclasses import replace

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from collectives.models import Collective, Membership
from collectives.services.hours import close_day
from orders.models import Delivery, ParcelType, Partner
from orders.refusals import ClosedThen, CutOff, Refused, SlotFull
from orders.requests import DeliveryRequest
from orders.services import quote_delivery
from orders.services.windows import WindowCheck
from tests.orders import world
from tests.orders.test_pages import form
from tests.orders.test_terms import at, set_terms

TUESDAY_NOON = at(24, 12)


def asked(partner: Partner, start: dt.datetime, hours: int = 2) -> DeliveryRequest:
    known = world.one_drop(partner.collective)
    return replace(known, dropoffs=[replace(known.dropoffs[0], window_start=start, window_end=start + dt.timedelta(hours=hours))])


def refusal(partner: Partner, start: dt.datetime) -> Refused:
    with pytest.raises(Refused) as refused:
        quote_delivery(request=asked(partner, start), partner=partner, by=None)
    return refused.value


def test_after_the_cut_off_the_windows_of_the_day_after_are_offered(florist: Partner) -> None:
    set_terms(florist.collective, day_before_until=dt.time(18))
    with time_machine.travel(at(23, 18), tick=False):
        late = refusal(florist, at(24, 10))
    assert isinstance(late, CutOff)
    assert [window.start.astimezone(florist.collective.zone).date() for window in late.offers] == [dt.date(2026, 11, 25)] * 3
    assert "Free next: " in str(late)


def test_a_full_hour_offers_what_is_free_around_it_and_writes_nothing(florist: Partner) -> None:
    set_terms(florist.collective, drops_an_hour=1)
    with time_machine.travel(TUESDAY_NOON, tick=False):
        first = WindowCheck(florist.collective, TUESDAY_NOON).next_free(at(25, 0))[0]
        world.make_delivery(florist, request=asked(florist, first.start))
        full = refusal(florist, first.start)
    assert isinstance(full, SlotFull)
    assert len(full.offers) == 3
    assert first not in full.offers
    assert Delivery.objects.count() == 1


def test_a_closed_day_offers_the_next_open_one(florist: Partner) -> None:
    close_day(collective=florist.collective, day=dt.date(2026, 11, 25), by=None)
    with time_machine.travel(TUESDAY_NOON, tick=False):
        closed = refusal(florist, at(25, 10))
    assert isinstance(closed, ClosedThen)
    assert closed.offers[0].start >= at(26, 0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hour=some.integers(0, 23),
    minute=some.integers(0, 59),
    notice=some.sampled_from([0, 30, 240, 2880]),
    same_day=some.none() | some.times(),
    day_before=some.none() | some.times(),
)
def test_whatever_is_offered_would_be_taken(
    open_montreuil: Collective, hour: int, minute: int, notice: int, same_day: dt.time | None, day_before: dt.time | None
) -> None:
    set_terms(open_montreuil, notice_minutes=notice, same_day_until=same_day, day_before_until=day_before)
    now = at(24, hour, minute)
    check = WindowCheck(open_montreuil, now)
    offers = check.next_free(now)
    assert offers
    for window in offers:
        assert check.checked(window.start, window.end, field="w") == window


def test_the_form_says_them_beside_the_price_and_keeps_the_day(
    client: Client, florist: Partner, sam: Membership, bouquet: ParcelType
) -> None:
    client.force_login(sam.person)
    data = form(florist, bouquet)
    close_day(collective=florist.collective, day=dt.date.fromisoformat(data["day"]), by=None)
    answer = client.post("/c/montreuil/deliveries/quote/", data)
    assert answer.status_code == 422
    assert "Free next: " in answer.content.decode()
    assert client.post("/c/montreuil/deliveries/new/", {**data, "act": "place"}).status_code == 422
    assert not Delivery.objects.exists()
