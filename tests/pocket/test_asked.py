"""What partners ask to see, waiting, cash and labels: the same rules for taps, forms and the API."""

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectives.models import Membership
from coopdelivery.journal.models import Event
from dispatch.models import BoundLabel, CourierAction, Proof, Task
from dispatch.services.cash import shares
from orders.models import Partner, Stop
from orders.proof_rules import KINDS
from tests.api.world import as_member
from tests.dispatch.conftest import at
from tests.pocket.conftest import Sync, statuses, tap

BRINGS: dict[str, dict[str, Any]] = {
    "photo": {"photos": [str(uuid.uuid4())]},
    "name": {"received_by": "Rosa"},
    "signature": {"signatures": [str(uuid.uuid4())]},
    "code": {"code": "4711"},
}


def ask(partner: Partner, outcome: str, **kinds: str) -> None:
    Partner.objects.filter(pk=partner.pk).update(proof_rules={outcome: kinds})


@pytest.mark.parametrize("kind", ["photo", "name", "signature", "code"])
def test_a_pickup_that_must_be_shown_is_refused_without_and_taken_with(sync: Sync, stops: list[Task], florist: Partner, kind: str) -> None:
    ask(florist, "pickup", **{kind: "required"})
    assert sync(tap("done", stops[0]))[0]["outcome"] == "bad"
    assert statuses(stops)[0] == "todo"
    assert not CourierAction.objects.exists()
    assert sync(tap("done", stops[0], **BRINGS[kind]))[0]["outcome"] == "done"


def test_a_failure_asks_for_its_own_proof(sync: Sync, stops: list[Task], florist: Partner) -> None:
    ask(florist, "failed", photo="required")
    assert sync(tap("incident", stops[0], reason="not_ready"))[0]["field"] == "photo"
    assert statuses(stops)[0] == "todo"
    assert sync(tap("incident", stops[0], reason="not_ready", **BRINGS["photo"]))[0]["outcome"] == "done"


def test_a_scan_is_the_number_of_the_delivery_or_a_code_that_was_tied_to_it(sync: Sync, stops: list[Task], florist: Partner) -> None:
    ask(florist, "pickup", scan="required")
    number = stops[0].delivery.number
    assert sync(tap("done", stops[0], scans=["ZZ-1/1"]))[0]["message"] == f"Fleurs asks to scan the labels. Missing: {number}."
    sync(tap("bind", stops[0], code=" abc123 "), tap("bind", stops[0], code="ABC123"))
    assert BoundLabel.objects.get().code == "ABC123"
    assert Event.objects.filter(name="label.bound").count() == 1
    assert sync(tap("done", stops[0], scans=["ABC123", "ZZ-1/1"]))[0]["outcome"] == "done"
    assert Proof.objects.get(kind="scan").text == "ABC123"


def test_our_own_label_is_a_scan_in_any_case(sync: Sync, stops: list[Task], florist: Partner) -> None:
    ask(florist, "pickup", scan="required")
    label = f"{stops[0].delivery.number.lower()}/1"
    assert sync(tap("done", stops[0], scans=[label]))[0]["outcome"] == "done"
    assert Proof.objects.get(kind="scan").text == label.upper()


def test_cash_is_said_before_the_drop_is_done_and_kept_with_what_was_asked(sync: Sync, stops: list[Task]) -> None:
    Stop.objects.filter(pk=stops[1].stop_id).update(collect_cents=2450)
    sync(tap("done", stops[0]))
    assert sync(tap("done", stops[1]))[0]["field"] == "collected"
    assert sync(tap("done", stops[1], collected_cents=2000))[0]["outcome"] == "done"
    assert Stop.objects.get(pk=stops[1].stop_id).collected_cents == 2000
    assert Proof.objects.get(kind="cash").text == "€20.00 of €24.50"
    told = Event.objects.get(name="cash.collected").data
    assert (told["amount_cents"], told["asked_cents"], told["currency"]) == (2000, 2450, "EUR")


def test_cash_taken_back_with_its_tap_is_not_collected(sync: Sync, stops: list[Task]) -> None:
    Stop.objects.filter(pk=stops[1].stop_id).update(collect_cents=2450)
    done = tap("done", stops[1], collected_cents=2450)
    sync(tap("done", stops[0]), done, tap("undo", about=done["client_id"]))
    assert Stop.objects.get(pk=stops[1].stop_id).collected_cents is None


