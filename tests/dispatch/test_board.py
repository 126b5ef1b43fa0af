"""The dispatcher's day in the browser's eyes: pages, gestures, refusals."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collectives.models import Collective, Membership
from coopdelivery.journal.models import Event
from dispatch.models import Incident, PlanChange, Round, RoundTemplate, Task
from dispatch.services.incidents import report_incident
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.progress import finish_task, mark_seen, start_task
from dispatch.services.proofs import Given
from dispatch.services.rounds import create_round
from orders.models import Delivery
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of

JSON = {"Accept": "application/json"}


def url(name: str, **kwargs: Any) -> str:
    return reverse(f"dispatch:{name}", kwargs={"collective": "montreuil", **kwargs})


@pytest.fixture
def board(client: Client, dana: Membership, on_shift: list[Membership]) -> Client:
    """Dana's browser."""
    client.force_login(dana.person)
    return client


@pytest.fixture
def carls(carl: Membership, tuesday: Collective) -> Round:
    return loose_round_of(carl, TUESDAY)


@pytest.fixture
def delivery(order: Order) -> Delivery:
    return order(drops=2)


def plan(board: Client, tasks: list[str], to: str, **more: Any) -> Any:
    return board.post(url("board_plan"), {"t": tasks, "to": to, "on": "2026-11-24", **more}, headers=JSON)


def test_the_board_shows_who_is_on_shift_in_the_order_they_joined_and_what_waits(board: Client, delivery: Delivery) -> None:
    page = board.get(url("board")).content.decode()
    assert re.findall(r'data-lane="c-[^"]*" data-name="(\w+)"', page) == ["Carl", "Lea"]
    assert page.count("data-t=") == 3
    assert '<span class="code">MO-4001</span>Fleurs' in page
    assert "08:00" not in page
    assert "8:00–15:00" in page


def test_the_board_asks_the_same_number_of_times_with_ten_and_with_two_hundred_stops(
    board: Client, order: Order, carls: Round, dana: Membership, django_assert_max_num_queries: Any
) -> None:
    plan_tasks(tasks=refs(tasks_of(order(drops=9))), to_round=carls, by=dana.person)
    with django_assert_max_num_queries(12) as few:
        board.get(url("board"))
    many = [ref for _ in range(19) for ref in refs(tasks_of(order(drops=9)))]
    plan_tasks(tasks=many[:100], to_round=carls, by=dana.person)
    with django_assert_max_num_queries(12) as lots:
        page = board.get(url("board"))
    assert page.content.count(b"data-t=") == 200
    assert len(lots) == len(few)


def test_stops_are_given_with_the_columns_that_changed_as_the_answer(board: Client, delivery: Delivery, carl: Membership) -> None:
    tasks = refs(tasks_of(delivery))
    answer = plan(board, tasks, f"c:{carl.ref}", verb="give", v="")
    assert answer.status_code == 422
    answer = plan(board, tasks, f"c:{carl.ref}", verb="give")
    assert answer.status_code == 200
    data = answer.json()
    assert data["text"] == "3 stops given to Carl"
    assert list(data["columns"]) == [f"c-{carl.ref}"]
    assert [data["columns"][f"c-{carl.ref}"].count(f'data-t="{ref}"') for ref in tasks] == [1, 1, 1]
    assert "Everything is given" in data["left"]
    change = PlanChange.objects.get()
    assert (str(change.ref), change.verb, change.source) == (data["change"], "give", "web")


def test_one_request_moves_two_hundred_stops_with_as_many_questions_as_twenty(
    board: Client, order: Order, carls: Round, carl: Membership, lea: Membership, dana: Membership
) -> None:
    tasks = [ref for _ in range(22) for ref in refs(tasks_of(order(drops=9)))]
    plan_tasks(tasks=tasks, to_round=carls, by=dana.person)
    plan(board, tasks[:1], f"c:{lea.ref}")
    with CaptureQueriesContext(connection) as few:
        assert plan(board, tasks[1:20], f"c:{lea.ref}").status_code == 200
    with CaptureQueriesContext(connection) as many:
        answer = plan(board, tasks[20:], f"c:{lea.ref}")
    assert answer.json()["text"] == "200 stops given to Lea"
    assert len(few) == len(many)  # although two hundred go over the shift, and the board asks why
    assert list(Task.objects.filter(round__courier=lea).order_by("position").values_list("ref", flat=True)) == [*map(uuid.UUID, tasks)]


