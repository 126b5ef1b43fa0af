"""Steps 5, 6 and 7: the courier rides, the recipient follows, messages go out."""

from playwright.sync_api import Page, expect

from tests.browser.house import text_of
from tests.browser.path_board import PLAN, expect_plan
from tests.browser.story import PEOPLE, Story

FOOT = "[data-foot]:not([hidden])"


def _front(page: Page) -> str:
    """Where the courier is to go next."""
    return page.locator("article:not([hidden]) h1").inner_text()


def _do(page: Page, act: str) -> None:
    page.locator(FOOT).get_by_role("button", name=act).click()


def _expect_front(page: Page, where: str) -> None:
    expect(page.locator("article:not([hidden]) h1")).to_contain_text(where)


def see_the_same_day(story: Story) -> None:
    """The phone shows the stops in the order of the board."""
    page = story.page("carl")
    page.goto("/courier/")
    rows = [_front(page), *page.locator("[data-after] li:not([hidden]) .pk-lb").all_inner_texts()]
    assert len(rows) == len(PLAN)
    assert all(where in row for where, row in zip(PLAN, rows, strict=True))


def pick_up(story: Story) -> None:
    page = story.page("carl")
    page.get_by_role("article").get_by_role("button", name="Start").click()
    _do(page, "Picked up")
    _expect_front(page, PLAN[1])


def deliver_with_proof(story: Story) -> None:
    """The florist asks for photo and name: without them the phone says what is missing."""
    page = story.page("carl")
    expect(page.locator("article:not([hidden])")).to_contain_text("Code 1234")
    deliver(story, page, "Helmi Aalto", forget=True)
    _expect_front(page, PLAN[2])


def deliver(story: Story, page: Page, name: str, *, forget: bool = False) -> None:
    page.locator(FOOT).get_by_role("link", name="Delivered").click()
    dialog = page.get_by_role("dialog")
    if forget:
        dialog.get_by_role("button", name="Delivered").click()
        expect(dialog.get_by_role("alert")).to_contain_text("A photo is asked for.")
    dialog.get_by_label("Photo").set_input_files(story.photo())
    dialog.get_by_label("Who received it").fill(name)
    dialog.get_by_role("button", name="Delivered").click()
    expect(dialog).to_have_count(0)


def report_in_two_taps(story: Story) -> None:
    page = story.page("carl")
    page.locator(FOOT).get_by_role("link", name="Problem").tap()
    page.get_by_role("dialog").get_by_role("button", name="Nobody there").tap()
    expect(page.get_by_role("dialog")).to_contain_text("Dispatch sees it. You can go on.")
    page.get_by_role("dialog").get_by_role("button", name="Next stop").click()
    _expect_front(page, PLAN[3])


def decide_the_incident(story: Story) -> None:
    """It is on the board at once; a person decides, and plans the second attempt."""
    page = story.page("dana")
    if "/board/" not in page.url:
        story.at("dana", "board/")
    waiting = page.get_by_role("region", name="To decide")
    expect(waiting).to_contain_text(PLAN[2])
    waiting.get_by_role("button", name="2nd attempt").click()
    again = page.locator(".bd-tray").get_by_role("option").filter(has_text=PLAN[2])
    expect(again).to_have_count(1)
    again.click()
    page.keyboard.press("m")
    expect(page.locator("#bd-giveq")).to_be_focused()
    page.keyboard.press("1")
    expect(again).to_have_count(0)


def read_without_network(story: Story) -> None:
    """In a cellar the day stays readable, and a tap waits on the phone."""
    page = story.page("carl")
    page.goto("/courier/")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.reload()
    story.visitors.watch.forgiven.append("net::ERR_")
    page.context.set_offline(True)
    page.reload()
    _expect_front(page, PLAN[3])
    expect(page.locator("[data-banner]")).to_contain_text("Offline")
    page.context.set_offline(False)
    page.reload()
    _expect_front(page, PLAN[3])
    story.visitors.watch.forgiven.clear()


def ride_to_the_end(story: Story) -> None:
    page = story.page("carl")
    front = page.locator("article:not([hidden]) h1")
    while front.count():
        where = front.inner_text()
        act = page.locator(FOOT).locator("a.primary[data-screen=done], form[data-act=done] button").first
        act.wait_for()
        if act.get_attribute("data-screen"):
            deliver(story, page, "Aino Lehto" if "Kais" in where else "Otso Berg")
        else:
            act.click()
        page.wait_for_function("was => document.querySelector('article:not([hidden]) h1')?.innerText !== was", arg=where)
    expect(page.locator("[data-end]")).to_be_visible()
    expect(page.locator("[data-banner]")).to_be_hidden()
    board = story.at("dana", "board/")
    expect_plan(board, 0)


def follow_the_delivery(story: Story) -> None:
    """No account, no script of others, no cookie, no name of a courier; what to do if absent, before it happens."""
    page = story.pages["helmi"] = story.visitors.on_phone()
    page.goto(story.facts["tracking"])
    expect(page.locator("main")).to_contain_text("12")
    page.get_by_label("With somebody in the neighbourhood").check()
    page.get_by_label("A note for the person who delivers").fill("Berg, second floor")
    page.get_by_role("button", name="Save my choice").click()
    expect(page.get_by_role("status")).to_contain_text("Your choice is saved.")
    assert page.context.cookies() == []
    assert "Carl" not in page.content()


def see_it_delivered(story: Story) -> None:
    page = story.pages["helmi"]
    page.goto(story.facts["tracking"])
    expect(page.locator("#hero")).to_contain_text("Delivered")
    assert "Carl" not in page.content()


def choose_messages(story: Story) -> None:
    """Sam wants to hear of every arrival at once, Sue of none; a test shows that messages come."""
    for who, when in (("sam", "at once"), ("sue", "never")):
        page = story.page(who)
        page.goto("/account/notices/")
        page.get_by_label("E-mail · A delivery has arrived").select_option(label=when)
        page.get_by_role("button", name="Save what I get").click()
        expect(page.get_by_label("E-mail · A delivery has arrived").locator("option:checked")).to_have_text(when)
    page = story.page("sam")
    page.get_by_role("button", name="Send me a test · E-mail").click()
    story.house.mail(PEOPLE["sam"], "test")


def read_the_messages(story: Story) -> None:
    """As each person chose: the shop by default, the recipient with their link."""
    house = story.house
    assert story.facts["tracking"].rsplit("/t/", 1)[1] in text_of(house.mail("helmi@recipient.test", "Kukka"))
    assert house.mail(PEOPLE["sam"], f"Arrived: {story.facts['first']}")
    assert house.mail(PEOPLE["sam"], f"Arrived: {story.facts['second']}")
    assert house.mail(PEOPLE["pia"], "Given back")
    assert [mail["Subject"] for mail in house.mails(PEOPLE["sue"]) if "Arrived" in str(mail["Subject"])] == []
