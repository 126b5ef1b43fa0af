"""What a tap shows: checked against what the partners ask, then kept with each stop it belongs to."""

from collections.abc import Iterable
from uuid import UUID, uuid5

from collectives.models import Membership
from dispatch.models import Proof, Task
from dispatch.pocket import actions
from dispatch.pocket.actions import Action
from dispatch.services.asked import Shown, asked_of, check
from dispatch.services.labels import clean_code
from dispatch.services.proofs import Given, Ready, prepare_proofs
from orders.proof_rules import OFF


def check_shown(action: Action, tasks: Iterable[Task], by: Membership, *, photo: bool) -> None:
    """Raises BadProof when what is asked for is not there. Stops of somebody else's day are not asked about."""
    mine = [task for task in tasks if task.round is not None and task.round.courier_id == by.pk]
    if not mine:
        return
    shown = Shown(
        photo=photo or bool(action.photos),
        name=action.received_by,
        signed=bool(action.signatures),
        code=action.code,
        scans=action.scans,
        collected_cents=action.collected_cents,
    )
    check(asked_of(mine, failed=action.verb == actions.INCIDENT), shown, mine)


def proofs_of(action: Action, task: Task, photo: bytes | None) -> list[Ready]:
    """What came with the tap and is not off for this partner; each under an id that is the same when it comes again."""
    asked = asked_of([task], failed=action.verb == actions.INCIDENT)
    scans = _scans_of(task, action.scans)
    words = [
        (Proof.Kind.NAME, action.received_by if asked.name != OFF else ""),
        (Proof.Kind.CODE, action.code if asked.code != OFF else ""),
        (Proof.Kind.SCAN, " ".join(scans)[:500]),
        (Proof.Kind.NOTE, action.note if action.verb == actions.DONE else ""),
    ]
    given = [Given(str(kind), text, taken_at=action.at, client_id=proof_id(action, str(kind), task)) for kind, text in words]
    ready = prepare_proofs(given)
    if photo and asked.photo != OFF:
        ready.append(Ready(Given(str(Proof.Kind.PHOTO), taken_at=action.at, client_id=proof_id(action, "photo", task)), photo))
    return ready


def proof_id(action: Action, kind: str, task: Task) -> UUID:
    return uuid5(action.client_id, f"{kind} {task.ref}")


def _scans_of(task: Task, scans: Iterable[str]) -> list[str]:
    """The labels that belong to this delivery: by their number, or tied to it."""
    bound = set(task.labels.values_list("code", flat=True)) if task.pk else set()
    number = task.delivery.number.upper()
    read = dict.fromkeys(clean_code(code) for code in scans)
    return [code for code in read if code.partition("/")[0] == number or code in bound]
