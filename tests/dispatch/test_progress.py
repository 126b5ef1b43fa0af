"""The work itself: started, done, failed, corrected; proofs and incidents."""

import datetime as dt
import io
import uuid

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from PIL import Image

from collectives.models import Collective, Membership
from coopdelivery.journal.models import Event
from dispatch.models import Incident, Proof, Round, Task
from dispatch.services import refusals
from dispatch.services.decisions import choices_of, decide_incident
from dispatch.services.incidents import report_incident, try_again
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.progress import correct_task, fail_task, finish_task, start_task, undo_finish
from dispatch.services.proofs import Given, add_proof, redrawn
from orders.models import Delivery
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of


@pytest.fixture
def carls(carl: Membership, tuesday: Collective) -> Round:
    return loose_round_of(carl, TUESDAY)


@pytest.fixture
def stops(order: Order, carls: Round, dana: Membership) -> list[Task]:
    """Pickup and two drops in Carl's day."""
    tasks = tasks_of(order(drops=2))
    plan_tasks(tasks=refs(tasks), to_round=carls, by=dana.person)
    return list(Task.objects.filter(round=carls).order_by("position"))


def picture(size: tuple[int, int] = (40, 30), kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "A maker of phones"
    exif[0x0112] = 6
    Image.new("RGB", size, "white").save(out, kind, exif=exif)
    return out.getvalue()


def test_a_stop_is_done_at_the_time_of_the_tap_and_the_order_knows(stops: list[Task], carl: Membership) -> None:
    start_task(task=stops[0], by=carl.person, at=at(7, 50))
    finish_task(task=stops[0], by=carl.person, at=at(7, 55))
    done = Task.objects.select_related("delivery", "stop").get(pk=stops[0].pk)
    assert (done.status, done.started_at, done.finished_at, done.received_at) == ("done", at(7, 50), at(7, 55), at(8))
    assert (done.round_id, done.position) == (stops[0].round_id, stops[0].position)
    assert (done.delivery.status, done.stop.status) == ("picked_up", "done")


def test_a_drop_waits_for_its_pickup(stops: list[Task], carl: Membership) -> None:
    with pytest.raises(refusals.NotOnBoard) as refused:
        finish_task(task=stops[1], by=carl.person, at=at(8))
    assert refused.value.sentence == "The parcels are not picked up yet. Finish the pickup first."
    assert Task.objects.get(pk=stops[1].pk).status == "todo"


def test_a_failed_drop_does_not_jam_the_other(stops: list[Task], carl: Membership) -> None:
    finish_task(task=stops[0], by=carl.person, at=at(8))
    fail_task(task=stops[1], by=carl.person, at=at(8), reason="nobody there")
    finish_task(task=stops[2], by=carl.person, at=at(8), received_by="Rosa")
    stops[0].delivery.refresh_from_db()
    assert stops[0].delivery.status == "delivered"
    assert Task.objects.get(pk=stops[2].pk).stop.received_by == "Rosa"


def test_another_courier_may_not_report_about_the_stop(stops: list[Task], lea: Membership) -> None:
    with pytest.raises(refusals.CannotProgress):
        finish_task(task=stops[0], by=lea.person, at=at(8))
    assert Task.objects.get(pk=stops[0].pk).status == "todo"


def test_a_stop_that_was_moved_away_cannot_be_finished_by_who_had_it(
    stops: list[Task], carl: Membership, lea: Membership, dana: Membership
) -> None:
    plan_tasks(tasks=refs(stops), to_round=loose_round_of(lea, TUESDAY), by=dana.person)
    with pytest.raises(refusals.CannotProgress):
        finish_task(task=stops[0], by=carl.person, at=at(8))


def test_a_cancelled_stop_is_not_revived(stops: list[Task], carl: Membership, dana: Membership) -> None:
    Task.objects.filter(pk=stops[0].pk).update(status="cancelled")
    with pytest.raises(refusals.CannotProgress):
        finish_task(task=stops[0], by=carl.person, at=at(8))
    assert Task.objects.get(pk=stops[0].pk).status == "cancelled"


def test_the_same_tap_twice_is_one_event_and_one_proof(stops: list[Task], carl: Membership) -> None:
    proof = Given(kind="photo", image=picture(), taken_at=at(7, 59))
    for _ in range(2):
        finish_task(task=stops[0], by=carl.person, at=at(8), proofs=[proof])
    assert Event.objects.filter(name="task.done").count() == 1
    assert Proof.objects.count() == 1


def test_the_courier_takes_a_tap_back_within_ten_seconds_only(
    stops: list[Task], carl: Membership, eight_in_the_morning: time_machine.Traveller
) -> None:
    finish_task(task=stops[0], by=carl.person, at=at(8))
    eight_in_the_morning.shift(dt.timedelta(seconds=9))
    assert undo_finish(task=stops[0], by=carl.person).status == "todo"
    assert Task.objects.get(pk=stops[0].pk).stop.status == "open"
    finish_task(task=stops[0], by=carl.person, at=at(8))
    eight_in_the_morning.shift(dt.timedelta(seconds=30))
    with pytest.raises(refusals.CannotProgress):
        undo_finish(task=stops[0], by=carl.person)
    with pytest.raises(refusals.CannotProgress):
        correct_task(task=stops[0], by=carl.person, reason=" ")
    correct_task(task=stops[0], by=carl.person, reason="wrong bag")
    assert Event.objects.filter(name="task.corrected").last().data["reason"] == "wrong bag"  # type: ignore[union-attr]


def test_a_picture_is_redrawn_upright_without_its_data(stops: list[Task], carl: Membership) -> None:
    finish_task(task=stops[0], by=carl.person, at=at(8), proofs=[Given(kind="photo", image=picture((40, 30)))])
    with Proof.objects.get().image.open() as file, Image.open(file) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (30, 40), {})


