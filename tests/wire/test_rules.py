"""What holds for every client: negotiation, collections, dates, addresses, refusals."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from collectives.models import Collective, Membership
from collectives.services.programs import Keys
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from dispatch.models import Task
from dispatch.services.tags import keep_tag, tag_deliveries
from orders.models import Delivery, Partner, Stop
from tests.api.world import Api, as_application, as_member, make_application
from tests.orders import world
from tests.orders.conftest import florist, open_montreuil

__all__ = ["florist", "open_montreuil"]
pytestmark = pytest.mark.django_db
MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$")
IRI = re.compile(r"^/api/[a-z_]+/[\w-]+$")
LINKS = {"@id", "store", "timeSlot", "previous", "next", "tour"}
MOMENTS = {"after", "before", "doneAfter", "doneBefore", "createdAt", "updatedAt"}


@pytest.fixture
def shop(keys: Keys) -> Api:
    return as_application(keys.application)


def every(value: Any) -> Iterator[tuple[str, Any]]:
    """All names with their values, at any depth."""
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in rows:
        yield str(name), each
        yield from every(each)


def ordered(shop: Api, **dropoff: Any) -> dict[str, Any]:
    drop = {"address": "7 place du Ralliement, Montreuil", "before": "tomorrow 12:00", **dropoff}
    body: dict[str, Any] = shop.post("/api/deliveries", {"dropoff": drop}).json()
    return body


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "application/ld+json"),
        ("*/*", "application/ld+json"),
        ("application/json, text/plain, */*", "application/json"),
        ("application/json", "application/json"),
        ("application/ld+json", "application/ld+json"),
        ("text/html", "application/ld+json"),
    ],
)
def test_an_answer_is_json_whatever_is_accepted(shop: Api, accept: str, kind: str) -> None:
    answer = shop.get("/api/me", **({"Accept": accept} if accept else {}))
    assert (answer.status_code, answer.json()["name"]) == (200, "Shop plugin")
    assert "json" in answer["Content-Type"]
    if "," not in accept:
        assert answer["Content-Type"].startswith(kind)


def test_a_list_of_kinds_is_linked_data(shop: Api) -> None:
    answer = shop.get("/api/me", Accept="application/json, text/plain, */*")
    assert answer["Content-Type"].startswith("application/ld+json")


def test_get_may_name_a_type_and_send_nothing(shop: Api) -> None:
    assert shop.get("/api/me", **{"Content-Type": "application/ld+json"}).status_code == 200


@pytest.mark.parametrize("kind", ["application/ld+json", "application/json", "text/plain"])
def test_a_body_is_json_under_any_of_its_types(shop: Api, kind: str) -> None:
    body = '{"dropoff": {"address": "7 place du Ralliement, Montreuil"}}'
    assert shop.client.post("/api/deliveries", body, content_type=kind, headers=shop.headers).status_code == 201


def test_moments_have_an_offset_and_no_fraction_and_links_are_paths(shop: Api) -> None:
    told = list(every(ordered(shop)))
    assert [pair for pair in told if pair[0] in MOMENTS and not MOMENT.match(str(pair[1]))] == []
    assert [pair for pair in told if pair[0] in LINKS and pair[1] is not None and not IRI.match(str(pair[1]))] == []
    assert {"after", "createdAt"} <= {name for name, _value in told}


def test_a_point_is_two_numbers_and_money_and_weight_are_whole(shop: Api) -> None:
    told = ordered(shop, weight=1500)
    geo = told["dropoff"]["address"]["geo"]
    assert (geo["@type"], type(geo["latitude"]), type(geo["longitude"])) == ("GeoCoordinates", float, float)
    assert (told["dropoff"]["weight"], type(told["order"]["total"])) == (1500, int)


def test_an_address_goes_out_with_all_its_words(shop: Api) -> None:
    address = ordered(shop, address={"streetAddress": "7 place du Ralliement, Montreuil", "contactName": "Rosa Roux"})["dropoff"]["address"]
    words = {"@id", "@type", "geo", "streetAddress", "telephone", "name", "contactName", "description", "firstName", "lastName", "provider"}
    assert words <= set(address)
    assert (address["@type"], address["firstName"], address["lastName"]) == ("http://schema.org/Place", "Rosa", "Roux")


@pytest.mark.parametrize(
    "address",
    [
        "7 place du Ralliement, Montreuil",
        {"streetAddress": "7 place du Ralliement, Montreuil", "latLng": [48.86, 2.44], "telephone": ""},
        {"streetAddress": "7 place du Ralliement, Montreuil", "geo": {"latitude": 48.86, "longitude": 2.44}, "telephone": False},
    ],
    ids=["text", "pair", "geo"],
)
def test_an_address_comes_in_as_text_or_object(shop: Api, address: Any) -> None:
    ordered(shop, address=address)
    assert Stop.objects.get(kind="dropoff").place.street_address.startswith("7 place")


def test_an_address_comes_in_as_a_link(shop: Api, florist: Partner) -> None:
    link = ordered(shop)["dropoff"]["address"]["@id"]
    assert ordered(shop, address=link)["dropoff"]["address"]["@id"] == link
    assert ordered(shop, address={"@id": link})["dropoff"]["address"]["@id"] == link


@pytest.mark.parametrize("when", ["2030-03-02T11:30:00Z", "2030-03-02T11:30:00+01:00", "2030-03-02 11:30:00"])
def test_far_days_are_read_and_refused_with_their_path(shop: Api, when: str) -> None:
    answer = shop.post("/api/deliveries", {"dropoff": {"address": "7 place du Ralliement, Montreuil", "before": when}})
    assert (answer.status_code, answer.json()["@type"]) == (400, "ConstraintViolationList")
    assert not Delivery.objects.exists()


def test_every_refusal_has_its_shape(shop: Api, carl: Membership, open_montreuil: Collective) -> None:
    courier = as_member(carl)
    bad = shop.post("/api/deliveries", {"dropoff": {"address": ""}})
    assert {"@context", "@type", "hydra:title", "hydra:description", "violations"} <= set(bad.json())
    assert {"propertyPath", "message", "code"} <= set(bad.json()["violations"][0])
    assert Client().get("/api/me").json() == {"code": 401, "message": "JWT Token not found"}
    forbidden, missing = courier.get("/api/tasks"), shop.get("/api/deliveries/999999")
    for answer, status in ((forbidden, 403), (missing, 404)):
        body = answer.json()
        assert (answer.status_code, body["@context"], body["@type"]) == (status, "/api/contexts/Error", "hydra:Error")
        assert (body["hydra:title"], bool(body["hydra:description"])) == ("An error occurred", True)


def test_the_edit_tab_reads_its_store(shop: Api, florist: Partner, dana: Membership) -> None:
    ordered(shop)
    api = as_member(dana)
    task = api.get(f"/api/tasks/{Task.objects.order_by('pk')[0].pk}").json()
    store = api.get(task["metadata"]["store"]).json()
    assert (store["weightRequired"], store["packagesRequired"], store["pricingRuleSet"]) == (False, False, None)
    slots = api.get(f"{store['@id']}/time_slots").json()["hydra:member"]
    assert api.get(f"{slots[0]['@id']}/choices").json()["choices"][0].keys() == {"value", "label"}
    assert api.get(f"{store['@id']}/packages").json()["@type"] == "hydra:Collection"
    assert api.get(f"{store['@id']}/payment_methods").json()["methods"] == [{"type": "invoice"}]


@pytest.mark.parametrize("path", ["restaurants", "me/restaurants"])
def test_what_this_house_has_not_is_an_empty_collection(dana: Membership, path: str) -> None:
    body = as_member(dana).get(f"/api/{path}").json()
    assert (body["@type"], body["hydra:member"], body["hydra:totalItems"]) == ("hydra:Collection", [], 0)


def test_tags_are_told_to_who_works_here_and_to_no_shop(
    shop: Api, keys: Keys, montreuil: Collective, dana: Membership, carl: Membership, sam: Membership
) -> None:
    ordered(shop)
    with acting_for(montreuil), journal.source("web"):
        task = Task.objects.order_by("pk")[0]
        keep_tag(name="Fragile", colour=2, by=dana.person)
        cold = keep_tag(name="Cold", colour=1, by=dana.person)
        tag_deliveries(tasks=[task.ref], tag=cold, on=True, by=dana.person)
    told = as_member(dana).get("/api/tags").json()["hydra:member"]
    assert [(tag["@type"], tag["slug"], tag["name"], tag["color"]) for tag in told] == [
        ("Tag", "cold", "Cold", "#2B459F"),
        ("Tag", "fragile", "Fragile", "#B0413E"),
    ]
    assert as_member(dana).get(f"/api/tasks/{task.pk}").json()["tags"] == told[:1]
    own = as_application(make_application(montreuil, scopes=("tasks:all",)).application, "tasks:all")
    assert (own.get("/api/tags").json()["hydra:totalItems"], own.get(f"/api/tasks/{task.pk}").json()["tags"]) == (2, told[:1])
    assert len(as_member(carl).get("/api/tags").json()["hydra:member"]) == 2
    for stranger in (as_application(keys.application, "tasks"), as_member(sam)):
        assert stranger.get("/api/tags").json()["hydra:member"] == []
    program = as_application(keys.application, "tasks")
    assert program.get(f"/api/tasks/{task.pk}").json()["tags"] == []
    assert _tags_of_the_first_delivery(shop) == _tags_of_the_first_delivery(as_member(sam)) == [[], []]
    own_shop = as_application(make_application(montreuil, scopes=("deliveries",)).application, "deliveries")
    assert _tags_of_the_first_delivery(as_member(dana)) == _tags_of_the_first_delivery(own_shop) == [told[:1], told[:1]]


def _tags_of_the_first_delivery(api: Api) -> list[list[dict[str, Any]]]:
    listed = api.get("/api/deliveries").json()["hydra:member"][0]
    assert api.get(listed["@id"]).json()["tasks"] == listed["tasks"]
    return [task["tags"] for task in listed["tasks"]]


def test_the_plain_prices_and_slots_of_integrators(shop: Api, florist: Partner) -> None:
    assert shop.get("/api/time_slots/choices").json()["choices"]
    price = shop.post("/api/retail_prices/calculate", {"dropoff": {"address": "7 place du Ralliement, Montreuil"}}).json()
    assert {"amount", "currency", "tax"} <= set(price)
    assert {"amount", "included"} <= set(price["tax"])
    world.make_delivery(florist)
    listed = shop.get(f"/api/stores/{florist.pk}/deliveries?order[dropoff.before]=desc").json()
    assert isinstance(listed["hydra:view"], dict)


@pytest.mark.parametrize("path", ["deliveries", "deliveries/assert", "quotes", "retail_prices/calculate"])
def test_supplements_nobody_offers_are_refused_and_none_is_nothing_asked(shop: Api, path: str) -> None:
    body = {"dropoff": {"address": "7 place du Ralliement, Montreuil"}, "order": {"manualSupplements": []}}
    assert shop.post(f"/api/{path}", body).status_code in {200, 201}
    before = shop.get("/api/deliveries").json()["hydra:totalItems"]
    body["order"] = {"manualSupplements": [{"pricingRule": "/api/pricing_rules/1", "quantity": 1}]}
    answer = shop.post(f"/api/{path}", body)
    assert (answer.status_code, answer.json()["violations"][0]["propertyPath"]) == (400, "order.manualSupplements")
    assert shop.get("/api/deliveries").json()["hydra:totalItems"] == before
