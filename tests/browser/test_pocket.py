"""Carl's phone, 360×740, in a real Chromium: the cellar has no network, and every tap counts."""

import datetime as dt
import io
import re
import time
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from collectives.models import Collective, Membership
from coopdelivery.journal.models import Event
from coopdelivery.places.services import find_or_create_place
from dispatch.models import Incident, Proof, Task
from dispatch.services.plan import loose_round_of, plan_tasks
from orders.models import Partner
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.services import cancel_delivery, place_delivery
from tests.browser.conftest import SignedIn
from tests.browser.gate import Gate, gate_to
from tests.orders import world

pytestmark = pytest.mark.browser

FRONT = "[data-foot]:not([hidden])"


@pytest.fixture
def florist(town: Collective) -> Partner:
    place = find_or_create_place(collective_id=town.pk, text="1 rue de Paris, Montreuil", name="Fleurs", point=(48.861, 2.441))
    return world.make_partner(town, "Fleurs", place=place)


@pytest.fixture
def stops(florist: Partner, town: Collective, carl: Membership, dana: Membership) -> list[Task]:
    """Two pickups of one delivery each at the florist's, then a drop and two more next door to each other."""
    start = timezone.now() + dt.timedelta(minutes=30)
    drops = [
        StopRequest(
            window_start=start,
            window_end=start + dt.timedelta(hours=2),
            address=f"{number} rue de la République, Montreuil",
            point=(48.862 + number * 0.001, 2.443),
            contact_name="Rosa",
            phone="+33145678901",
            note="Second floor" if number == 1 else "",
            parcels=[ParcelRequest(name="Bouquet", weight_g=900)],
        )
        for number in (1, 2, 3)
    ]
    pickup = StopRequest(window_start=start, window_end=start + dt.timedelta(hours=2), place_ref=florist.place.ref)
    delivery = place_delivery(
        request=DeliveryRequest(dropoffs=drops, pickup=pickup), partner=florist, by=dana.person, idempotency_key="browser"
    )
    tasks = list(Task.objects.filter(delivery=delivery).order_by("stop__position"))
    plan_tasks(tasks=[str(task.ref) for task in tasks], to_round=loose_round_of(carl, town.today()), by=dana.person)
    return tasks


@pytest.fixture
def context(signed_in: SignedIn, stops: list[Task], carl: Membership, gate: Gate) -> BrowserContext:
    return signed_in(carl.person, base_url=f"http://localhost:{gate.port}")


@pytest.fixture
def phone(context: BrowserContext) -> Page:
    """The day, opened once with network, kept by the service worker."""
    page = context.new_page()
    page.goto("/courier/")
    wait_until(lambda: page.evaluate("caches.match('/courier/').then(Boolean)"))
    return page