@pytest.mark.parametrize("amount", [-1, True, "24", 10**9, 2.5])
def test_an_amount_that_is_none_is_refused(sync: Sync, stops: list[Task], amount: object) -> None:
    assert sync(tap("done", stops[0], collected_cents=amount))[0]["outcome"] == "bad"


def test_waiting_ends_by_itself_with_the_stop_and_goes_on_its_proof(sync: Sync, stops: list[Task]) -> None:
    begun = tap("wait", stops[0]) | {"at": at(7, 40).isoformat()}
    over = tap("done", stops[0]) | {"at": at(7, 52).isoformat()}
    sync(begun, over)
    sync(begun, over)
    stop = Stop.objects.get(pk=stops[0].stop_id)
    assert (stop.waited_s, stop.waited_min) == (720, 12)
    assert Proof.objects.get(kind="wait").text == "12 minutes"
    assert Task.objects.get(pk=stops[0].pk).waiting_since is None


def test_waiting_twice_adds_up_and_a_clock_that_jumped_back_takes_nothing_away(sync: Sync, stops: list[Task]) -> None:
    for verb, minute in (("wait", 40), ("waited", 45), ("wait", 50), ("waited", 49), ("waited", 55)):
        sync(tap(verb, stops[0]) | {"at": at(7, minute).isoformat()})
    assert Stop.objects.get(pk=stops[0].stop_id).waited_s == 300


def test_nobody_waits_at_a_stop_that_is_over(sync: Sync, stops: list[Task]) -> None:
    assert [one["outcome"] for one in sync(tap("done", stops[0]), tap("wait", stops[0]))] == ["done", "refused"]


@pytest.mark.parametrize(
    ("outcome", "body", "missing"), [("pickup", {}, "name"), ("pickup", {"notes": "x"}, "scan"), ("failed", {}, "name")]
)
def test_the_api_asks_a_courier_for_the_same(
    carl: Membership, stops: list[Task], florist: Partner, outcome: str, body: dict[str, str], missing: str
) -> None:
    ask(florist, outcome, **{missing: "required"})
    app, url = as_member(carl), f"/api/tasks/{stops[0].pk}/{'failed' if outcome == 'failed' else 'done'}"
    answer = app.put(url, body)
    assert answer.status_code == 400
    assert "asks" in answer.content.decode()
    assert statuses(stops)[0] == "todo"
    full = {"contactName": "Rosa", "notes": f"{stops[0].delivery.number}/1"}
    assert app.put(url, full).status_code == 200


def test_the_name_that_comes_with_a_failure_is_kept(carl: Membership, stops: list[Task]) -> None:
    answer = as_member(carl).put(f"/api/tasks/{stops[0].pk}/failed", {"reason": "ABSENT", "contactName": " Rosa "})
    assert (answer.status_code, answer.json()["status"]) == (200, "FAILED")
    assert (Proof.objects.get().kind, Proof.objects.get().text) == ("name", "Rosa")


@given(due=st.lists(st.integers(0, 5000), min_size=1, max_size=6), paid=st.integers(0, 20000))
def test_shares_of_the_cash_are_exactly_the_cash(due: list[int], paid: int) -> None:
    tasks = [Task(pk=number, kind="dropoff", stop=Stop(collect_cents=cents)) for number, cents in enumerate(due, 1)]
    found = [share for share in shares(tasks, paid).values() if share is not None]
    assert sum(found) == (paid if any(due) else 0)
    assert all(share >= 0 for share in found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rules=st.dictionaries(
        st.sampled_from(["pickup", "drop", "failed"]),
        st.dictionaries(st.sampled_from(KINDS), st.sampled_from(["off", "optional", "required"])),
    )
)
def test_every_cell_of_the_table_answers_one_of_three(rules: dict[str, dict[str, str]]) -> None:
    partner = Partner(proof_rules=rules)
    for outcome in ("pickup", "drop", "failed"):
        for kind in KINDS:
            chosen = rules.get(outcome, {}).get(kind)
            asked = partner.asks(outcome, kind)
            assert asked in {"off", "optional", "required"}
            assert asked == chosen or chosen is None or (outcome, kind) in {("drop", "photo"), ("drop", "name")}