NO_PICTURES = {
    "nothing": b"",
    "words": b"hello",
    "broken": b"\xff\xd8\xff\xe0garbage",
    "another kind": b"GIF89a" + b"\0" * 40,
    "too large": b"x" * (8 * 1024 * 1024 + 1),
}


@pytest.mark.parametrize("content", NO_PICTURES.values(), ids=NO_PICTURES)
def test_what_is_no_picture_is_refused_and_nothing_is_done(stops: list[Task], carl: Membership, content: bytes) -> None:
    with pytest.raises(refusals.BadProof):
        finish_task(task=stops[0], by=carl.person, at=at(8), proofs=[Given(kind="photo", image=content)])
    assert Task.objects.get(pk=stops[0].pk).status == "todo"


def test_a_large_picture_becomes_small() -> None:
    with Image.open(io.BytesIO(redrawn(picture((4000, 3000))))) as kept:
        assert max(kept.size) == 1600


def test_proofs_are_only_ever_added(stops: list[Task], carl: Membership) -> None:
    finish_task(task=stops[0], by=carl.person, at=at(8), proofs=[Given(kind="name", text="Rosa")])
    add_proof(task=stops[0], proof=Given(kind="note", text="left with the neighbour"), by=carl.person)
    assert list(Proof.objects.values_list("text", flat=True)) == ["Rosa", "left with the neighbour"]
    for sql in ("UPDATE dispatch_proof SET text = 'x'", "DELETE FROM dispatch_proof"):
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_an_incident_is_told_once_and_fails_the_stop(stops: list[Task], carl: Membership) -> None:
    client_id = uuid.uuid4()
    for _ in range(2):
        incident = report_incident(task=stops[0], reason="not_ready", by=carl.person, client_id=client_id, at=at(8))
    assert (Incident.objects.count(), incident.state) == (1, "open")
    assert Task.objects.get(pk=stops[0].pk).status == "failed"
    assert Event.objects.get(name="incident.reported").data["reason"] == "not_ready"


def test_a_courier_may_go_on_after_an_incident(stops: list[Task], carl: Membership) -> None:
    report_incident(task=stops[0], reason="access", by=carl.person, client_id=uuid.uuid4(), at=at(8), goes_on=True)
    assert Task.objects.get(pk=stops[0].pk).status == "todo"


