"""Every endpoint, tried without token, with the wrong scope, as a stranger and with rubbish: the documented shapes, never a 500."""

import re
from typing import Any

import pytest
from django.db import transaction

from collectives.access import GRANTS
from collectives.api.openapi import Route, document, routes
from collectives.models import Collective, Membership, Role
from orders.models import Partner
from tests.api.world import Api, as_application, as_member, make_application
from tests.orders import world
from tests.orders.conftest import florist, open_montreuil

__all__ = ["florist", "open_montreuil"]
pytestmark = pytest.mark.django_db
SAMPLES = {"pk": "999999999", "ref": "00000000-0000-4000-8000-000000000000", "day": "2026-11-24", "username": "nobody", "name": "Task"}
RUBBISH: list[Any] = [b'{"a": [\xff', b"[" * 5000, b"[]", b"null", b'{"tasks": 9e999}', b'{"dropoff": "\\u0000"}', b'{"store": 1}']
CLOSED = [(route, method) for route in routes() if not route.endpoint.open_because for method in route.endpoint.rules]


def url(route: Route) -> str:
    return re.sub(r"{(\w+)}", lambda found: SAMPLES.get(found[1], "nothing"), route.path)


def ask(api: Api, route: Route, method: str, body: bytes = b"{}") -> Any:
    """What it did is taken back."""
    with transaction.atomic():
        answer = api.client.generic(method, url(route), body, content_type="application/ld+json", headers=api.headers)
        transaction.set_rollback(True)
    return answer


def shaped(answer: Any) -> bool:
    """Whether a refusal has one of the documented shapes."""
    body = answer.json()
    kind = body.get("@type")
    if kind == "ConstraintViolationList":
        return all({"propertyPath", "message"} <= set(each) for each in body["violations"])
    return kind == "hydra:Error" or body.get("code") == 401 or "error" in body


def test_without_a_token_every_endpoint_answers_401(client: Any, db: None) -> None:
    codes = {(route.path, method): ask(Api(""), route, method) for route, method in CLOSED}
    assert {key: answer.status_code for key, answer in codes.items() if (answer.status_code, answer.json()["code"]) != (401, 401)} == {}


def test_a_program_without_the_scope_is_refused_everywhere(florist: Partner) -> None:
    application = make_application(florist.collective, florist, scopes=("orders",)).application
    api = as_application(application)
    wanted = [(route, method) for route, method in CLOSED if "orders" not in route.endpoint.rules[method].scopes]
    wrong = {(route.path, method): ask(api, route, method).status_code for route, method in wanted}
    assert {key: code for key, code in wrong.items() if code != 403} == {}
    assert len(wrong) > 30


@pytest.mark.parametrize("role", list(Role))
def test_people_need_the_role_of_the_table(open_montreuil: Collective, cast: dict[str, Membership], role: Role) -> None:
    api = as_member(cast[role])
    wrong = {}
    for route, method in CLOSED:
        permission = route.endpoint.rules[method].permission
        code = ask(api, route, method).status_code
        if permission and (role not in GRANTS[permission]) and code != 403:
            wrong[route.path, method] = code
    assert wrong == {}


@pytest.fixture
def cast(carl: Membership, dana: Membership, ada: Membership, sam: Membership) -> dict[str, Membership]:
    return {Role.COURIER: carl, Role.DISPATCHER: dana, Role.ADMIN: ada, Role.PARTNER: sam}


@pytest.mark.parametrize("body", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_is_refused_in_the_documented_shape(florist: Partner, dana: Membership, body: bytes) -> None:
    application = make_application(florist.collective, florist, scopes=("deliveries", "tasks", "orders")).application
    wrong = {}
    for api in (as_application(application), as_member(dana)):
        for route, method in CLOSED:
            answer = ask(api, route, method, body)
            if answer.status_code >= 500 or (answer.status_code >= 400 and not shaped(answer)):
                wrong[route.path, method] = answer.status_code
    assert wrong == {}


def test_another_partners_things_are_404(florist: Partner, open_montreuil: Collective) -> None:
    bakery = world.make_partner(open_montreuil, "Bakery")
    delivery = world.make_delivery(bakery)
    api = as_application(make_application(open_montreuil, florist, scopes=("deliveries", "tasks")).application)
    task = delivery.tasks.all()[0]
    paths = [f"/api/deliveries/{delivery.pk}", f"/api/stores/{bakery.pk}", f"/api/stores/{bakery.pk}/deliveries", f"/api/tasks/{task.pk}"]
    assert [api.get(path).status_code for path in paths] == [404] * 4
    assert api.delete(f"/api/deliveries/{delivery.pk}").status_code == 404
    assert api.get("/api/deliveries").json()["hydra:totalItems"] == 0
    assert api.get(f"/api/tasks?date={task.on}").json()["hydra:member"] == []
    body = {"store": f"/api/stores/{bakery.pk}", "dropoff": {"address": "1 rue de Paris, Montreuil", "before": "tomorrow 12:00"}}
    assert api.post("/api/deliveries", body).status_code == 404


def test_another_collectives_things_are_404(florist: Partner, nina: Membership) -> None:
    delivery = world.make_delivery(florist)
    api = as_member(nina)
    assert api.get(f"/api/deliveries/{delivery.pk}").status_code == 404
    assert api.get(f"/api/tasks/{delivery.tasks.all()[0].pk}").status_code == 404
    api.headers["X-Collective"] = "montreuil"
    assert api.get("/api/tasks").status_code == 404


@pytest.mark.parametrize("path", ["/api/barcode?code=a%00b", "/api/task_lists/set_items/2026-11-24/a%00b", "/api/deliveries?page=%00"])
def test_a_character_that_cannot_be_kept_is_refused(dana: Membership, path: str) -> None:
    answer = as_member(dana).put(path) if "set_items" in path else as_member(dana).get(path)
    assert (answer.status_code, answer.json()["@type"]) == (400, "ConstraintViolationList")


def test_what_is_nowhere_is_json(client: Any, db: None) -> None:
    answer = client.get("/api/nothing/here")
    assert (answer.status_code, answer.json()["@type"]) == (404, "hydra:Error")


def test_no_address_ends_in_a_slash() -> None:
    assert [route.path for route in routes() if route.path.endswith("/")] == []


def test_the_document_names_every_endpoint_with_a_summary() -> None:
    found = document(server="http://testserver")["paths"]
    silent = [(path, method) for path, item in found.items() for method, op in item.items() if method != "parameters" and not op["summary"]]
    assert (len(found) > 50, silent) == (True, [])


def test_the_page_and_the_document_are_served(client: Any, db: None) -> None:
    assert client.get("/api/docs.json").json()["openapi"] == "3.1.0"
    assert "/api/deliveries" in client.get("/api/docs").content.decode()
