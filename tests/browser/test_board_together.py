"""Two dispatchers at once, answers that come late or never, thirty stops in three gestures: real browsers, a real live process."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import APIResponse, Page, Route, expect
from pytest_django import Settings

from collectives.models import Collective, Membership, Role
from dispatch.models import Task
from dispatch.services.plan import loose_round_of, plan_tasks
from orders.models import Partner
from orders.requests import DeliveryRequest, StopRequest
from orders.services import place_delivery
from tests.browser import test_board
from tests.browser.conftest import SignedIn
from tests.browser.test_board import DESK, ROWS, names
from tests.conftest import make_member
from tests.processes import database_url, environment, program
from tests.servers import free_port

pytestmark = pytest.mark.browser
day, board = test_board.day, test_board.board
TRAY = ".bd-tray .stop[data-t]"


class Live:
    """The live process on the test's own database, which can go away and come back."""

    def __init__(self, folder: Path) -> None:
        self.port, self.log, self.running = free_port(), folder / "live.log", ExitStack()
        self.env = environment(database_url(folder / "live.sqlite3"), folder, BASE_URL="http://localhost")

    def start(self) -> None:
        words = f"uvicorn coopdelivery.asgi:application --host 127.0.0.1 --port {self.port} --timeout-graceful-shutdown 1"
        self.running.enter_context(program(*words.split(), env=self.env, log=self.log))

    def stop(self) -> None:
        self.running.close()


@pytest.fixture
def live(settings: Settings, tmp_path: Path, transactional_db: None) -> Iterator[Live]:
    if connection.vendor == "sqlite":
        pytest.skip("another process cannot read a SQLite database in memory")
    found = Live(tmp_path)
    settings.LIVE_PORT = found.port
    found.start()
    yield found
    found.stop()


def screen(signed_in: SignedIn, who: Membership) -> Page:
    """The policy of the page knows the port of the settings, not the one of this test."""
    page = signed_in(who.person, bypass_csp=True, **DESK).new_page()
    page.goto("/c/montreuil/board/")
    expect(page.locator("#bd-live")).to_have_text("Live")
    page.evaluate("window.stayed = true")
    return page


def test_what_one_dispatcher_moves_the_other_sees_also_after_a_cut(
    day: list[str], town: Collective, dana: Membership, live: Live, signed_in: SignedIn
) -> None:
    dora = make_member(town, "Dora", Role.DISPATCHER)
    here, there = screen(signed_in, dana), screen(signed_in, dora)
    give(here, day[1], "2")
    expect(there.locator(f"section[data-name=Lea] [data-t='{day[1]}']")).to_be_visible()
    expect(there.get_by_text("Dana moved 1 stop here")).to_be_visible()
    live.stop()
    expect(there.locator("#bd-live")).to_have_text("Reconnecting")
    give(here, day[2], "2")
    live.start()
    expect(there.locator("#bd-live")).to_have_text("Live")
    expect(there.locator(f"section[data-name=Lea] [data-t='{day[2]}']")).to_be_visible()
    assert there.evaluate("window.stayed") is True
    for column in ("Carl", "Lea"):
        assert names(there, column) == names(here, column)


def give(page: Page, ref: str, digit: str) -> None:
    """By key: the row, M, the number of the line."""
    page.locator(f"[data-t='{ref}']").click()
    page.keyboard.press("m")
    expect(page.locator("#bd-giveq")).to_be_focused()
    page.keyboard.press(digit)
    expect(page.get_by_text("1 stop given to Lea")).to_be_visible()


