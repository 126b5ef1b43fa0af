"""Step 4: orders arrive on the board by themselves; the dispatcher plans by hand, by key and by menu, and takes a step back."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.story import Story

STOPS = ".stop[data-t]"
PLAN = ["Kukka", "Fabianinkatu 39", "Mannerheimintie 24", "Leipomo", "Fabianinkatu 12", "Kukka", "Kaisaniemenkatu 2"]


def expect_plan(page: Page, count: int) -> None:
    """Carl's stops in the order of the board."""
    expect(page.locator(f"section[data-name=Carl] {STOPS} .l1 b")).to_have_text(PLAN[:count])


def tray(page: Page, number: str) -> Locator:
    """The stops to give of one delivery."""
    return page.get_by_role("listbox", name=f"{number}, ")


def watch_the_board(story: Story) -> None:
    """Nothing is there yet. The page leaves a mark on itself that a reload would wipe out."""
    page = story.at("dana", "board/")
    expect(page.locator("#bd-live")).to_contain_text("Live")
    expect(page.locator(STOPS)).to_have_count(0)
    page.evaluate("window.stayed = true")


def see_it_arrive(story: Story) -> None:
    page = story.page("dana")
    for key in ("first", "second", "card"):
        expect(tray(page, story.facts[key])).to_be_visible()
    expect(page.locator("#bd-left").get_by_text("Veera Oja")).to_have_count(0)
    assert page.evaluate("window.stayed") is True


def plan_by_drag(story: Story) -> None:
    page = story.page("dana")
    tray(page, story.facts["first"]).get_by_role("option").first.drag_to(page.locator("section.run ol").first)
    page.get_by_role("button", name="Only the chosen ones").click()
    expect(page.get_by_text("1 stop given to Carl")).to_be_visible()
    expect_plan(page, 1)


def plan_by_key(story: Story) -> None:
    page = story.page("dana")
    tray(page, story.facts["first"]).get_by_role("option").first.click()
    page.keyboard.press("m")
    expect(page.locator("#bd-giveq")).to_be_focused()
    page.keyboard.press("1")
    expect(page.locator("section.run").get_by_text("Fabianinkatu 39")).to_be_visible()


def _give_by_menu(page: Page) -> None:
    page.get_by_role("region", name="Selection").get_by_role("button", name="Give to…").click()
    page.locator("#bd-dialog").get_by_role("button", name="Carl").click()


def plan_by_menu(story: Story) -> None:
    """And Ctrl+Z takes it back; then it is given for good."""
    page = story.page("dana")
    last = tray(page, story.facts["first"]).get_by_role("option")
    last.click()
    _give_by_menu(page)
    expect(tray(page, story.facts["first"])).to_have_count(0)
    expect_plan(page, 3)
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Undone")).to_be_visible()
    expect(last).to_have_count(1)
    expect_plan(page, 2)
    last.click()
    _give_by_menu(page)
    expect(tray(page, story.facts["first"])).to_have_count(0)
    tray(page, story.facts["card"]).locator("[data-group]").click()
    _give_by_menu(page)
    expect(tray(page, story.facts["card"])).to_have_count(0)


def give_a_round(story: Story) -> None:
    """The colleague's delivery becomes a round of its own, and the round is given as a whole."""
    page = story.page("dana")
    tray(page, story.facts["second"]).locator("[data-group]").click()
    page.keyboard.press("r")
    page.locator("#bd-dialog").get_by_label("Name").fill("Afternoon")
    page.locator("#bd-dialog").get_by_role("button", name="Make the round").click()
    waiting = page.get_by_role("region", name="Rounds without a rider")
    expect(waiting.get_by_text("Afternoon")).to_be_visible()
    waiting.get_by_role("link", name="Give Afternoon to…").click()
    page.locator("#bd-dialog").get_by_role("button", name="Carl").click()
    expect(page.get_by_text("Everything is given.")).to_be_visible()
    expect_plan(page, len(PLAN))


def see_the_author(story: Story) -> None:
    """Every step has a name beside it, also the one that was taken back."""
    page = story.at("dana", "board/history/")
    planned = page.get_by_role("row").filter(has_text="Dana")
    assert planned.count() >= 7
    expect(page.get_by_role("row").filter(has_text="Undone").first).to_contain_text("Dana")
    story.at("dana", "board/")
