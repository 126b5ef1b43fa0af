"""Each client's whole journey over plain HTTP against a running server: its requests, in its order, with the fields it reads."""

import base64
import hashlib
import hmac
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from collectives.models import Collective, Membership
from collectives.services.programs import Keys
from collectives.tenancy import acting_for
from collectives.webhooks import deliver
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Errand
from dispatch.models import Proof, Task
from dispatch.services.plan import loose_round_of, plan_tasks
from orders.models import Delivery, Partner
from orders.services import cancel_delivery
from tests.api.world import make_application
from tests.conftest import PASSWORD
from tests.orders import world
from tests.pocket.conftest import picture
from tests.wire.conftest import tomorrow
from tests.wire.http import FORM, Http, multipart
from tests.wire.receiver import receiving

pytestmark = pytest.mark.django_db(transaction=True)
LD = {"Accept": "application/ld+json", "Content-Type": "application/ld+json"}
JSON = {"Accept": "application/json", "Content-Type": "application/json"}
AXIOS = {"Accept": "application/json, text/plain, */*"}


@pytest.fixture
def shop(montreuil: Collective) -> Partner:
    with acting_for(montreuil):
        world.open_all_week(montreuil)
        world.make_parcel_type(montreuil)
        return world.make_partner(montreuil)


@pytest.fixture
def keys(shop: Partner, montreuil: Collective) -> Keys:
    with acting_for(montreuil):
        return make_application(montreuil, shop, scopes=("deliveries", "tasks"))


@pytest.fixture
def http(live_server: LiveServer) -> Http:
    return Http(live_server.url)


