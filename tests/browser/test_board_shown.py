"""What Dana wants to see of the board: kept for her, never silently without what she just moved."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from collectives.models import Membership
from dispatch.models import Task
from tests.browser import test_board
from tests.browser.conftest import SignedIn
from tests.browser.test_board import DESK, ROWS

pytestmark = pytest.mark.browser

day, board = test_board.day, test_board.board


def test_what_is_shown_is_kept_for_the_person_in_every_browser(board: Page, day: list[str], signed_in: SignedIn, dana: Membership) -> None:
    board.locator("#bd-filter summary").click()
    board.get_by_role("button", name="pickups", exact=True).click()
    board.get_by_label("Keep what is on, as").fill("Fetch")
    with board.expect_response(lambda answer: answer.url.endswith("/shown/") and "keep" in (answer.request.post_data or "")):
        board.keyboard.press("Enter")
    expect(board.locator("#bd-mine [data-preset]")).to_have_attribute("aria-pressed", "true")
    other = signed_in(dana.person, **DESK).new_page()
    other.goto("/c/montreuil/board/")
    expect(other.locator(f"{ROWS}:visible")).to_have_count(2)
    other.locator("#bd-hidden").click()
    expect(other.locator(f"{ROWS}:visible")).to_have_count(5)
    other.locator("#bd-filter summary").click()
    other.get_by_role("button", name="Fetch", exact=True).click()
    expect(other.locator("#bd-hidden")).to_have_text("3 hidden · show")


def test_a_stop_moved_by_me_stays_in_sight_under_a_filter_and_that_is_said(board: Page, day: list[str]) -> None:
    board.locator("#bd-filter summary").click()
    board.get_by_role("button", name="not seen on the phone yet", exact=True).click()
    board.keyboard.press("Escape")
    expect(board.locator(f"{ROWS}:visible")).to_have_count(3)
    moved = board.locator(f"[data-t='{day[1]}']")
    moved.click()
    board.keyboard.press("d")
    expect(board.locator("#bd-kept")).to_have_text("1 you moved stays in sight")
    expect(moved).to_be_visible()
    board.locator("#bd-filter summary").click()
    board.get_by_role("button", name="drops", exact=True).click()
    expect(moved).to_be_hidden()
    expect(board.locator("#bd-kept")).to_be_empty()
    expect(board.locator("#bd-hidden")).to_have_text("4 hidden · show")


def test_what_needs_attention_is_opened_by_key_and_leads_to_the_stop(board: Page, day: list[str]) -> None:
    plan = Task.objects.filter(ref__in=day[:3])
    plan.update(sent_at=timezone.now() - dt.timedelta(minutes=4))
    board.locator("section[data-name=Carl] .stop").first.click()
    board.keyboard.press("Escape")
    board.keyboard.press("a")
    asked = board.get_by_role("dialog", name="What needs attention")
    expect(asked.get_by_role("listitem")).to_have_count(3)
    board.keyboard.press("Enter")
    expect(asked).to_be_hidden()
    expect(board.locator(f"[data-t='{day[0]}']")).to_be_focused()


def test_a_tag_is_put_on_by_key_and_narrows_the_board(board: Page, day: list[str]) -> None:
    tagged = board.locator(f"[data-t='{day[0]}'][data-g=cold]")
    board.locator(f"[data-t='{day[0]}']").click()
    board.keyboard.press("g")
    asked = board.get_by_role("dialog", name="Tags")
    asked.get_by_label("A new tag").fill("Cold")
    board.keyboard.press("Enter")
    expect(asked).to_be_hidden()
    expect(tagged.get_by_text("Cold", exact=True)).to_be_visible()
    carried = board.locator(f"{ROWS}[data-g=cold]").count()
    board.reload()
    expect(board.get_by_text("Reconnecting")).to_be_visible()  # the scripts run
    board.locator("#bd-filter summary").click()
    board.get_by_role("button", name="Cold", exact=True).click()
    expect(board.locator("#bd-hidden")).to_have_text(f"{5 - carried} hidden · show")
    expect(board.locator(f"{ROWS}:visible")).to_have_count(carried)
    board.keyboard.press("Escape")
    tagged.click()
    board.keyboard.press("g")
    asked.get_by_role("button", name="Take “Cold” off").click()
    expect(board.locator("[data-g=cold]")).to_have_count(0)
