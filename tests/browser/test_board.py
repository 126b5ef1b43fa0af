"""Dana's board in a real Chromium: by mouse, by key, on a phone, and what happens when the server says no."""

import datetime as dt
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect

from collectives.models import Collective, Membership, Role
from collectives.services import plan_shift
from coopdelivery.decisions import services as decisions
from coopdelivery.places.services import find_or_create_place
from dispatch.models import PlanChange, Task
from dispatch.services.plan import loose_round_of, plan_tasks
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.services import place_delivery
from tests.browser.conftest import PHONE, SignedIn
from tests.conftest import make_member
from tests.orders import world

pytestmark = pytest.mark.browser

ROWS = ".stop[data-t]"
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}, "has_touch": False, "is_mobile": False}


@pytest.fixture
def day(town: Collective, dana: Membership, carl: Membership) -> list[str]:
    """Carl and Lea ride; Carl has a pickup and two drops, another delivery waits. The refs, Carl's first."""
    place = find_or_create_place(collective_id=town.pk, text="1 rue de Paris, Montreuil", name="Fleurs", point=(48.861, 2.441))
    partner = world.make_partner(town, "Fleurs", place=place)
    start = timezone.now() + dt.timedelta(minutes=45)
    for key, drops in (("one", 2), ("two", 1)):
        stops = [
            StopRequest(
                window_start=start,
                window_end=start + dt.timedelta(hours=2),
                address=f"{number} rue {key.title()}, Montreuil",
                point=(48.862 + number * 0.001, 2.443),
                contact_name="Rosa",
                phone="+33145678901",
                parcels=[ParcelRequest(name="Bouquet", weight_g=900)],
            )
            for number in range(1, drops + 1)
        ]
        pickup = StopRequest(window_start=start, window_end=start + dt.timedelta(hours=2), place_ref=place.ref)
        request = DeliveryRequest(dropoffs=stops, pickup=pickup)
        place_delivery(request=request, partner=partner, by=dana.person, idempotency_key=key)
    for rider in (carl, make_member(town, "Lea", Role.COURIER)):
        begins = timezone.now() - dt.timedelta(minutes=30)
        plan_shift(membership=rider, starts_at=begins, ends_at=begins + dt.timedelta(hours=8), by=dana.person)
    refs = [str(ref) for ref in Task.objects.order_by("pk").values_list("ref", flat=True)]
    plan_tasks(tasks=refs[:3], to_round=loose_round_of(carl, town.today()), by=dana.person)
    return refs


@pytest.fixture
def board(day: list[str], signed_in: SignedIn, dana: Membership) -> Page:
    page = signed_in(dana.person, **DESK).new_page()
    page.goto("/c/montreuil/board/")
    expect(page.locator(f"section[data-name=Carl] {ROWS}")).to_have_count(3)
    expect(page.get_by_text("Reconnecting")).to_be_visible()  # nobody streams here: the scripts run, and have noticed
    return page


def names(page: Page, column: str) -> list[str]:
    return page.locator(f"section[data-name={column}] {ROWS} .l1 b").all_inner_texts()


def test_a_stop_is_dragged_to_another_courier_and_ctrl_z_takes_it_back(board: Page, day: list[str]) -> None:
    board.locator(f"[data-t='{day[1]}']").drag_to(board.locator("section[data-name=Lea] ol"))
    expect(board.get_by_text("1 stop given to Lea")).to_be_visible()
    assert (names(board, "Carl"), names(board, "Lea")) == (["Fleurs", "2 rue One, Montreuil"], ["1 rue One, Montreuil"])
    board.keyboard.press("Control+z")
    expect(board.get_by_text("Undone")).to_be_visible()
    assert names(board, "Carl") == ["Fleurs", "1 rue One, Montreuil", "2 rue One, Montreuil"]
    assert names(board, "Lea") == []


def test_the_other_legs_are_asked_about_once_and_the_answer_is_remembered(board: Page, day: list[str]) -> None:
    board.locator(f"[data-t='{day[4]}']").drag_to(board.locator("section[data-name=Lea] ol"))
    question = board.get_by_role("dialog", name="Include their other stops?")
    expect(question).to_contain_text("1 stop of the same deliveries is still to give.")
    board.keyboard.press("Escape")
    assert PlanChange.objects.count() == 1
    board.locator(f"[data-t='{day[4]}']").drag_to(board.locator("section[data-name=Lea] ol"))
    question.get_by_role("button", name="Include them").click()
    expect(board.get_by_text("2 stops given to Lea")).to_be_visible()
    assert names(board, "Lea") == ["Fleurs", "1 rue Two, Montreuil"]
    board.keyboard.press("Control+z")
    expect(board.get_by_text("Undone")).to_be_visible()
    board.reload()
    board.locator(f"[data-t='{day[4]}']").click()
    expect(board.get_by_label("with their 1 other leg")).to_be_checked()
    board.keyboard.press("m")
    expect(board.get_by_role("heading", name="Give 2 stops to…")).to_be_visible()


