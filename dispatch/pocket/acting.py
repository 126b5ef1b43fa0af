"""Apply a tap, once. What cannot be applied any more becomes something for dispatch to decide: it is never lost, and never a revival."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.models import Membership
from collectives.services.worked import mark_time
from dispatch.models import CourierAction, Incident, IncidentReason, Round, Task
from dispatch.pocket import actions
from dispatch.pocket.actions import Action, BadAction
from dispatch.pocket.conflicts import report_conflict, was_given
from dispatch.pocket.proving import check_shown, proofs_of
from dispatch.services import progress
from dispatch.services.cash import shares
from dispatch.services.incidents import note_incident, report_incident, withdraw_incident
from dispatch.services.labels import bind_label
from dispatch.services.progress import UNDO_FOR
from dispatch.services.proofs import write_proofs
from dispatch.services.refusals import AlreadyDecided, CannotProgress
from dispatch.services.requests import ask_request
from dispatch.services.road_notes import write_note
from dispatch.services.waiting import begin_waiting, end_waiting

Outcome = CourierAction.Outcome
UNKNOWN = "unknown"
LATE = timedelta(seconds=60)


@dataclass(slots=True)
class Result:
    """What became of each task, and what to tell the courier."""

    outcomes: dict[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    def say(self, ref: UUID, outcome: str, message: str = "") -> None:
        self.outcomes[str(ref)] = outcome
        if message and message not in self.messages:
            self.messages.append(message)

    @property
    def outcome(self) -> Outcome:
        found = set(self.outcomes.values())
        if Outcome.CONFLICT in found:
            return Outcome.CONFLICT
        return Outcome.REFUSED if found & {Outcome.REFUSED, UNKNOWN} else Outcome.DONE


def act(action: Action, *, by: Membership, photo: bytes | None = None) -> CourierAction:
    """The row of this tap; sent again, it is the same row and nothing else happens. `photo` comes with a form, as a fresh JPEG.

    Raises BadAction, and BadProof when what the partner asks for is missing; then nothing is written.
    """
    if action.verb == actions.SHOWN:
        return _shown(action, by)
    known = CourierAction.objects.filter(client_id=action.client_id).first()
    if known is None:
        tasks = _tasks(action)
        if action.verb in {actions.DONE, actions.INCIDENT}:
            check_shown(action, tasks, by, photo=photo is not None)
        known = _first_time(action, by, tasks, photo)
    if known.by_id != by.person_id:
        raise BadAction(_("This action was sent by somebody else."), "client_id")
    return known


def _shown(action: Action, by: Membership) -> CourierAction:
    """The phone shows these stops. Only the first time counts, so no row is kept of the tap."""
    progress.mark_seen(tasks=[task for task in _tasks(action) if task.round is not None and task.round.courier_id == by.pk])
    return CourierAction(client_id=action.client_id, by=by.person, verb=action.verb, answer={"message": "", "tasks": {}})


def _tasks(action: Action) -> list[Task]:
    """In an order that is the same for everyone, so that two couriers never wait for each other."""
    found = Task.objects.select_related("delivery__partner", "delivery__order", "stop__place", "place", "round", "collective").filter(
        ref__in=action.tasks
    )
    return list(found.order_by("delivery_id", "pk"))


def _first_time(action: Action, by: Membership, tasks: list[Task], photo: bytes | None) -> CourierAction:
    verb = _VERBS[action.verb]
    with transaction.atomic():
        row, created = CourierAction.objects.get_or_create(
            client_id=action.client_id,
            collective_id=by.collective_id,
            defaults={
                "by": by.person,
                "verb": action.verb,
                "tasks": [str(ref) for ref in action.tasks],
                "digests": list(action.digests),
                "at": action.at,
            },
        )
        if created:
            result = verb(action, by, tasks, photo)
            row.outcome = result.outcome
            row.answer = {"message": " ".join(result.messages), "tasks": result.outcomes}
            row.save(update_fields=["outcome", "answer"])
    return row


def _each(action: Action, by: Membership, tasks: list[Task], step: Callable[[Task], object]) -> Result:
    """The step for each task that is, or was, this courier's; what is refused too late to be done again is told to dispatch."""
    result = Result()
    by_ref = {task.ref: task for task in tasks}
    gone = _("This stop is not in your day any more. Load your day again.")
    for ref in action.tasks:
        if ref not in by_ref:
            result.say(ref, UNKNOWN, gone)
    for task in tasks:
        if not was_given(task, by):
            result.say(task.ref, UNKNOWN, gone)
            continue
        try:
            step(task)
        except CannotProgress as refused:
            _refused(result, action, by, task, refused)
        else:
            result.say(task.ref, Outcome.DONE)
    return result