def bearer(http: Http, keys: Keys, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {http.token(keys).body['access_token']}", **more}


def test_woocommerce_from_its_settings_page_to_an_order(http: Http, keys: Keys, montreuil: Collective) -> None:
    entry = http.ask("GET", "/api", {"Content-Type": "application/json"})
    assert (entry.status, entry.body["@context"]) == (200, "/api/contexts/Entrypoint")
    assert http.token(keys).status == 200
    me = http.ask("GET", "/api/me", bearer(http, keys)).body
    assert (me["@context"], me["name"]) == ("/api/contexts/ApiApp", "Shop plugin")
    store = http.ask("GET", me["store"], bearer(http, keys)).body
    slot = http.ask("GET", store["timeSlot"], bearer(http, keys)).body
    hours = slot["openingHoursSpecification"]
    assert (slot["interval"], slot["priorNotice"]) == ("2 days", None)
    assert hours
    assert all(isinstance(each["dayOfWeek"], list) and each["opens"] and each["closes"] for each in hours)
    dropoff = {
        "address": {"streetAddress": "7 place du Ralliement 93100 Montreuil", "contactName": "Mme Roux", "telephone": "0639981240"},
        "timeSlot": f"{tomorrow(montreuil)} 10:00-12:00",
        "comments": "Order #1041\nhttp://shop.example\n******\n2 x Bouquet",
    }
    placed = http.ask("POST", "/api/deliveries", {**bearer(http, keys), **LD}, {"pickup": {"comments": "#1041"}, "dropoff": dropoff})
    assert placed.status == 201
    assert placed.body["@id"].startswith("/api/deliveries/")
    assert isinstance(placed.body["dropoff"]["id"], int)


def test_prestashop_from_its_settings_to_a_paid_order(http: Http, keys: Keys, montreuil: Collective) -> None:
    assert http.ask("GET", "/api", {"Content-Type": "application/json"}).body["@context"] == "/api/contexts/Entrypoint"
    settings = http.ask("GET", "/api/settings", {"Accept": "application/json"})
    assert (settings.status, settings.body["brand_name"]) == (200, "Montreuil")
    me = http.ask("GET", "/api/me", {**bearer(http, keys), **JSON})
    assert me.kind.startswith("application/json")
    store = http.ask("GET", me.body["store"], {**bearer(http, keys), **JSON}).body
    slot = http.ask("GET", store["timeSlot"], {**bearer(http, keys), **JSON}).body
    assert slot["openingHoursSpecification"][0]["dayOfWeek"]
    dropoff = {
        "address": {
            "streetAddress": "7 place du Ralliement, 93100 Montreuil",
            "description": "",
            "contactName": "Mme Roux",
            "telephone": False,
        },
        "timeSlot": f"{tomorrow(montreuil)} 10:00-12:00",
    }
    pickup = {"address": {"telephone": "0639981240"}, "comments": "Order XKBK"}
    placed = http.ask("POST", "/api/deliveries", {**bearer(http, keys), **LD}, {"dropoff": dropoff, "pickup": pickup})
    assert placed.status in {200, 201, 204}
    assert placed.body["@id"]


def test_the_php_sdk_orders_and_hears_of_it(http: Http, keys: Keys, shop: Partner, montreuil: Collective, settings: Any) -> None:
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = True
    token = http.token(keys, "tasks deliveries").body["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/ld+json", "Accept": "*/*"}
    with receiving() as receiver:
        hook = http.ask("POST", "/api/webhooks", headers, {"event": "delivery.cancelled", "url": receiver.url})
        assert (hook.status, hook.body["@context"], hook.body["@type"]) == (201, "/api/contexts/Webhook", "Webhook")
        assert {"@id", "url", "event", "secret"} <= set(hook.body)
        assert "secret" not in http.ask("GET", hook.body["@id"], headers).body
        order = {"dropoff": {"address": "7 place du Ralliement, Montreuil", "before": "tomorrow 13:00"}}
        placed = http.ask("POST", "/api/deliveries", headers, order)
        assert placed.status == 201
        with acting_for(montreuil):
            cancel_delivery(delivery=Delivery.objects.get(), by=None, reason="")
            for errand in Errand.objects.order_by("pk"):
                journal.run(errand.pk)
            assert deliver.send_for(keys.application) == 1
        ((said, body),) = receiver.calls
    assert body == b'{"data":{"object":"' + placed.body["@id"].replace("/", "\\/").encode() + b'","event":"delivery.cancelled"}}'
    wanted = base64.b64encode(hmac.new(hook.body["secret"].encode(), body, hashlib.sha256).digest()).decode()
    assert said["x-coopcycle-signature"] == wanted


def test_odoo_reads_the_orders_of_a_day(http: Http, keys: Keys, dana: Membership, montreuil: Collective) -> None:
    drop = {"address": "7 place du Ralliement, Montreuil", "timeSlot": f"{tomorrow(montreuil)} 10:00-12:00"}
    assert http.ask("POST", "/api/deliveries", {**bearer(http, keys), **LD}, {"dropoff": drop}).status == 201
    credentials = {"_username": dana.person.username, "_password": PASSWORD}
    token = http.ask("POST", "/api/login_check", {"Content-Type": "application/json"}, credentials).body["token"]
    found = http.ask("GET", f"/api/orders?date={tomorrow(montreuil)}", {"Authorization": f"Bearer {token}"})
    (order,) = found.body["hydra:member"]
    assert {"@id", "number", "total", "itemsTotal", "takeaway", "state", "createdAt", "pickupExpectedAt", "assignedTo"} <= set(order)
    assert {"@id", "name", "address"} <= set(order["restaurant"])
    assert {"@id", "fullName", "email", "phoneNumber"} <= set(order["customer"])
    assert {"@id", "name", "streetAddress"} <= set(order["shippingAddress"])
    assert (len(order["shippingTimeRange"]), order["adjustments"]["tip"], order["adjustments"]["delivery"]) == (2, [], [])
    assert {"id", "name", "quantity", "unitPrice", "total"} <= set(order["items"][0])
    assert isinstance(order["items"][0]["adjustments"]["tax"][0]["amount"], int)


@pytest.fixture
def carls_day(http: Http, keys: Keys, montreuil: Collective, dana: Membership, carl: Membership) -> list[Task]:
    """A delivery in his hands."""
    drop = {"address": "7 place du Ralliement, Montreuil", "after": "+5 minutes", "before": "+3 hours"}
    assert http.ask("POST", "/api/deliveries", {**bearer(http, keys), **LD}, {"dropoff": drop}).status == 201
    with acting_for(montreuil), journal.source("web"):
        tasks = list(Task.objects.order_by("pk"))
        plan_tasks(tasks=[task.ref for task in tasks], to_round=loose_round_of(carl, tasks[0].on), by=dana.person)
    return tasks


def signed_in(http: Http, member: Membership) -> tuple[dict[str, str], Any]:
    form = f"_username={member.person.username}&_password={PASSWORD.replace(' ', '+')}"
    body = http.ask("POST", "/api/login_check", {**AXIOS, **FORM}, form).body
    return {**AXIOS, "Authorization": f"Bearer {body['token']}"}, body


def test_the_app_chooses_its_server_and_signs_in(http: Http, carl: Membership) -> None:
    assert http.ask("HEAD", "/api", AXIOS).status == 200
    entry = http.ask("GET", "/api", AXIOS)
    assert {"@context", "@id", "@type"} <= set(entry.body)
    assert entry.kind.startswith("application/ld+json")
    settings = http.ask("GET", "/api/settings", AXIOS).body
    assert len([float(each) for each in settings["latlng"].split(",")]) == 2
    assert {"country", "locale", "currency_code", "brand_name", "motto", "phone_number", "administrator_email", "timezone"} <= set(settings)
    refused = http.ask("POST", "/api/login_check", {**AXIOS, **FORM}, "_username=carl&_password=no")
    assert (refused.status, refused.body["code"]) == (401, 401)
    headers, body = signed_in(http, carl)
    assert {"token", "refresh_token", "username", "email", "id", "roles", "enabled"} <= set(body)
    assert http.ask("GET", "/api/me", headers).body["addresses"] == []
    fresh = http.ask("POST", "/api/token/refresh", {**AXIOS, **FORM}, f"refresh_token={body['refresh_token']}").body
    assert fresh["refresh_token"] == body["refresh_token"]
    expired = http.ask("GET", "/api/me", {"Authorization": "Bearer nothing"})
    assert (expired.status, expired.body["code"]) == (401, 401)


def test_the_app_keeps_its_push_token(http: Http, carl: Membership) -> None:
    headers, _body = signed_in(http, carl)
    token = "fcm:a-b_c"
    sent = {"platform": "android", "token": token}
    assert http.ask("POST", "/api/me/remote_push_tokens", {**headers, "Content-Type": "application/ld+json"}, sent).status == 201
    assert http.ask("DELETE", f"/api/me/remote_push_tokens/{token}", headers).status == 204


def test_the_app_rides_a_day(http: Http, carls_day: list[Task], carl: Membership, montreuil: Collective) -> None:
    headers, _body = signed_in(http, carl)
    ld = {**headers, "Content-Type": "application/ld+json"}
    pickup, drop = (f"/api/tasks/{task.pk}" for task in carls_day)
    day = http.ask("GET", f"/api/me/tasks/{carls_day[0].on}", headers).body
    assert (day["@type"], [item["@id"] for item in day["items"]]) == ("TaskList", [pickup, drop])
    assert isinstance(day["items"][0]["metadata"], dict)
    for _each in range(2):
        assert http.ask("PUT", f"{pickup}/start", ld, {}).body["status"] == "DOING"
    early = http.ask("PUT", f"{drop}/done", ld, {"notes": ""})
    assert (early.status, bool(early.body["hydra:description"])) == (400, True)
    assert http.ask("PUT", f"{pickup}/done", ld, {"notes": ""}).body["status"] == "DONE"
    again = http.ask("PUT", f"{pickup}/done", ld, {"notes": ""})
    assert (again.status, again.body["@type"]) == (400, "hydra:Error")
    several = http.ask("PUT", "/api/tasks/done", ld, {"tasks": [drop], "notes": "Left with Rosa", "contactName": "Rosa"}).body
    assert ([task["status"] for task in several["success"]], several["failed"]) == (["DONE"], {})


def test_the_app_reports_with_pictures(http: Http, carls_day: list[Task], carl: Membership, montreuil: Collective) -> None:
    headers, _body = signed_in(http, carl)
    ld = {**headers, "Content-Type": "application/ld+json"}
    pickup = f"/api/tasks/{carls_day[0].pk}"
    reason = http.ask("GET", f"{pickup}/failure_reasons", headers).body["hydra:member"][0]
    assert (set(reason), reason["metadata"]) == ({"code", "description", "metadata"}, [])
    report = {"description": "Closed", "failureReasonCode": reason["code"], "task": pickup, "metadata": [{"k": "v"}]}
    incident = http.ask("POST", "/api/incidents", ld, report)
    assert (incident.status, incident.body["task"]) == (201, pickup)
    kind, body = multipart("file", "proof.jpg", picture().read())
    for path, link in (("/api/task_images", f"{pickup};/api/tasks/{carls_day[1].pk}"), ("/api/incident_images", incident.body["@id"])):
        assert http.ask("POST", path, {**headers, **kind, "X-Attach-To": link}, body).status == 201
    with acting_for(montreuil):
        assert Proof.objects.count() == 2


def test_the_app_asks_for_the_rest(http: Http, carls_day: list[Task], carl: Membership, montreuil: Collective) -> None:
    headers, _body = signed_in(http, carl)
    ld = {**headers, "Content-Type": "application/ld+json"}
    pickup = f"/api/tasks/{carls_day[0].pk}"
    point = [{"latitude": 48.86, "longitude": 2.44, "time": "2020-06-30T19:00:56.069Z"}]
    where = http.ask("POST", "/api/me/location", {**headers, "Content-Type": "application/json"}, point)
    assert (where.status, where.body) == (200, [])
    assert {"distance", "duration", "polyline"} <= set(http.ask("GET", f"{pickup}/context", headers).body["delivery"])
    form = http.ask("GET", f"{pickup}/delivery_form_data", headers).body
    assert ({"id", "weight", "packages"} <= set(form["tasks"][0]), form["order"]["manualSupplements"]) == (True, [])
    assert http.ask("PUT", f"{pickup}/append_to_comment", ld, {"note": "Blue door"}).status == 200
    live = http.ask("GET", "/api/centrifugo/token", headers).body
    assert {"token", "namespace"} <= set(live)
    assert http.ask("POST", "/api/centrifugo/token/refresh", ld, {}).body["token"]
    with acting_for(montreuil):
        number = Delivery.objects.get().number
    scanned = http.ask("GET", f"/api/barcode?code={number}", headers).body
    assert scanned["client_action"] == {"action": "ask_to_start_pickup", "payload": {"task_id": carls_day[0].pk}}
    assert {"id", "status", "address", "weight", "comments", "barcodes"} <= set(scanned["entity"])
    nothing = http.ask("GET", "/api/barcode?code=none", headers)
    assert (nothing.status, nothing.body) == (404, {"error": "No data found."})


def test_nothing_redirects_and_nothing_is_html(http: Http, db: None) -> None:
    for path in ("/api/", "/api/me/", "/api/nothing", "/api/me"):
        reply = http.ask("GET", path, {"Accept": "text/html"})
        assert (reply.status in {401, 404}, "json" in reply.kind) == (True, True)