def test_a_round_is_split_in_its_dialog_and_comes_together_again(board: Page, day: list[str]) -> None:
    for ref in day[1:3]:
        board.locator(f"[data-t='{ref}']").click(modifiers=["Control"])
    expect(board.get_by_text("2 stops chosen")).to_be_visible()
    board.keyboard.press("r")
    board.get_by_role("dialog").get_by_label("Name", exact=True).fill("Bakeries")
    board.get_by_role("button", name="Make the round").click()
    expect(board.get_by_text("Round “Bakeries” made")).to_be_visible()
    expect(board.locator(f"section[data-name=Bakeries] {ROWS}")).to_have_count(2)
    board.locator("section[data-name=Bakeries] summary").first.click()
    board.get_by_role("button", name="Name, hour, split, merge").click()
    board.get_by_text("Split, merge, copy, other day").click()
    assert Axe().run(board).response["violations"] == []
    board.get_by_role("button", name="Split", exact=True).click()
    expect(board.locator(f"section[data-name='Bakeries 2'] {ROWS}")).to_have_count(1)
    board.keyboard.press("Control+z")
    expect(board.locator("section[data-name='Bakeries 2']")).to_have_count(0)
    assert names(board, "Bakeries") == ["1 rue One, Montreuil", "2 rue One, Montreuil"]


def test_a_suggested_order_is_taken_from_its_dialog(board: Page, day: list[str], ada: Membership, town: Collective) -> None:
    allow(town, ada)
    board.locator("section[data-name=Carl] header summary").click()
    board.get_by_role("button", name="Suggest an order").click()
    dialog = board.get_by_role("dialog", name="Suggest an order")
    expect(dialog.get_by_role("heading", name="As it is")).to_be_visible()
    assert Axe().run(board).response["violations"] == []
    assert PlanChange.objects.count() == 1


def allow(town: Collective, ada: Membership) -> None:
    """The members decided that the board may suggest an order."""
    settles = {"policy": "order_help", "value": True}
    roll = [ada.person_id]
    proposal = decisions.open_proposal(collective_id=town.pk, title="Help", text="", roll=roll, by=ada.person, settles=settles)
    decisions.cast(proposal=proposal, by=ada.person, choice="for")
    decisions.close(proposal=proposal, by=ada.person)


def test_filters_are_chips_that_say_how_much_they_hide_and_stay(board: Page, day: list[str]) -> None:
    board.locator("#bd-filter summary").click()
    with board.expect_response("**/board/shown/"):
        board.get_by_role("button", name="pickups", exact=True).click()
    expect(board.locator(f"{ROWS}:visible")).to_have_count(2)
    expect(board.locator("#bd-hidden")).to_have_text("3 hidden · show")
    board.keyboard.press("Escape")
    board.reload()
    expect(board.locator(f"{ROWS}:visible")).to_have_count(2)
    board.locator("section[data-name=Carl] .stop").first.click()
    board.keyboard.press("Control+a")
    expect(board.locator("#bd-count")).to_have_text("1 stop chosen")
    board.get_by_role("button", name="No longer only: pickups").click()
    expect(board.locator(f"{ROWS}:visible")).to_have_count(5)
    expect(board.locator("#bd-hidden")).to_be_hidden()


def stand_still(marks: Locator) -> None:
    """The map has come to rest."""
    before: list[object] = []
    for _ in range(100):
        now: list[object] = [mark.bounding_box() for mark in marks.all()]
        if now == before:
            return
        before = now
        marks.page.wait_for_timeout(300)
    raise AssertionError("the map never came to rest")