def _refused(result: Result, action: Action, by: Membership, task: Task, refused: CannotProgress) -> None:
    task.refresh_from_db(fields=["status", "round"])
    mine = task.round is not None and task.round.courier_id == by.pk
    over = action.verb in {actions.DONE, actions.INCIDENT} and (task.status == "cancelled" or not mine or timezone.now() - action.at > LATE)
    if over:
        report_conflict(task=task, by=by, at=action.at, client_id=uuid5(action.client_id, f"conflict {task.ref}"), refused=refused.sentence)
    result.say(task.ref, Outcome.CONFLICT if over else Outcome.REFUSED, refused.sentence)


def _start(action: Action, by: Membership, tasks: list[Task], _photo: bytes | None) -> Result:
    return _each(action, by, tasks, lambda task: progress.start_task(task=task, by=by.person, at=action.at))


def _done(action: Action, by: Membership, tasks: list[Task], photo: bytes | None) -> Result:
    cash = shares(tasks, action.collected_cents)

    def finish(task: Task) -> None:
        progress.finish_task(task=task, by=by.person, at=action.at, received_by=action.received_by, collected_cents=cash[task.pk])
        write_proofs(task=task, proofs=proofs_of(action, task, photo), by=by.person)

    return _each(action, by, tasks, finish)


def incident_id(client_id: UUID, task: UUID) -> UUID:
    """The client id of the incident that a tap opened about one of its stops."""
    return uuid5(client_id, f"incident {task}")


def _incident(action: Action, by: Membership, tasks: list[Task], photo: bytes | None) -> Result:
    def fail(task: Task) -> None:
        client_id = incident_id(action.client_id, task.ref)
        report_incident(task=task, reason=action.reason, by=by.person, client_id=client_id, at=action.at, note=action.note)
        write_proofs(task=task, proofs=proofs_of(action, task, photo), by=by.person)

    return _each(action, by, tasks, fail)


def _wait(action: Action, by: Membership, tasks: list[Task], _photo: bytes | None) -> Result:
    """One person waits at a place, however many parcels: the first task keeps the time."""
    return _each(action, by, tasks[:1], lambda task: begin_waiting(task=task, by=by.person, at=action.at))


def _waited(action: Action, by: Membership, tasks: list[Task], _photo: bytes | None) -> Result:
    """Every task is looked at: a stop may have been merged with its neighbour since."""
    return _each(action, by, tasks, lambda task: end_waiting(task=task, by=by.person, at=action.at))


def _bind(action: Action, by: Membership, tasks: list[Task], _photo: bytes | None) -> Result:
    return _each(action, by, tasks[:1], lambda task: bind_label(task=task, code=action.code, by=by.person))


def _note(action: Action, by: Membership, tasks: list[Task], _photo: bytes | None) -> Result:
    result = Result()
    for task in tasks:
        client_id = incident_id(action.about or action.client_id, task.ref)
        incident = Incident.objects.filter(client_id=client_id, reported_by=by.person).first()
        if incident is not None:
            note_incident(incident=incident, note=action.note, by=by.person)
        result.say(task.ref, Outcome.DONE if incident else UNKNOWN)
    return result


def _tell(action: Action, by: Membership, tasks: list[Task], _photo: bytes | None) -> Result:
    """Words that dispatch must read now; the stop goes on."""

    def tell(task: Task) -> None:
        client_id = incident_id(action.client_id, task.ref)
        other = IncidentReason.OTHER
        told = report_incident(task=task, reason=other, by=by.person, client_id=client_id, at=action.at, note=action.note, goes_on=True)
        _written(action, task, by, told)

    return _each(action, by, tasks, tell)