def wait_until(true: Callable[[], bool]) -> None:
    """For up to half a minute: a machine busy with other checks is slow, not wrong."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


class Cellar:
    """No network, and the phone knows it; until it comes up again."""

    def __init__(self, context: BrowserContext, gate: Gate) -> None:
        self.context, self.gate = context, gate

    def enter(self) -> None:
        self.gate.shut()
        self.context.set_offline(True)

    def leave(self) -> None:
        self.gate.open()
        self.context.set_offline(False)


@pytest.fixture
def gate(live_server: LiveServer) -> Iterator[Gate]:
    with gate_to(live_server.thread.host, live_server.thread.port) as gate:
        yield gate


@pytest.fixture
def cellar(context: BrowserContext, gate: Gate) -> Cellar:
    return Cellar(context, gate)


def door() -> FilePayload:
    out = io.BytesIO()
    Image.new("RGB", (2400, 1800), "brown").save(out, "JPEG")
    return {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def sign(page: Page) -> None:
    """A stroke with the finger, once the field listens and has its size."""
    pad = page.locator("dialog [data-sign]")
    expect(pad).to_have_attribute("style", re.compile("touch-action"))
    pad.evaluate("() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); })")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 100, steps=8)
    page.mouse.up()


def statuses(stops: list[Task]) -> list[str]:
    known = dict(Task.objects.values_list("pk", "status"))
    return [known[task.pk] for task in stops]


def test_what_is_done_without_network_arrives_once_at_the_time_of_the_tap(
    context: BrowserContext, cellar: Cellar, phone: Page, stops: list[Task], florist: Partner
) -> None:
    Partner.objects.filter(pk=florist.pk).update(proof_photo="required", proof_name="required")
    phone.reload()
    expect(phone.locator("[data-visit='2']")).to_have_attribute("data-photo", "required")
    before = timezone.now()
    cellar.enter()
    phone.click(f"{FRONT} .big")
    for number, name in enumerate(("Rosa", "Ali"), 2):
        expect(phone.locator("[data-count]")).to_have_text(f"{number} of 4")
        phone.click(f"{FRONT} .big")
        phone.click("dialog .big")
        expect(phone.locator("dialog [data-error]")).to_have_text("A photo is asked for. Take one, then confirm.")
        phone.set_input_files("dialog input[type=file]", door())
        phone.fill("dialog [name=received_by]", name)
        expect(phone.locator("dialog [data-shot]")).to_be_visible()
        phone.click("dialog .big")
    expect(phone.locator("[data-waiting]")).to_have_text("5 waiting to send.")
    after = timezone.now()
    phone.close()

    again = context.new_page()
    again.goto("/courier/")
    expect(again.locator("[data-count]")).to_have_text("4 of 4")
    expect(again.locator("[data-net]")).to_contain_text("Offline, loaded at")
    expect(again.locator("[data-waiting]")).to_have_text("5 waiting to send.")
    assert statuses(stops) == ["todo"] * 4
    cellar.leave()
    wait_until(lambda: Proof.objects.filter(kind="photo").count() == 2)
    assert statuses(stops) == ["done", "done", "done", "todo"]
    for task in Task.objects.filter(status="done"):
        assert task.finished_at is not None
        assert task.received_at is not None
        assert before <= task.finished_at <= after < task.received_at
    proofs = list(Proof.objects.order_by("task__stop__position", "kind").values_list("task", "kind", "text"))
    assert proofs == [(stops[1].pk, "name", "Rosa"), (stops[1].pk, "photo", ""), (stops[2].pk, "name", "Ali"), (stops[2].pk, "photo", "")]
    with Proof.objects.filter(kind="photo")[0].image.open("rb") as file, Image.open(file) as kept:
        assert max(kept.size) == 1600
    expect(again.locator("[data-banner]")).to_be_hidden()


def test_a_signature_drawn_without_network_arrives_with_its_stop(cellar: Cellar, phone: Page, stops: list[Task], florist: Partner) -> None:
    Partner.objects.filter(pk=florist.pk).update(proof_name="required")
    phone.reload()
    expect(phone.locator("[data-visit='2']")).to_have_attribute("data-name", "required")
    cellar.enter()
    phone.click(f"{FRONT} .big")
    expect(phone.locator("[data-count]")).to_have_text("2 of 4")
    phone.click(f"{FRONT} .big")
    phone.click("dialog .big")
    expect(phone.locator("dialog [data-error]")).to_have_text("A name is asked for. Write who received it, then confirm.")
    sign(phone)
    phone.click("dialog .big")
    expect(phone.locator("[data-waiting]")).to_have_text("3 waiting to send.")
    cellar.leave()
    wait_until(lambda: Proof.objects.exists())
    proof = Proof.objects.get()
    assert (proof.task, proof.kind) == (stops[1], "signature")
    with proof.image.open("rb") as file, Image.open(file) as kept:
        assert kept.convert("L").getextrema() == (0, 255)


def test_words_written_without_network_reach_dispatch_and_the_address(cellar: Cellar, phone: Page, stops: list[Task]) -> None:
    cellar.enter()
    for verb in ("tell", "keep"):
        phone.click("[data-visit]:not([hidden]) [data-screen=word]")
        phone.fill("dialog [name=note]", f"to {verb}")
        assert violations(phone) == []
        phone.click(f"dialog [value={verb}]")
    expect(phone.locator("[data-waiting]")).to_have_text("2 waiting to send.")
    cellar.leave()
    wait_until(lambda: Event.objects.filter(name="place.noted").exists())
    assert (Incident.objects.get().note, Task.objects.select_related("stop__place").get(pk=stops[0].pk).stop.place.note) == (
        "to tell",
        "to keep",
    )


OLD_VERSION = """async () => {
  for (const name of ["pocket-shell-old", "pocket-pages-old", "other"]) {
    await (await caches.open(name)).put("/static/x.0123456789ab.css", new Response("x"));
  }
}"""


def test_the_files_of_an_old_version_go_once_the_day_is_kept_in_the_new_one(phone: Page, stops: list[Task]) -> None:
    phone.evaluate(OLD_VERSION)
    phone.reload()
    wait_until(lambda: len(phone.evaluate("caches.keys()")) == 3)
    names = phone.evaluate("caches.keys()")
    assert {name[:13] for name in names} == {"pocket-shell-", "pocket-pages-", "other"}
    assert not [name for name in names if name.endswith("-old")]


REPLAY = """async () => {
  const { createStore, entries, set } = await import("/static/vendor/idb-keyval/index.js");
  const store = createStore("pocket-taps", "taps");
  for (const [id, tap] of await entries(store)) await set(id, { ...tap, state: "waiting" }, store);
  const { send } = await import("/static/js/pocket/outbox.js");
  return (await send()).map(({ outcome }) => outcome);
}"""


QUEUE = """async () => {
  const { createStore, values } = await import("/static/vendor/idb-keyval/index.js");
  return (await values(createStore("pocket-taps", "taps"))).map(({ state }) => state);
}"""


def all_sent(page: Page) -> bool:
    """Whether the phone knows that everything arrived."""
    states = page.evaluate(QUEUE)
    return bool(states) and set(states) == {"sent"}


def test_a_queue_that_is_sent_again_changes_nothing(phone: Page, stops: list[Task]) -> None:
    wait_until(lambda: Task.objects.exclude(seen_at=None).count() == 4)
    phone.click(f"{FRONT} .big")
    expect(phone.locator("[data-count]")).to_have_text("2 of 4")
    wait_until(lambda: all_sent(phone))
    assert statuses(stops)[0] == "done"
    events = Event.objects.count()
    for _ in range(2):
        assert "done" in phone.evaluate(REPLAY)
    assert Event.objects.count() == events
    assert statuses(stops) == ["done", "todo", "todo", "todo"]


def test_undo_within_ten_seconds_leaves_nothing_behind(cellar: Cellar, phone: Page, stops: list[Task]) -> None:
    cellar.enter()
    phone.click(f"{FRONT} .big")
    expect(phone.locator("[data-undo-text]")).to_contain_text("Stop 1 done at")
    phone.click("[data-undo-button]")
    expect(phone.locator("[data-count]")).to_have_text("1 of 4")
    cellar.leave()
    phone.reload()
    expect(phone.locator("[data-count]")).to_have_text("1 of 4")
    wait_until(lambda: Task.objects.exclude(seen_at=None).count() == 4)
    assert statuses(stops) == ["todo"] * 4


def test_a_stop_cancelled_meanwhile_is_a_conflict_for_dispatch(cellar: Cellar, phone: Page, stops: list[Task], dana: Membership) -> None:
    cellar.enter()
    phone.click(f"{FRONT} .big")
    expect(phone.locator("[data-waiting]")).to_have_text("1 waiting to send.")
    cancel_delivery(delivery=stops[0].delivery, by=dana.person, reason="")
    cellar.leave()
    expect(phone.locator(".toast.refused")).to_contain_text("This stop was cancelled.")
    assert statuses(stops) == ["cancelled"] * 4
    assert (Incident.objects.get().task, Incident.objects.get().state) == (stops[0], "open")
    expect(phone.locator(".pk-gone").first).to_contain_text("Cancelled. Do not go there.")


def test_a_problem_is_two_taps_and_dispatch_knows(phone: Page, stops: list[Task]) -> None:
    phone.click(f"{FRONT} [data-screen=incident]")
    phone.click("dialog button[value=not_ready]")
    expect(phone.locator("dialog [data-reported]")).to_have_text("Reported: not ready at pickup")
    wait_until(lambda: Incident.objects.filter(reason="not_ready").exists())
    phone.fill("dialog [name=note]", "in an hour")
    phone.click("dialog .big")
    wait_until(lambda: Incident.objects.get().note == "in an hour")
    assert statuses(stops)[0] == "failed"


def test_everything_works_without_script(signed_in: SignedIn, stops: list[Task], carl: Membership) -> None:
    page = signed_in(carl.person, java_script_enabled=False).new_page()
    page.goto("/courier/")
    page.click(f"{FRONT} .big")
    expect(page.locator("[data-count]")).to_have_text("2 of 4")
    page.click("[data-undo-button]")
    expect(page.locator("[data-count]")).to_have_text("1 of 4")
    page.click(f"{FRONT} [data-screen=incident]")
    page.click("button[value=not_ready]")
    expect(page.locator(".callout.ok")).to_contain_text("Reported: not ready at pickup")
    assert statuses(stops)[0] == "failed"


FRESH = "performance.getEntriesByName('pocket-fresh').length > 0"  # the newest day has taken its place, and nothing else will


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_anyone_can_use_it(signed_in: SignedIn, stops: list[Task], carl: Membership, theme: str) -> None:
    page = signed_in(carl.person, color_scheme=theme, service_workers="block").new_page()
    urls = [
        "",
        "menu/",
        "switch/",
        "map/",
        "offline/",
        *(f"stops/{stops[0].ref}/{name}/" for name in ("done", "incident", "correct", "add", "word")),
    ]
    found = {}
    for url in urls:
        page.goto(f"/courier/{url}")
        if not url:
            wait_until(lambda: page.evaluate(FRESH))
        found[url] = violations(page)
    page.goto("/courier/")
    wait_until(lambda: page.evaluate(FRESH))
    for screen in ("incident", "done"):
        page.click(f"{FRONT} [data-screen={screen}]")
        found[screen] = violations(page)
        page.click("dialog [data-shut]")
    assert {url: names for url, names in found.items() if names} == {}


def violations(page: Page) -> list[str]:
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]]


BOXES = """() => {
  const box = (element) => { const { top, bottom, height } = element.getBoundingClientRect(); return { top, bottom, height }; };
  const foot = document.querySelector("[data-foot]:not([hidden])");
  return {
    main: box(foot.querySelector(".big")),
    others: [...foot.querySelectorAll(".pk-two .btn")].map(box),
    note: box(document.querySelector("[data-visit='2'] .note")),
    width: document.documentElement.scrollWidth,
  };
}"""


def test_the_main_button_is_large_alone_and_on_the_first_screen_with_the_notes(phone: Page) -> None:
    phone.click(f"{FRONT} .big")
    expect(phone.locator("[data-visit='2'] .note")).to_be_visible()
    boxes = phone.evaluate(BOXES)
    assert boxes["width"] == 360
    assert boxes["main"]["height"] >= 60
    assert [box["top"] - boxes["main"]["bottom"] >= 16 and box["height"] >= 48 for box in boxes["others"]] == [True, True]
    assert boxes["note"]["bottom"] <= boxes["main"]["top"] < boxes["main"]["bottom"] <= 740