def test_an_answer_older_than_the_screen_does_not_undo_what_happened_since(board: Page, day: list[str]) -> None:
    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    board.route("**/board/changes/**", hold)
    carl = board.locator("section[data-name=Carl]").get_attribute("data-lane")
    board.evaluate("(lane) => { import('/static/js/board/send.js').then((send) => send.refresh({ lanes: [lane] })); }", carl)
    wait_for(board, lambda: bool(held))
    board.locator(f"[data-t='{day[2]}']").click()
    board.keyboard.press("Alt+ArrowUp")
    expect(board.get_by_text("1 stop moved in the day of Carl")).to_be_visible()
    route, stale = held[0]
    with board.expect_response("**/board/changes/**"):
        route.fulfill(response=stale)
    board.wait_for_load_state("networkidle")
    assert names(board, "Carl") == ["Fleurs", "2 rue One, Montreuil", "1 rue One, Montreuil"]
    as_shown = names(board, "Carl")
    board.reload()
    assert names(board, "Carl") == as_shown


def wait_for(page: Page, true: Callable[[], bool]) -> None:
    for _ in range(200):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came")


@pytest.mark.parametrize("how", ["refused", "silent"])
def test_without_an_answer_the_sentence_names_stop_and_courier_and_the_page_is_the_servers(board: Page, day: list[str], how: str) -> None:
    hung: list[Route] = []
    board.route("**/board/plan/", lambda route: hung.append(route) if how == "silent" else route.fulfill(status=500, body=""))
    board.route("**/board/changes/**", lambda route: hung.append(route))
    board.locator(f"[data-t='{day[2]}']").click()
    board.keyboard.press("Alt+ArrowUp")
    expect(board.get_by_role("alert")).to_contain_text("2 rue One, Montreuil stays where it was, with Carl.")
    assert names(board, "Carl") == ["Fleurs", "1 rue One, Montreuil", "2 rue One, Montreuil"]
    shown = names(board, "Carl")
    board.unroute_all(behavior="ignoreErrors")
    board.reload()
    assert names(board, "Carl") == shown


def test_thirty_stops_go_to_friday_in_three_gestures_in_their_order(
    town: Collective, dana: Membership, carl: Membership, day: list[str], signed_in: SignedIn
) -> None:
    refs = [*day[:3], *many(dana, 27)]
    plan_tasks(tasks=refs[3:], to_round=loose_round_of(carl, town.today()), by=dana.person)
    page = signed_in(dana.person, **DESK).new_page()
    page.goto("/c/montreuil/board/")
    expect(page.locator(f"section[data-name=Carl] {ROWS}")).to_have_count(30)
    friday = next(on for on in (town.today() + dt.timedelta(days=n) for n in range(1, 8)) if on.weekday() == 4)
    page.locator(f"section[data-name=Carl] {ROWS}").first.focus()
    page.keyboard.press("Control+a")  # one
    expect(page.locator("#bd-count")).to_have_text("30 stops chosen")
    page.keyboard.press("j")  # two
    page.locator("#bd-today").fill(friday.isoformat())
    page.keyboard.press("Enter")  # three
    expect(page.get_by_text("30 stops moved to")).to_be_visible()
    expect(page.locator(f"section[data-name=Carl] {ROWS}")).to_have_count(0)
    assert Task.objects.filter(on=friday, round=None).count() == 30


def many(dana: Membership, drops: int) -> list[str]:
    """One more delivery with so many drops, its pickup not counted among the stops asked for; their refs."""
    start, found = timezone.now() + dt.timedelta(hours=1), []
    window: Any = {"window_start": start, "window_end": start + dt.timedelta(hours=2)}
    for key in range(drops // 9):
        stops = [StopRequest(address=f"{n} rue Longue, Montreuil", point=(48.86 + n / 1000, 2.44), **window) for n in range(1, 9)]
        partner = Partner.objects.get()
        pickup = StopRequest(place_ref=partner.place.ref if partner.place else None, **window)
        delivery = place_delivery(
            request=DeliveryRequest(dropoffs=stops, pickup=pickup), partner=partner, by=dana.person, idempotency_key=f"many {key}"
        )
        found += [str(ref) for ref in Task.objects.filter(delivery=delivery).order_by("pk").values_list("ref", flat=True)]
    return found
