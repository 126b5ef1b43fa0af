"""What a courier sees as one stop: consecutive tasks of the same kind at the same place."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from coopdelivery.places.models import Place
from dispatch.models import Round, Task, TaskKind, TaskStatus
from dispatch.outlook.promises import KEPT, Outlook
from dispatch.selectors import Weights
from dispatch.services.asked import Asked, asked_of
from orders.models import Document

LIVE = (TaskStatus.TODO, TaskStatus.DOING)


@dataclass(frozen=True, slots=True)
class Note:
    """An instruction and who it is from."""

    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    phone: str


@dataclass(slots=True)
class Visit:
    """`number` counts the stops of the day from 1; withdrawn ones have none. `arrives_at` is the plan, `promise` the promise."""

    tasks: list[Task]
    round: Round
    number: int = 0
    arrives_at: datetime | None = None
    outlook: Outlook = KEPT
    freight: Weights = field(default_factory=Weights)
    notes: list[Note] = field(default_factory=list)
    seen: bool = True
    photo_missing: bool = False
    pause_before: bool = False
    opens_round: bool = False
    codes: list[str] = field(default_factory=list)

    @property
    def first(self) -> Task:
        return self.tasks[0]

    @property
    def papers(self) -> list[Document]:
        """What somebody attached for who carries it; load the tasks with `delivery__documents`."""
        found = {document.pk: document for task in self.tasks for document in task.delivery.documents.all()}
        return list(found.values())

    @property
    def ref(self) -> str:
        return str(self.first.ref)

    @property
    def is_pickup(self) -> bool:
        return self.first.kind == TaskKind.PICKUP

    @property
    def is_withdrawn(self) -> bool:
        return self.first.status == TaskStatus.CANCELLED

    @property
    def open_tasks(self) -> list[Task]:
        return [task for task in self.tasks if task.status in LIVE]

    @property
    def open_refs(self) -> str:
        return " ".join(str(task.ref) for task in self.open_tasks)

    @property
    def state(self) -> str:
        """todo, going, done, failed or withdrawn."""
        states = {task.status for task in self.tasks}
        if TaskStatus.DOING in states:
            return "going"
        if TaskStatus.TODO in states:
            return "todo"
        if TaskStatus.DONE in states:
            return "done"
        return "failed" if TaskStatus.FAILED in states else "withdrawn"

    @property
    def is_open(self) -> bool:
        return self.state in {"todo", "going"}

    @property
    def where(self) -> str:
        """What people call the stop: the place's or the shop's own name, else the street."""
        partner = self.first.delivery.partner
        return self.place.name or (partner.name if self.is_pickup and partner and not self.first.leg else "") or self.place.street_address

    @property
    def place(self) -> Place:
        return self.first.location

    @property
    def window_start(self) -> datetime:
        return self._tightest.window_start

    @property
    def window_end(self) -> datetime:
        return self._tightest.window_end

    @property
    def _tightest(self) -> Task:
        return min(self.open_tasks or self.tasks, key=lambda task: task.window_end)

    @property
    def asked(self) -> Asked:
        return asked_of(self.open_tasks)

    @property
    def asked_failed(self) -> Asked:
        """What is asked when it cannot be done."""
        return asked_of(self.open_tasks, failed=True)

    @property
    def waiting_since(self) -> datetime | None:
        return min((task.waiting_since for task in self.tasks if task.waiting_since), default=None)

    @property
    def waited_min(self) -> int:
        return sum({task.stop_id: task.stop.waited_min for task in self.tasks}.values())

    @property
    def contacts(self) -> list[Contact]:
        """Who to call here; each number once."""
        found: dict[str, Contact] = {}
        for task in self.tasks:
            if task.leg:
                if self.place.phone:
                    found.setdefault(self.place.phone, Contact(self.place.contact_name, self.place.phone))
                continue
            partner = task.delivery.partner
            phone = task.stop.phone or self.place.phone or (partner.phone if self.is_pickup and partner else "")
            if phone:
                found.setdefault(phone, Contact(task.stop.contact_name or self.place.contact_name, phone))
        return list(found.values())

    @property
    def pieces(self) -> int:
        return self.freight.pieces

    @property
    def parcels(self) -> str:
        """`10 parcels`, or nothing when nobody said how many."""
        return ngettext("%(count)s parcel", "%(count)s parcels", self.pieces) % {"count": self.pieces} if self.pieces else ""

    @property
    def act(self) -> str:
        """The exact act, for the main button."""
        words = {"count": self.pieces}
        if self.is_pickup:
            return (
                ngettext("Picked up, the parcel", "Picked up, all %(count)s parcels", self.pieces) % words
                if self.pieces
                else pgettext("stop", "Picked up")
            )
        if not self.pieces:
            return pgettext("stop", "Delivered")
        return ngettext("Delivered, the parcel", "Delivered, all %(count)s parcels", self.pieces) % words

    @property
    def tap(self) -> UUID:
        """A fresh id for a form, so that sending the form twice is one tap."""
        return uuid4()

    @property
    def digest(self) -> str:
        """Changes when a note changes; a withdrawn stop has its own."""
        text = f"withdrawn {self.ref}" if self.is_withdrawn else "\n".join(f"{note.author}: {note.text}" for note in self.notes)
        return hashlib.sha256(f"{self.place.pk} {text}".encode()).hexdigest()[:16]

    @property
    def finished_at(self) -> datetime | None:
        return max((task.finished_at for task in self.tasks if task.finished_at), default=None)

    @property
    def received_by(self) -> str:
        return next((task.stop.received_by for task in self.tasks if task.stop.received_by), "")

    @property
    def started_at(self) -> datetime | None:
        return next((task.started_at for task in self.tasks if task.status == TaskStatus.DOING), None)


def visits_of(tasks: Iterable[Task]) -> list[Visit]:
    """In the order given, which is never changed. A cancelled task stands alone and does not cut the stop it lay in."""
    found: list[Visit] = []
    current: Visit | None = None
    for task in tasks:
        if task.round is None:
            continue
        if task.status == TaskStatus.CANCELLED:
            found.append(Visit([task], task.round))
        elif current is not None and _belongs(task, current):
            current.tasks.append(task)
        else:
            current = Visit([task], task.round)
            found.append(current)
    for number, visit in enumerate((visit for visit in found if not visit.is_withdrawn), 1):
        visit.number = number
    return found


def _belongs(task: Task, visit: Visit) -> bool:
    first = visit.first
    return (task.round_id, task.kind, task.location.pk) == (first.round_id, first.kind, first.location.pk)


def merged_notes(visit: Visit, pickup_notes: dict[int, str]) -> list[Note]:
    """Order, pickup, drop and place, each text once: a shop that wrote its pickup note on the drop is read all the same."""
    found: dict[str, Note] = {}
    for author, text in _said(visit, pickup_notes):
        clean = text.strip()
        if clean:
            found.setdefault(clean.casefold(), Note(author, clean))
    return list(found.values())


def _said(visit: Visit, pickup_notes: dict[int, str]) -> Sequence[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    for task in visit.open_tasks or visit.tasks:
        partner = task.delivery.partner
        shop = partner.name if partner else _("Order")
        stop = task.stop
        said += [(shop, stop.note), (shop, _("Carry it up to the door of the flat.") if stop.doorstep and not task.leg else "")]
        if visit.is_pickup and partner and not task.leg:
            said.append((shop, partner.pickup_note))
        if stop.if_absent and not task.leg:
            who = stop.contact_name or _("Recipient")
            said.append((who, ": ".join(part for part in (stop.get_if_absent_display(), stop.if_absent_note) if part)))
        said.append((shop, task.delivery.note))
        if not visit.is_pickup:
            said.append((_("%(shop)s, for the pickup") % {"shop": shop}, pickup_notes.get(task.delivery_id, "")))
    said.append((_("At this address"), visit.place.note))
    return said
