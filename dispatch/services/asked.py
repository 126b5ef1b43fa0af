"""What partners ask to see, at a pickup, at a drop and when a stop fails. Only what is asked is asked of the courier."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from coopdelivery.kit.money import Money
from dispatch.models import Leg, Proof, Task, TaskKind, TaskStatus
from dispatch.services.labels import missing_labels
from dispatch.services.refusals import BadProof
from orders.proof_rules import DEFAULTS, DROP, FAILED, KINDS, OFF, OPTIONAL, REQUIRED

RANK = {OFF: 0, OPTIONAL: 1, REQUIRED: 2}


@dataclass(frozen=True, slots=True)
class Asked:
    """Each kind is off, optional or required; `partner` is the first that requires something. A signature is a name too.

    `cash` is what the recipients pay here, None when nothing is to be collected.
    """

    photo: str = OPTIONAL
    name: str = OPTIONAL
    signature: str = OPTIONAL
    code: str = OFF
    scan: str = OFF
    partner: str = ""
    cash: Money | None = None

    @property
    def required(self) -> bool:
        return self.cash is not None or REQUIRED in {self.photo, self.name, self.signature, self.code, self.scan}

    @property
    def as_data(self) -> str:
        """`photo:required name:optional …`, for the phone's script."""
        return " ".join(f"{kind}:{getattr(self, kind)}" for kind in KINDS)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a tap brings: whether there is a photo and a signature, and the words."""

    photo: bool = False
    name: str = ""
    signed: bool = False
    code: str = ""
    scans: tuple[str, ...] = ()
    collected_cents: int | None = None


def asked_of(tasks: Iterable[Task], *, failed: bool = False) -> Asked:
    """The strictest of the partners whose parcels change hands here, or whose stop fails; a hub is the co-op's own and asks nothing."""
    rows = [task for task in tasks if task.leg == Leg.STOP]
    if not rows:
        return Asked()
    asked: dict[str, Any] = {kind: _strictest(rows, kind, failed=failed) for kind in KINDS}
    strict = next((task.delivery.partner for task in rows if REQUIRED in {_asks(task, kind, failed=failed) for kind in KINDS}), None)
    return Asked(**asked, partner=strict.name if strict else "", cash=None if failed else cash_of(rows))


def without_pictures(asked: Asked) -> Asked:
    """The same, for who sends pictures later."""
    return replace(asked, photo=OPTIONAL, signature=OPTIONAL)


def awaiting_pictures(on: date) -> list[Task]:
    """Stops of that day that their courier reported, whose partner asks for a photo or signature, and of which no picture came yet."""
    pictured = Proof.objects.filter(task=OuterRef("pk")).exclude(image="")
    over = Task.objects.filter(on=on, leg=Leg.STOP, status__in=(TaskStatus.DONE, TaskStatus.FAILED), delivery__partner__isnull=False)
    reported = over.filter(finished_by=F("round__courier__person")).exclude(Exists(pictured))
    found = reported.select_related("delivery__partner", "stop__place", "place", "round__courier__person").order_by(
        "stop__window_end", "pk"
    )
    return [task for task in found if _asks_for_a_picture(task)]


def _asks_for_a_picture(task: Task) -> bool:
    failed = task.status == TaskStatus.FAILED
    return REQUIRED in {_asks(task, kind, failed=failed) for kind in ("photo", "signature")}


def cash_of(tasks: Iterable[Task]) -> Money | None:
    """To collect at these drops, together."""
    due = [Money(task.stop.collect_cents, task.delivery.order.currency) for task in tasks if collects(task)]
    return sum(due[1:], start=due[0]) if due else None


def collects(task: Task) -> bool:
    """Whether cash is taken there, from who receives it."""
    return task.kind == TaskKind.DROPOFF and task.leg == Leg.STOP and task.stop.collect_cents > 0


def _outcome(task: Task, *, failed: bool) -> str:
    return FAILED if failed else DROP if task.kind == TaskKind.DROPOFF else str(task.kind)


def _asks(task: Task, kind: str, *, failed: bool) -> str:
    outcome = _outcome(task, failed=failed)
    partner = task.delivery.partner
    if partner is not None:
        return partner.asks(outcome, kind)
    return OPTIONAL if outcome == DROP and kind in {"photo", "name", "signature"} else DEFAULTS.get((outcome, kind), OFF)


def _strictest(tasks: list[Task], kind: str, *, failed: bool) -> str:
    return max((_asks(task, kind, failed=failed) for task in tasks), key=RANK.__getitem__, default=OFF)


def check(asked: Asked, shown: Shown, tasks: Iterable[Task] = ()) -> None:
    """Raises BadProof naming what is missing."""
    words = {"partner": asked.partner}
    if asked.photo == REQUIRED and not shown.photo:
        raise BadProof(_("%(partner)s asks for a photo. Take one, then confirm.") % words, field="photo")
    if asked.name == REQUIRED and not shown.name.strip() and not shown.signed:
        raise BadProof(_("%(partner)s asks who received it. Write the name, then confirm.") % words, field="received_by")
    if asked.signature == REQUIRED and not shown.signed:
        raise BadProof(_("%(partner)s asks for a signature. Have it signed, then confirm.") % words, field="signature")
    if asked.code == REQUIRED and not shown.code.strip():
        raise BadProof(_("%(partner)s asks for the code. Write it, then confirm.") % words, field="code")
    if asked.cash is not None and shown.collected_cents is None:
        raise BadProof(_("%(amount)s are to be collected here. Write what you collected.") % {"amount": asked.cash}, field="collected")
    if asked.scan == REQUIRED:
        _check_scans(asked, shown, tasks)


def _check_scans(asked: Asked, shown: Shown, tasks: Iterable[Task]) -> None:
    missing = missing_labels(tasks, shown.scans)
    if missing:
        words = {"partner": asked.partner, "numbers": ", ".join(missing)}
        raise BadProof(_("%(partner)s asks to scan the labels. Missing: %(numbers)s.") % words, field="scan")