def _keep(action: Action, by: Membership, tasks: list[Task], _photo: bytes | None) -> Result:
    """Words for whoever comes to this address next."""
    return _each(action, by, tasks, lambda task: _written(action, task, by))


def _written(action: Action, task: Task, by: Membership, told: Incident | None = None) -> None:
    client_id = uuid5(action.client_id, f"note {task.ref}")
    write_note(task=task, kind=action.verb, text=action.note, by=by.person, at=action.at, client_id=client_id, incident=told)


def _undo(action: Action, by: Membership, _tasks: list[Task], _photo: bytes | None) -> Result:
    """Take back another tap. If that one has not come yet, it will find itself withdrawn."""
    result = Result()
    values = {"by": by.person, "verb": "undone", "at": action.at, "outcome": Outcome.WITHDRAWN}
    taken, early = CourierAction.objects.select_for_update(of=("self",)).get_or_create(
        client_id=action.about or action.client_id, collective_id=by.collective_id, defaults=values
    )
    if early or taken.outcome == Outcome.WITHDRAWN or taken.by_id != by.person_id or taken.verb in actions.CLOCK:
        return result
    for task in Task.objects.select_related("delivery", "stop", "round").filter(ref__in=taken.tasks).order_by("delivery_id", "pk"):
        if taken.answer["tasks"].get(str(task.ref)) == Outcome.DONE:
            _take_back(result, taken, task, by, in_time=action.after_s is not None and action.after_s <= UNDO_FOR.total_seconds())
    if result.outcome == Outcome.DONE:
        taken.outcome = Outcome.WITHDRAWN
        taken.save(update_fields=["outcome"])
    return result


def _take_back(result: Result, taken: CourierAction, task: Task, by: Membership, *, in_time: bool) -> None:
    """`in_time` when the phone took it back within ten seconds, however long the network then took."""
    try:
        if taken.verb == actions.INCIDENT:
            told = Incident.objects.get(client_id=incident_id(taken.client_id, task.ref))
            withdraw_incident(incident=told, by=by.person, in_time=in_time)
        elif taken.verb == actions.DONE:
            progress.undo_finish(task=task, by=by.person, in_time=in_time)
    except (CannotProgress, AlreadyDecided) as refused:
        result.say(task.ref, Outcome.REFUSED, refused.sentence)
    else:
        result.say(task.ref, Outcome.DONE)


def _seen(_action: Action, _by: Membership, _tasks: list[Task], _photo: bytes | None) -> Result:
    """A note read, a withdrawn stop noticed: the row itself is the receipt."""
    return Result()


def _clock(action: Action, by: Membership, _tasks: list[Task], _photo: bytes | None) -> Result:
    """Begin, rest, go on, stop: the courier's own record of time, shown on the columns of their rounds."""
    today = by.collective.today()
    shown = Round.objects.filter(courier=by, on__gte=today - timedelta(days=1), on__lte=today).values_list("ref", flat=True)
    rounds = [str(ref) for ref in shown]
    mark_time(membership=by, verb=action.verb, at=action.at, by=by.person, client_id=action.client_id, rounds=rounds)
    return Result()


def _ask(action: Action, by: Membership, _tasks: list[Task], _photo: bytes | None) -> Result:
    """Something about my work that a person answers; `about` is the round, if it is about one."""
    result = Result()
    found = Round.objects.filter(ref=action.about).first() if action.about else None
    try:
        if action.about and found is None:
            raise CannotProgress(_("This round is not yours any more."))
        ask_request(courier=by, kind=action.reason, reason=action.note, by=by.person, client_id=action.client_id, at=action.at, round=found)
    except CannotProgress as refused:
        result.say(action.client_id, Outcome.REFUSED, refused.sentence)
    return result


_VERBS: dict[str, Callable[[Action, Membership, list[Task], bytes | None], Result]] = {
    actions.START: _start,
    actions.DONE: _done,
    actions.INCIDENT: _incident,
    actions.NOTE: _note,
    actions.TELL: _tell,
    actions.KEEP: _keep,
    actions.WAIT: _wait,
    actions.WAITED: _waited,
    actions.BIND: _bind,
    actions.UNDO: _undo,
    actions.SEEN: _seen,
    actions.ASK: _ask,
    **dict.fromkeys(actions.CLOCK, _clock),
}
