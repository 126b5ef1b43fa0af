"""What a person wants to see of the board is theirs, in every browser."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from collectives.models import Collective, Membership, Role
from coopdelivery.journal.models import Event
from dispatch.models import BoardView
from dispatch.services.board_views import MOST_PRESETS
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.tags import keep_tag, remove_tag, tag_deliveries
from tests.conftest import make_member
from tests.dispatch.conftest import TUESDAY, Order, refs, tasks_of

SHOWN = "/c/montreuil/board/shown/"


@pytest.fixture
def desk(tuesday: Collective, dana: Membership) -> Client:
    return browser_of(dana)


def browser_of(member: Membership) -> Client:
    browser = Client()
    browser.force_login(member.person)
    return browser


def shown_to(browser: Client) -> Any:
    page = browser.get("/c/montreuil/board/").content.decode()
    found = re.search(r'<script id="bd-shown" type="application/json">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


def test_what_was_chosen_is_there_in_another_browser_and_nobody_elses(desk: Client, dana: Membership, tuesday: Collective) -> None:
    dora, before = browser_of(make_member(tuesday, "Dora", Role.DISPATCHER)), Event.objects.count()
    assert desk.post(SHOWN, {"chip": ["late", "pickup"]}).json() == {"chips": ["late", "pickup"], "presets": []}
    assert shown_to(browser_of(dana))["chips"] == ["late", "pickup"]
    assert shown_to(dora)["chips"] == []
    assert desk.post(SHOWN).json()["chips"] == []
    assert Event.objects.count() == before


def test_a_set_of_chips_is_kept_under_a_name_replaced_and_forgotten(desk: Client) -> None:
    desk.post(SHOWN, {"chip": ["late"], "keep": " The  morning "})
    kept = desk.post(SHOWN, {"chip": ["risk", "late"], "keep": "the morning"}).json()
    assert kept == {"chips": ["late", "risk"], "presets": [{"name": "the morning", "chips": ["late", "risk"]}]}
    assert desk.post(SHOWN, {"forget": "the morning"}).json() == {"chips": ["late", "risk"], "presets": []}
    assert desk.post(SHOWN, {"forget": "the morning"}).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"chip": ["late", "nonsense"]},
        {"chip": ["late"], "keep": "   "},
        {"chip": ["late"], "keep": "x" * 31},
        {"chip": ["late"], "keep": "a\x07b"},
        {"keep": "Nothing"},
        {"forget": "unknown"},
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence_and_changes_nothing(desk: Client, wrong: dict[str, Any]) -> None:
    desk.post(SHOWN, {"chip": ["note"], "keep": "Notes"})
    answer = desk.post(SHOWN, wrong)
    assert answer.status_code == 422
    assert answer.json()["text"]
    row = BoardView.objects.get()
    assert (row.chips, row.presets) == (["note"], [{"name": "Notes", "chips": ["note"]}])


def test_names_are_a_few(desk: Client) -> None:
    for number in range(MOST_PRESETS):
        assert desk.post(SHOWN, {"chip": ["late"], "keep": f"Set {number}"}).status_code == 200
    assert desk.post(SHOWN, {"chip": ["late"], "keep": "One more"}).status_code == 422
    assert desk.post(SHOWN, {"chip": ["risk"], "keep": "set 0"}).status_code == 200
    assert len(BoardView.objects.get().presets) == MOST_PRESETS


def test_a_courier_keeps_nothing_there(tuesday: Collective, carl: Membership) -> None:
    assert browser_of(carl).post(SHOWN, {"chip": ["late"]}).status_code == 403
    assert not BoardView.objects.exists()


def test_the_phone_shows_the_same_only_and_says_what_is_hidden(
    desk: Client, order: Order, carl: Membership, dana: Membership, on_shift: list[Membership]
) -> None:
    first, second, given = order(note="Ring twice"), order(), order()
    plan_tasks(tasks=refs(tasks_of(given)), to_round=loose_round_of(carl, TUESDAY), by=dana.person)
    phone = "/c/montreuil/board/phone/?on=2026-11-24"
    whole = desk.get(phone).content.decode()
    assert (first.number in whole, second.number in whole, "hidden · show all" in whole) == (True, True, False)
    answer = desk.post(SHOWN, {"chip": ["note", "drop"], "page": "phone", "on": "2026-11-24"})
    assert (answer.status_code, answer.headers["Location"]) == (302, phone)
    narrow = desk.get(phone).content.decode()
    assert (first.number in narrow, second.number in narrow, "2 hidden · show all" in narrow) == (True, False, True)
    assert re.findall(r'value="(\w+)" checked', narrow) == ["drop", "note"]
    team = desk.get(f"{phone}&view=team").content.decode()
    assert "2 hidden · show all" in team
    assert "No stops yet." in team
    desk.post(SHOWN, {"chip": ["pickup"], "page": "phone", "on": "2026-11-24", "view": "team"})
    assert "1 hidden · show all" in desk.get(f"{phone}&view=team").content.decode()
    back = desk.post(SHOWN, {"page": "phone", "on": "2026-11-24", "view": "team"})
    assert back.headers["Location"] == f"{phone}&view=team"
    assert "hidden · show all" not in desk.get(phone).content.decode()


def test_a_phone_that_shows_what_does_not_exist_is_told_so(desk: Client) -> None:
    answer = desk.post(SHOWN, {"chip": ["nonsense"], "page": "phone", "on": "2026-11-24"}, follow=True)
    assert "The board cannot be narrowed to that. Load the page again." in answer.content.decode()


def test_a_tag_narrows_the_phone_until_it_is_removed(desk: Client, order: Order, dana: Membership) -> None:
    first, second = order(), order()
    cold = keep_tag(name="Cold", colour=1, by=dana.person)
    tag_deliveries(tasks=refs(tasks_of(first)), tag=cold, on=True, by=dana.person)
    phone = "/c/montreuil/board/phone/?on=2026-11-24"
    desk.post(SHOWN, {"chip": ["tag:cold"], "page": "phone", "on": "2026-11-24"})
    narrow = desk.get(phone).content.decode()
    assert (first.number in narrow, second.number in narrow) == (True, False)
    remove_tag(tag=cold, by=dana.person)
    assert second.number in desk.get(phone).content.decode()