def test_a_second_attempt_is_made_once_on_the_same_order(stops: list[Task], carl: Membership, dana: Membership) -> None:
    finish_task(task=stops[0], by=carl.person, at=at(8))
    incident = report_incident(task=stops[1], reason="absent", by=carl.person, client_id=uuid.uuid4(), at=at(8))
    decide_incident(incident=incident, decision="retry", by=dana.person)
    with pytest.raises(refusals.AlreadyDecided):
        decide_incident(incident=incident, decision="close", by=dana.person)
    again = try_again(task=stops[1], by=dana.person)
    assert again == try_again(task=stops[1], by=dana.person)
    assert (again.attempt, again.round, again.on, again.status) == (2, None, TUESDAY, "todo")
    assert Task.objects.filter(stop=stops[1].stop).count() == 2
    assert Task.objects.get(pk=stops[1].pk).status == "failed"
    assert again.stop.status == "open"


def test_only_dispatch_decides_about_an_incident(stops: list[Task], carl: Membership) -> None:
    incident = report_incident(task=stops[0], reason="absent", by=carl.person, client_id=uuid.uuid4(), at=at(8))
    with pytest.raises(refusals.NotAPlanner):
        decide_incident(incident=incident, decision="close", by=carl.person)
    assert Incident.objects.get().state == "open"


def failed_at(delivery: Delivery, carl: Membership, n: int, at_: dt.datetime, carls: Round, dana: Membership) -> Incident:
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    for task in tasks_of(delivery)[:n]:
        finish_task(task=task, by=carl.person, at=at_)
    task = Task.objects.select_related("round", "delivery__order", "stop__place").get(pk=tasks_of(delivery)[n].pk)
    return report_incident(task=task, reason="absent", by=carl.person, client_id=uuid.uuid4(), at=at_)


@pytest.mark.parametrize(
    ("n", "decision", "delivery_ends", "task_ends"),
    [
        (1, "return", "failed", "failed"),
        (1, "close", "failed", "failed"),
        (1, "cancel", "cancelled", "failed"),
        (0, "close", "cancelled", "failed"),
        (0, "cancel", "cancelled", "failed"),
        (1, "retry", "picked_up", "failed"),
    ],
)
def test_every_decision_ends_the_stop_and_says_what_it_costs(
    order: Order, carls: Round, dana: Membership, carl: Membership, n: int, decision: str, delivery_ends: str, task_ends: str
) -> None:
    delivery = order()
    incident = failed_at(delivery, carl, n, at(8), carls, dana)
    incident.task.delivery.refresh_from_db()
    prices = {each.decision: each.price for each in choices_of([incident])[0][1]}
    assert "note" not in prices
    assert prices["retry"] == "price as ordered"
    assert prices["close"] == ("not billed" if n == 0 else f"{delivery.order.gross} billed as attempted")
    decide_incident(incident=incident, decision=decision, by=dana.person)
    assert Delivery.objects.get().status == delivery_ends
    assert tasks_of(delivery)[n].status == task_ends
    live = Task.objects.live().filter(delivery=delivery).count()
    assert live == (1 if decision == "retry" else 0)


def test_a_word_from_the_road_is_noted_and_the_stop_goes_on_or_closed_and_it_is_over(
    order: Order, carls: Round, dana: Membership, carl: Membership
) -> None:
    delivery = order()
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    finish_task(task=tasks_of(delivery)[0], by=carl.person, at=at(8))
    for decision, status in (("note", "todo"), ("close", "failed")):
        drop = Task.objects.select_related("round", "delivery__order", "stop__place").get(pk=tasks_of(delivery)[1].pk)
        word = report_incident(task=drop, reason="other", by=carl.person, client_id=uuid.uuid4(), at=at(8), goes_on=True)
        assert choices_of([word])[0][1][0].decision == "note"
        decide_incident(incident=word, decision=decision, by=dana.person)
        assert tasks_of(delivery)[1].status == status
