"""Files in the dialect's columns, ordered at once; and what comes again."""

import datetime as dt
from typing import Any

import pytest

from collectives.models import Collective, Membership
from collectives.services.programs import Keys
from dispatch.models import Task
from orders.models import Delivery, Partner
from orders.repeats.services import add_repeat
from tests.api.world import Api, as_application, as_member, make_application
from tests.orders import world
from tests.orders.conftest import florist, open_montreuil
from tests.wire.conftest import tomorrow

__all__ = ["florist", "open_montreuil"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(keys: Keys) -> Api:
    return as_application(keys.application)


def send(api: Api, text: str, path: str = "/api/deliveries/import", **headers: str) -> Any:
    return api.client.post(path, text.encode(), content_type="text/csv", headers={**api.headers, **headers})


def table(collective: Collective, second: str = "3 rue de Paris, Montreuil") -> str:
    slot = f"{tomorrow(collective)} 10:00-12:00"
    head = "pickup.comments,dropoff.address,dropoff.address.contactName,dropoff.timeslot,weight,packages"
    return f'{head}\nBlue door,"1 rue de Paris, Montreuil",Rosa,{slot},1200,\n,"{second}",,{slot},,Crate=2\n'


def test_every_line_is_ordered_at_once(shop: Api, open_montreuil: Collective) -> None:
    answer = send(shop, table(open_montreuil))
    first, second = Delivery.objects.order_by("pk")
    assert (answer.status_code, [each["@id"] for each in answer.json()["hydra:member"]]) == (
        201,
        [f"/api/deliveries/{first.pk}", f"/api/deliveries/{second.pk}"],
    )
    assert (first.weight_g, first.stops.get(kind="dropoff").contact_name) == (1200, "Rosa")
    assert (first.stops.get(kind="pickup").note, second.parcels.get().quantity) == ("Blue door", 2)


def test_one_bad_line_orders_none(shop: Api, open_montreuil: Collective) -> None:
    answer = send(shop, table(open_montreuil, second=""))
    assert (answer.status_code, answer.json()["violations"][0]["propertyPath"]) == (400, "line 3: dropoff.address")
    assert not Delivery.objects.exists()


def test_the_same_file_with_the_same_key_is_ordered_once(shop: Api, open_montreuil: Collective) -> None:
    for _each in range(2):
        assert send(shop, table(open_montreuil), **{"Idempotency-Key": "file-1"}).status_code == 201
    assert Delivery.objects.count() == 2
    assert send(shop, table(open_montreuil, second="5 rue de Paris"), **{"Idempotency-Key": "file-1"}).status_code == 422


def test_tasks_in_lines_become_deliveries(open_montreuil: Collective, florist: Partner, dana: Membership) -> None:
    day = tomorrow(open_montreuil)
    text = (
        "type;address;address.name;latlong;after;before;comments\n"
        f"pickup;9 rue de Paris, Montreuil;Depot;48.861,2.441;{day} 09:00;{day} 10:00;Ask for Ana\n"
        f"dropoff;1 rue de Paris, Montreuil;;;{day} 10:00;{day} 12:00;Ring twice\n"
    )
    answer = send(as_member(dana), text, f"/api/tasks/import?store=/api/stores/{florist.pk}")
    assert answer.status_code == 201
    assert list(Task.objects.order_by("pk").values_list("kind", "stop__note")) == [("pickup", "Ask for Ana"), ("dropoff", "Ring twice")]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "dropoff.address\n", "\xff".encode("latin-1").decode("latin-1") * 3])
def test_what_is_no_such_table_is_refused(shop: Api, text: str) -> None:
    answer = send(shop, text)
    assert (answer.status_code, answer.json()["@type"]) == (400, "ConstraintViolationList")


def test_another_partners_store_takes_no_file(shop: Api, open_montreuil: Collective) -> None:
    bakery = world.make_partner(open_montreuil, "Bakery")
    assert send(shop, table(open_montreuil), f"/api/deliveries/import?store=/api/stores/{bakery.pk}").status_code == 404
    assert not Delivery.objects.exists()


def test_what_comes_again_is_read_by_whose_it_is(shop: Api, florist: Partner, open_montreuil: Collective, dana: Membership) -> None:
    delivery = world.make_delivery(florist)
    repeat = add_repeat(
        partner=florist,
        like=delivery,
        name="Newspapers",
        rule="FREQ=DAILY",
        first_on=open_montreuil.today() + dt.timedelta(days=2),
        last_on=None,
        hours=(dt.time(10), dt.time(12)),
        on_holiday="skip",
        by=dana.person,
    )
    (shown,) = shop.get("/api/recurrence_rules").json()["hydra:member"]
    assert (shown["@id"], shown["rule"], shown["store"]) == (f"/api/recurrence_rules/{repeat.pk}", repeat.rule, f"/api/stores/{florist.pk}")
    assert shop.get(shown["@id"]).json()["name"] == "Newspapers"
    bakery = as_application(make_application(open_montreuil, world.make_partner(open_montreuil, "Bakery")).application)
    assert bakery.get(shown["@id"]).status_code == 404
    assert as_member(dana).get(f"/api/recurrence_rules/generate_orders?date={tomorrow(open_montreuil)}").json()["hydra:member"] == []


def test_a_shop_takes_its_deliveries_of_a_day_as_a_table(shop: Api, open_montreuil: Collective) -> None:
    send(shop, table(open_montreuil))
    world.make_delivery(world.make_partner(open_montreuil, "Bakery"))
    answer = shop.get(f"/api/deliveries/export.csv?date={tomorrow(open_montreuil)}")
    lines = answer.content.decode().splitlines()
    assert (answer["Content-Type"], len(lines), lines[0][:9]) == ("text/csv; charset=utf-8", 5, "id,number")
    assert [line.split(",")[2] for line in lines[1:]] == ["pickup", "dropoff"] * 2


def test_a_tour_is_a_table(open_montreuil: Collective, dana: Membership) -> None:
    tour = as_member(dana).post("/api/tours", {"name": "North"}).json()["@id"]
    assert as_member(dana).get(f"{tour}/export.csv").content.decode().startswith("id,number")
    assert as_member(dana).get("/api/tours/999999/export.csv").status_code == 404