def test_an_old_version_gets_409_and_the_list_as_it_is(
    board: Client, delivery: Delivery, order: Order, carls: Round, dana: Membership, ada: Membership
) -> None:
    plan_tasks(tasks=refs(tasks_of(order())), to_round=carls, by=ada.person)
    tasks = refs(tasks_of(delivery))
    answer = plan(board, tasks, f"r:{carls.ref}", v=f"{carls.ref}:0")
    assert answer.status_code == 409
    assert answer.json()["text"] == "Ada changed the list of Carl just now, so Fleurs stays where it is. Look, and try again."
    assert f'data-round="{carls.ref}" data-v="1"' in next(iter(answer.json()["columns"].values()))
    assert not Task.objects.filter(ref__in=tasks).exclude(round=None).exists()


def test_a_bulk_says_how_many_went_and_why_the_others_did_not(
    board: Client, delivery: Delivery, carls: Round, dana: Membership, carl: Membership, lea: Membership
) -> None:
    tasks = tasks_of(delivery)
    plan_tasks(tasks=refs(tasks), to_round=carls, by=dana.person)
    finish_task(task=Task.objects.get(pk=tasks[0].pk), by=carl.person, at=at(8))
    answer = plan(board, refs(tasks), f"c:{lea.ref}")
    assert answer.json()["text"] == "2 of 3 stops moved, 1 refused: Fleurs (done)"
    assert Task.objects.get(pk=tasks[0].pk).round == carls


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"to": "tray"}, "t"),
        ({"t": ["x"], "to": "tray"}, "t"),
        ({"t": [str(uuid.uuid4())], "to": "tray"}, "tasks"),
        ({"t": [str(uuid.uuid4())], "to": "nowhere"}, "to"),
        ({"t": [str(uuid.uuid4())], "to": f"r:{uuid.uuid4()}"}, "to"),
        ({"t": [str(uuid.uuid4())], "to": f"c:{uuid.uuid4()}"}, "to"),
        ({"t": [str(uuid.uuid4())], "to": "tray", "on": "yesterday"}, "on"),
        ({"t": [str(uuid.uuid4())], "to": "tray", "on": "2099-01-01"}, "on"),
        ({"t": [str(uuid.uuid4())], "to": "tray", "v": "x:y"}, "v"),
        ({"t": [str(uuid.uuid4())], "to": "tray", "before": "zzz"}, "before"),
    ],
)
def test_nonsense_is_refused_with_a_sentence_and_changes_nothing(board: Client, fields: dict[str, Any], field: str) -> None:
    answer = board.post(url("board_plan"), fields, headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["text"].endswith(".")
    assert not PlanChange.objects.exists()


@pytest.mark.parametrize("text", ["x", "2026-13-40", "1999-01-01", "2026-11-24T10:00"])
def test_a_day_that_is_none_is_refused(board: Client, text: str) -> None:
    for name in ("board", "board_phone", "history", "rounds"):
        assert board.get(url(name), {"on": text}).status_code == 400


def test_undo_takes_the_last_gesture_back(board: Client, delivery: Delivery, carl: Membership) -> None:
    tasks = refs(tasks_of(delivery))
    plan(board, tasks, f"c:{carl.ref}")
    answer = board.post(url("board_undo"), {"on": "2026-11-24"}, headers=JSON)
    assert (answer.status_code, answer.json()["text"]) == (200, "Undone")
    assert not Task.objects.exclude(round=None).exists()
    again = board.post(url("board_undo"), {"on": "2026-11-24"}, headers=JSON)
    assert (again.status_code, again.json()["text"]) == (422, "There is nothing to undo.")


def test_stops_go_to_another_day_and_back(board: Client, delivery: Delivery) -> None:
    tasks = refs(tasks_of(delivery))
    answer = board.post(url("board_day"), {"t": tasks, "to_day": "2026-11-27", "on": "2026-11-24"}, headers=JSON)
    assert answer.json()["text"] == "3 stops moved to Fri 27"
    assert set(Task.objects.values_list("on", flat=True)) == {dt.date(2026, 11, 27)}
    assert delivery.stops.first().window_start == at(9)  # type: ignore[union-attr]
    board.post(url("board_undo"), headers=JSON)
    assert set(Task.objects.values_list("on", flat=True)) == {TUESDAY}


@pytest.mark.parametrize("day", ["", "2026-11-23", "soon"])
def test_stops_do_not_go_to_a_day_that_is_over(board: Client, delivery: Delivery, day: str) -> None:
    answer = board.post(url("board_day"), {"t": refs(tasks_of(delivery)), "to_day": day}, headers=JSON)
    assert answer.status_code == 422
    assert set(Task.objects.values_list("on", flat=True)) == {TUESDAY}


def test_give_to_lists_everybody_in_board_order_with_what_would_happen(board: Client, delivery: Delivery) -> None:
    page = board.post(url("board_give"), {"t": refs(tasks_of(delivery)), "on": "2026-11-24"}, headers={"X-Dialog": "1"})
    text = page.content.decode()
    assert re.findall(r'data-offer="(\w+)"', text) == ["Carl", "Lea"]
    assert "Give 3 stops to…" in text
    assert text.count("<b>4\N{NO-BREAK SPACE}kg</b>") == 2
    assert "checked" not in text
    assert not PlanChange.objects.exists()


def test_without_a_script_a_delivery_is_given_in_four_steps(board: Client, delivery: Delivery, carl: Membership) -> None:
    page = board.get(url("board_phone"))
    assert f'name="g" value="{delivery.number}"' in page.content.decode()
    choice = board.post(url("board_give"), {"g": delivery.number, "on": "2026-11-24", "page": "phone"})
    tasks = re.findall(r'name="t" value="([^"]+)"', choice.content.decode())
    assert tasks == refs(tasks_of(delivery))
    given = board.post(url("board_plan"), {"t": tasks, "to": f"c:{carl.ref}", "on": "2026-11-24", "page": "phone"}, follow=True)
    assert given.request["PATH_INFO"] == url("board_phone")
    assert "3 stops given to Carl" in given.content.decode()
    board.post(url("board_undo"), {"page": "phone"})
    assert not Task.objects.exclude(round=None).exists()


def test_a_phone_is_sent_to_the_pages_made_for_it(board: Client) -> None:
    answer = board.get(url("board"), headers={"Sec-CH-UA-Mobile": "?1"})
    assert answer["Location"] == url("board_phone")
    assert board.get(url("board"), {"layout": "cols"}, headers={"Sec-CH-UA-Mobile": "?1"}).status_code == 200


def test_what_finished_is_fetched_when_its_fold_is_opened(
    board: Client, delivery: Delivery, carls: Round, dana: Membership, carl: Membership
) -> None:
    tasks = tasks_of(delivery)
    plan_tasks(tasks=refs(tasks), to_round=carls, by=dana.person)
    finish_task(task=Task.objects.get(pk=tasks[0].pk), by=carl.person, at=at(8))
    key = f"c-{carl.ref}"
    closed = board.get(url("board_changes"), {"on": "2026-11-24", "r": str(carls.ref)}).json()["columns"][key]
    assert (closed.count("data-t="), "1 finished since 8:00" in closed) == (2, True)
    opened = board.get(url("board_changes"), {"on": "2026-11-24", "lane": key, "done": key}).json()["columns"][key]
    assert opened.count("data-t=") == 3


def test_a_drop_before_its_own_pickup_is_flagged(board: Client, delivery: Delivery, carl: Membership) -> None:
    tasks = refs(tasks_of(delivery))
    data = plan(board, [tasks[1], tasks[0], tasks[2]], f"c:{carl.ref}").json()
    assert data["columns"][f"c-{carl.ref}"].count("before its own pickup") == 1


def test_a_round_is_made_filled_given_and_hidden_from_the_board(board: Client, delivery: Delivery, carl: Membership) -> None:
    tasks = refs(tasks_of(delivery))
    made = board.post(url("round_new"), {"name": "Bakeries", "t": tasks, "on": "2026-11-24"}, headers=JSON)
    assert made.json()["text"] == "Round “Bakeries” made"
    row = Round.objects.get(name="Bakeries")
    assert list(Task.objects.filter(round=row).order_by("position").values_list("ref", flat=True)) == [uuid.UUID(ref) for ref in tasks]
    hidden = board.post(url("round_hide", ref=row.ref), {"on": "2026-11-24"}, headers=JSON).json()
    assert (hidden["columns"], hidden["gone"]) == ({}, [f"r-{row.ref}"])
    given = board.post(url("round_give", ref=row.ref), {"to": f"c:{carl.ref}", "on": "2026-11-24"}, headers=JSON).json()
    assert given["text"] == "“Bakeries” given to Carl"
    assert f'data-round-head="{row.ref}"' in given["columns"][f"c-{carl.ref}"]


def test_a_round_is_edited_on_its_own_page(board: Client, dana: Membership, tuesday: Collective) -> None:
    row = create_round(on=TUESDAY, name="Bakeries", by=dana.person)
    assert board.get(url("round_edit", ref=row.ref)).status_code == 200
    board.post(url("round_edit", ref=row.ref), {"name": "Ovens", "starts": "06:30", "on": "2026-11-24"})
    row.refresh_from_db()
    assert (row.name, row.starts_at) == ("Ovens", at(6, 30))
    refused = board.post(url("round_edit", ref=row.ref), {"name": "", "starts": "25:99"})
    assert refused.status_code == 422
    row.refresh_from_db()
    assert row.name == "Ovens"


def test_an_incident_waits_on_the_board_and_its_retry_is_to_give(
    board: Client, delivery: Delivery, carls: Round, dana: Membership, carl: Membership
) -> None:
    tasks = tasks_of(delivery)
    plan_tasks(tasks=refs(tasks), to_round=carls, by=dana.person)
    report_incident(task=Task.objects.get(pk=tasks[0].pk), reason="not_ready", by=carl.person, client_id=uuid.uuid4(), at=at(8))
    assert "not ready at pickup" in board.get(url("board")).content.decode()
    assert board.get(url("incidents")).status_code == 200
    incident = Incident.objects.get()
    answer = board.post(url("incident_decide", ref=incident.ref), {"decision": "retry", "on": "2026-11-24"}, headers=JSON)
    assert answer.json()["text"] == "Fleurs gets a second attempt: it is to give today"
    assert Task.objects.get(attempt=2).round is None
    assert board.post(url("incident_decide", ref=incident.ref), {"decision": "close"}, headers=JSON).status_code == 422


def test_what_is_left_of_yesterday_is_taken_up_once(board: Client, order: Order, dana: Membership, eight_in_the_morning: Any) -> None:
    tasks = refs(tasks_of(order()))
    eight_in_the_morning.move_to(at(8, day=dt.date(2026, 11, 25)))
    page = board.get(url("board")).content.decode()
    assert page.count("never given") == 2
    for _ in range(2):
        board.post(url("left_over_take"), {"t": tasks}, headers=JSON)
    assert list(Task.objects.values_list("on", "attempt")) == [(dt.date(2026, 11, 25), 1)] * 2


def test_one_box_finds_by_number_phone_street_and_name(board: Client, delivery: Delivery) -> None:
    for words, first in (
        ("4001", "MO-4001"),
        ("01 45 67 89 01", "MO-4001"),
        ("republique", "MO-4001"),
        ("FLEURS", "MO-4001"),
        ("rosa", "MO-4001"),
    ):
        page = board.get(url("board_search"), {"q": words, "on": "2026-11-24"}).content.decode()
        assert f"<b>{first}</b>" in page, words
    assert "Nothing found" in board.get(url("board_search"), {"q": "zzzz"}).content.decode()


def test_history_and_details_tell_who_did_what(board: Client, delivery: Delivery, carls: Round, dana: Membership, carl: Membership) -> None:
    tasks = tasks_of(delivery)
    plan_tasks(tasks=refs(tasks), to_round=carls, by=dana.person)
    finish_task(task=Task.objects.get(pk=tasks[0].pk), by=carl.person, at=at(8))
    day = board.get(url("history")).content.decode()
    assert (day.count("<b>put in a round</b>"), day.count("<b>done</b>")) == (1, 1)
    carls_only = board.get(url("history"), {"courier": str(carl.ref)}).content.decode()
    assert carls_only.count("<b>ordered</b>") == 0
    stop = board.get(url("task", ref=tasks[0].ref)).content.decode()
    assert re.findall(r"<td><b>([^<]+)</b>", stop) == ["ordered", "put in a round", "on the bike", "done"]


def test_the_map_gets_a_pin_for_each_stop_that_is_somewhere(board: Client, delivery: Delivery, carl: Membership) -> None:
    plan(board, refs(tasks_of(delivery)), f"c:{carl.ref}")
    drawing = board.get(url("board_map"), {"on": "2026-11-24"}).json()
    assert [pin["label"] for pin in drawing["pins"]] == ["1", "2", "3"]
    assert len(drawing["lines"]) == 1
    assert [(lane["name"], lane["stops"]) for lane in drawing["lanes"]] == [("Carl", 3), ("Lea", 0)]
    assert drawing["lanes"][0]["rounds"][0]["version"] == 1
    assert all(pin["planned"] >= pin["promised"][0] for pin in drawing["pins"])


def test_a_proof_is_shown_to_staff_and_not_to_couriers_or_strangers(
    board: Client, delivery: Delivery, carls: Round, dana: Membership, carl: Membership, nina: Membership, client: Client
) -> None:
    tasks = tasks_of(delivery)
    plan_tasks(tasks=refs(tasks), to_round=carls, by=dana.person)
    finish_task(task=Task.objects.get(pk=tasks[0].pk), by=carl.person, at=at(8), proofs=[Given(kind="name", text="Rosa")])
    proof = Task.objects.get(pk=tasks[0].pk).proofs.get()
    assert board.get(url("proof", ref=proof.ref)).status_code == 404
    for member, code in ((carl, 403), (nina, 404)):
        client.force_login(member.person)
        assert client.get(url("proof", ref=proof.ref)).status_code == code
        assert client.get(url("board")).status_code == code


def test_a_gesture_of_one_collective_never_reaches_another(
    client: Client, delivery: Delivery, nina: Membership, nantes: Collective
) -> None:
    client.force_login(nina.person)
    answer = client.post(
        reverse("dispatch:board_plan", kwargs={"collective": "nantes"}), {"t": refs(tasks_of(delivery)), "to": "tray"}, headers=JSON
    )
    assert (answer.status_code, answer.json()["field"]) == (422, "tasks")
    assert not Event.objects.filter(name="task.planned").exists()


def test_a_round_is_split_merged_copied_and_moved_from_the_board(board: Client, delivery: Delivery, dana: Membership) -> None:
    tasks = refs(tasks_of(delivery))
    made = board.post(url("round_new"), {"name": "Bakeries", "t": tasks, "on": "2026-11-24"}, headers=JSON)
    assert made.json()["text"] == "Round “Bakeries” made"
    row = Round.objects.get()
    page = board.get(url("round_edit", ref=row.ref)).content.decode()
    assert (page.count('name="first"'), page.count('name="into"'), page.count('name="on_day"')) == (1, 0, 2)
    answer = board.post(url("round_split", ref=row.ref), {"first": tasks[2], "name": "Bakeries 2", "version": "0"}, headers=JSON)
    assert answer.json()["text"] == "Round “Bakeries 2” made, with 1 stop"
    second = Round.objects.get(name="Bakeries 2")
    assert f"r-{second.ref}" in answer.json()["columns"]
    answer = board.post(url("round_merge", ref=second.ref), {"into": row.ref, "lane": [f"r-{second.ref}"]}, headers=JSON)
    assert (answer.json()["text"], answer.json()["gone"]) == ("Added to “Bakeries”: 1 stop", [f"r-{second.ref}"])
    kept = board.post(url("round_keep", ref=row.ref), {"name": "Tuesdays"}, headers=JSON)
    assert kept.json()["text"] == "Template “Tuesdays” kept: find it under Rounds"
    answer = board.post(url("round_move", ref=row.ref), {"on_day": "2026-11-27"}, headers=JSON)
    assert answer.json()["text"].startswith("“Bakeries” is on Fri")
    answer = board.post(url("round_copy", ref=row.ref), {"on_day": "2026-11-26"}, headers=JSON)
    assert answer.json()["text"].endswith("with 0 stops")
    assert [task.round for task in tasks_of(delivery)] == [row, row, row]


def test_templates_are_laid_and_removed_on_the_rounds_page(board: Client, delivery: Delivery, dana: Membership) -> None:
    board.post(url("round_new"), {"name": "Bakeries", "t": refs(tasks_of(delivery)), "on": "2026-11-24"})
    board.post(url("round_keep", ref=Round.objects.get().ref), {"name": "Tuesdays"})
    template = RoundTemplate.objects.get()
    assert "Tuesdays" in board.get(url("rounds")).content.decode()
    answer = board.post(url("template_lay", ref=template.ref), {"on_day": "2026-11-25", "page": "rounds"})
    assert answer.headers["Location"] == url("rounds") + "?on=2026-11-25"
    assert Round.objects.filter(name="Tuesdays", on="2026-11-25").exists()
    board.post(url("template_remove", ref=template.ref), {"page": "rounds"})
    assert not RoundTemplate.objects.exists()


@pytest.mark.parametrize(
    ("name", "fields", "field"),
    [
        ("round_split", {}, "first"),
        ("round_split", {"first": "x", "name": "Second"}, "first"),
        ("round_merge", {}, "into"),
        ("round_merge", {"into": str(uuid.uuid4())}, "into"),
        ("round_move", {}, "on_day"),
        ("round_move", {"on_day": "x"}, "on"),
        ("round_move", {"on_day": "2026-11-20"}, "on_day"),
        ("round_copy", {"on_day": "2026-11-24"}, "name"),
        ("round_keep", {"name": " "}, "name"),
    ],
)
def test_rearranging_refuses_nonsense_with_a_sentence(
    board: Client, delivery: Delivery, name: str, fields: dict[str, Any], field: str
) -> None:
    board.post(url("round_new"), {"name": "Bakeries", "t": refs(tasks_of(delivery)), "on": "2026-11-24"})
    answer = board.post(url(name, ref=Round.objects.get().ref), fields, headers=JSON)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert answer.json()["text"].endswith(".")
    assert (Round.objects.count(), PlanChange.objects.count()) == (1, 1)


def test_a_round_of_another_coop_does_not_exist_here(board: Client, nina: Membership) -> None:
    for name in ("round_split", "round_merge", "round_move", "round_copy", "round_keep", "template_lay", "template_remove"):
        assert board.post(url(name, ref=uuid.uuid4())).status_code == 404


def test_the_run_sheet_has_the_stops_in_order_with_notes_phones_and_a_code(
    board: Client, order: Order, carls: Round, dana: Membership
) -> None:
    tasks = tasks_of(order(drops=2, note="Ring <twice>"))
    wanted = refs([tasks[0], tasks[2], tasks[1]])
    plan_tasks(tasks=wanted, to_round=carls, by=dana.person)
    page = board.get(url("round_sheets"), {"on": "2026-11-24"}).content.decode()
    streets = [task.where for task in (tasks[2], tasks[1])]
    assert re.findall(r"<td><b>([^<]+)</b>", page) == ["Fleurs", *streets]
    assert page.count("Ring &lt;twice&gt;") == 2
    assert "+33145678901" in page
    assert '<svg width="' in page
    assert 'aria-labelledby="c-' in page
    assert "style=" not in page.split("<main")[1]
    assert "No list of this day" in board.get(url("round_sheets"), {"on": "2026-11-24", "lane": "c-x"}).content.decode()
    assert board.get(url("round_sheets"), {"on": "x"}).status_code == 400


def test_the_history_is_a_table_in_which_nothing_is_a_formula(
    board: Client, delivery: Delivery, carl: Membership, dana: Membership
) -> None:
    plan(board, refs(tasks_of(delivery)), f"c:{carl.ref}")
    create_round(on=TUESDAY, name="=1+1", by=dana.person)
    answer = board.get(url("history"), {"on": "2026-11-24", "as": "csv"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="montreuil-2026-11-24.csv"'
    lines = answer.content.decode().splitlines()
    assert lines[0] == "\N{ZERO WIDTH NO-BREAK SPACE}at,what,about,detail,who,from"
    assert "2026-11-24 08:00:00,put in a round,,×3,Dana,web" in lines
    assert not [line for line in lines if ",=" in line]


def test_a_stop_says_whether_it_was_sent_seen_or_started(
    board: Client, delivery: Delivery, carls: Round, dana: Membership, carl: Membership
) -> None:
    task = tasks_of(delivery)[0]

    def phone() -> str:
        found = re.search(r"<dt>On the phone</dt><dd>(.*?)</dd>", board.get(url("task", ref=task.ref)).content.decode(), re.DOTALL)
        return re.sub(r"<[^>]+>", "", found.group(1)).strip() if found else ""

    assert phone() == ""
    plan_tasks(tasks=refs([task]), to_round=carls, by=dana.person)
    assert phone() == "sent 8:00, not seen yet"
    mark_seen(tasks=[task])
    assert phone() == "seen 8:00"
    start_task(task=Task.objects.get(pk=task.pk), by=carl.person, at=at(8))
    assert phone() == "started 8:00"
