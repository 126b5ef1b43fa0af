"""Lists for later days, and cases kept beside a list."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from collectives.models import Membership
from orders.models import Delivery, Partner, PriceCase, PriceList
from orders.refusals import FollowsItself
from orders.services import RuleDraft, add_price_list, change_price_list, place_delivery, quote_delivery
from tests.orders import world
from tests.orders.test_price_lists import BASE, form

BASE_9 = [RuleDraft("base", "Pickup", {"amount_cents": 900})]
CASE = {"drops": "1", "km": "3", "kg": "5", "litres": "20", "pieces": "1", "outside": "0", "window": "120", "notice": "1440", "day": "0"}


def later_list(florist: Partner, name: str, days: int, cents: int = 900) -> PriceList:
    day = florist.collective.today() + dt.timedelta(days=days)
    rules = [RuleDraft("base", "Pickup", {"amount_cents": cents})]
    return add_price_list(
        collective=florist.collective, name=name, vat_rate=1000, rules=rules, by=None, valid_from=day, follows=florist.price_list
    )


def test_a_list_for_later_holds_from_its_first_day_and_no_order_before_moves(florist: Partner) -> None:
    later_list(florist, "Next year", 2)
    today = place_delivery(request=world.one_drop(florist.collective), partner=florist, by=None, idempotency_key="before")
    before = (today.order.net_cents, today.order.vat_rate)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=2), tick=False):
        quote = quote_delivery(request=world.one_drop(florist.collective), partner=florist, by=None)
        assert (quote.net_cents, quote.vat_rate, quote.price_list.name) == (900, 1000, "Next year")
        placed = place_delivery(request=world.one_drop(florist.collective), partner=florist, by=None, idempotency_key="after", quote=quote)
    assert placed.order.net_cents == 900
    today.order.refresh_from_db()
    assert (today.order.net_cents, today.order.vat_rate) == before != (900, 1000)


def test_of_several_that_follow_the_last_that_is_valid_holds(florist: Partner) -> None:
    later_list(florist, "B", 0, 700)
    later_list(florist, "C", -3, 800)
    later_list(florist, "D", 5, 999)
    assert quote_delivery(request=world.one_drop(florist.collective), partner=florist, by=None).net_cents == 700


def test_what_follows_is_not_followed(florist: Partner) -> None:
    later = later_list(florist, "B", 1)
    with pytest.raises(FollowsItself):
        add_price_list(collective=florist.collective, name="C", vat_rate=0, rules=BASE_9, by=None, follows=later)
    known: dict[str, Any] = {"vat_rate": 0, "rules": BASE_9, "version": 1, "valid_from": dt.date(2026, 1, 1), "by": None}
    other = add_price_list(collective=florist.collective, name="Other", vat_rate=0, rules=BASE_9, by=None)
    for price_list, follows in ((florist.price_list, other), (other, other)):
        with pytest.raises(FollowsItself):
            change_price_list(price_list=price_list, name="Standard", follows=follows, **known)


def test_the_office_says_which_list_is_replaced_and_from_when(client: Client, florist: Partner, ada: Membership) -> None:
    client.force_login(ada.person)
    answer = client.post("/c/montreuil/partners/price-lists/new/", form(BASE, follows=str(florist.price_list_id), valid_from="2030-01-01"))
    assert answer.status_code == 302
    stored = PriceList.objects.get(name="Bakeries")
    assert (stored.follows_id, stored.valid_from) == (florist.price_list_id, dt.date(2030, 1, 1))
    assert f"instead of {florist.price_list.name}" in client.get("/c/montreuil/partners/price-lists/").content.decode()


def keep(client: Client, florist: Partner, name: str, **changes: str) -> str:
    data = {f"case-{key}": value for key, value in {**CASE, "hour": "10", **changes}.items()}
    url = f"/c/montreuil/partners/price-lists/{florist.price_list.ref}/"
    answer = client.post(f"{url}cases/", {**data, "case_name": name}, follow=True)
    return str(answer.content.decode())


def test_several_cases_are_kept_with_their_price_and_say_when_it_has_changed(client: Client, florist: Partner, ada: Membership) -> None:
    client.force_login(ada.person)
    assert "Market day" in keep(client, florist, "Market day")
    keep(client, florist, "Two far drops", drops="2", km="9.5")
    near, far = PriceCase.objects.order_by("name")
    assert (near.name, far.facts["km"]) == ("Market day", 9.5)
    assert near.net_cents
    page = client.get(f"/c/montreuil/partners/price-lists/{florist.price_list.ref}/").content.decode()
    assert "when it was kept" not in page
    change_price_list(
        price_list=florist.price_list, name="Standard", vat_rate=2000, rules=BASE_9, version=1, valid_from=dt.date(2026, 1, 1), by=None
    )
    page = client.get(f"/c/montreuil/partners/price-lists/{florist.price_list.ref}/").content.decode()
    assert page.count("when it was kept") == 2
    tried = {**form(BASE), "list": str(florist.price_list.ref), **{f"case-{key}": value for key, value in CASE.items()}}
    assert "Market day" in client.post("/c/montreuil/partners/price-lists/try/", tried).content.decode()
    client.post(f"/c/montreuil/partners/price-lists/{florist.price_list.ref}/cases/{near.pk}/drop/")
    assert [case.name for case in PriceCase.objects.all()] == ["Two far drops"]


@pytest.mark.parametrize("changes", [{"km": "-1"}, {"drops": "0"}, {"hour": "24"}])
def test_a_case_that_cannot_be_is_not_kept(client: Client, florist: Partner, ada: Membership, changes: dict[str, str]) -> None:
    client.force_login(ada.person)
    assert "figures that can be" in keep(client, florist, "Odd", **changes)
    keep(client, florist, "")
    assert not PriceCase.objects.exists()


def test_a_name_is_kept_once(client: Client, florist: Partner, ada: Membership) -> None:
    client.force_login(ada.person)
    keep(client, florist, "Market day")
    assert "There is already one called" in keep(client, florist, "Market day", km="9")
    assert PriceCase.objects.get().facts["km"] == 3
    assert not Delivery.objects.exists()