@pytest.mark.parametrize("tool", ["rectangle", "lasso"])
def test_stops_are_chosen_around_their_pins_on_the_map(board: Page, day: list[str], tool: str) -> None:
    board.get_by_role("button", name="Map", exact=True).click()
    expect(board.locator("#bd-map .map-mark")).to_have_count(5)
    stand_still(board.locator("#bd-map .map-mark"))
    board.get_by_role("button", name=f"Choose stops with a {tool}").click()
    frame = board.locator("#bd-map").bounding_box()
    assert frame is not None
    left, top = frame["x"] + 60, frame["y"] + 6
    right, bottom = frame["x"] + frame["width"] - 6, frame["y"] + frame["height"] - 30
    board.mouse.move(left, top)
    board.mouse.down()
    corners = [(right, bottom)] if tool == "rectangle" else [(right, top), (right, bottom), (left, bottom)]
    for x, y in corners:
        board.mouse.move(x, y, steps=4)
    board.mouse.up()
    expect(board.locator("#bd-count")).to_have_text("5 stops chosen")


def test_the_whole_gesture_works_by_key_alone(board: Page, day: list[str]) -> None:
    board.locator(".bd-tray ol").focus()
    board.keyboard.press("Shift+ArrowDown")
    expect(board.locator("#bd-count")).to_have_text("2 stops chosen")
    board.keyboard.press("m")
    expect(board.locator("#bd-giveq")).to_be_focused()
    board.keyboard.press("2")
    expect(board.get_by_text("2 stops given to Lea")).to_be_visible()
    assert names(board, "Lea") == ["Fleurs", "1 rue Two, Montreuil"]
    board.locator("section[data-name=Carl] ol").focus()
    board.keyboard.press("Alt+ArrowDown")
    expect(board.get_by_text("1 stop moved in the day of Carl")).to_be_visible()
    assert names(board, "Carl") == ["1 rue One, Montreuil", "Fleurs", "2 rue One, Montreuil"]
    assert PlanChange.objects.filter(by__name="Dana", undoes=None).count() == 3


def test_a_refused_gesture_puts_the_stop_back_and_says_why_and_who(board: Page, day: list[str], ada: Membership, carl: Membership) -> None:
    board.evaluate("document.querySelectorAll('[data-v]').forEach((list) => { list.dataset.v = 0; })")
    board.locator(f"[data-t='{day[2]}']").click()
    board.keyboard.press("Alt+ArrowUp")
    refusal = board.get_by_role("alert")
    expect(refusal).to_contain_text("Dana changed the list of Carl just now, so 2 rue One, Montreuil stays where it is.")
    assert names(board, "Carl") == ["Fleurs", "1 rue One, Montreuil", "2 rue One, Montreuil"]


@pytest.mark.parametrize("status", [500, 0])
def test_without_an_answer_the_stop_is_back(board: Page, day: list[str], status: int) -> None:
    def fail(route: Route) -> None:
        if status:
            route.fulfill(status=status, body="")
        else:
            route.abort()

    board.route("**/board/plan/", fail)
    board.locator(f"[data-t='{day[2]}']").click()
    board.keyboard.press("Alt+ArrowUp")
    expect(board.get_by_role("alert")).to_be_visible()
    assert names(board, "Carl") == ["Fleurs", "1 rue One, Montreuil", "2 rue One, Montreuil"]
    assert PlanChange.objects.count() == 1


def test_on_a_phone_an_order_is_given_in_four_taps(day: list[str], signed_in: SignedIn, dana: Membership) -> None:
    page = signed_in(dana.person, **PHONE).new_page()
    page.goto("/c/montreuil/board/")
    page.wait_for_url("**/board/phone/**")
    page.locator(".bp-pick input").first.tap()
    page.get_by_role("button", name="Give to…").tap()
    page.wait_for_url("**/board/give/")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("button", name="Lea").tap()
    expect(page.get_by_text("2 stops given to Lea")).to_be_visible()
    page.get_by_role("button", name="Undo my last move").tap()
    expect(page.get_by_text("Undone")).to_be_visible()
    assert Task.objects.filter(round=None).count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_anybody(day: list[str], signed_in: SignedIn, dana: Membership, scheme: str) -> None:
    page = signed_in(dana.person, **DESK, color_scheme=scheme).new_page()
    for address in (
        "board/",
        "board/?layout=map",
        "board/phone/",
        "board/phone/?view=team",
        "board/history/",
        "board/incidents/",
        "board/sheets/",
    ):
        page.goto(f"/c/montreuil/{address}")
        page.wait_for_timeout(300)
        assert Axe().run(page).response["violations"] == [], address
    page.goto("/c/montreuil/board/")
    page.evaluate("localStorage.clear()")
    for key, opened in (("?", "#bd-help"), ("m", "#bd-legs"), ("j", "#bd-daydialog")):
        page.locator(ROWS).first.click()
        page.keyboard.press(key)
        page.wait_for_selector(f"{opened}[open]")
        assert Axe().run(page).response["violations"] == [], opened
        page.keyboard.press("Escape")
