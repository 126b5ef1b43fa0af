"""Record facts, subscribe to them, run what follows. The only way up between floors.

Use as `from coopdelivery.journal import services as journal`, then `journal.record(...)`.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import partial

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from coopdelivery.journal.models import Errand, Event
from coopdelivery.journal.wakeup import wake
from coopdelivery.kit.writing import write_rows

log = logging.getLogger(__name__)

Handler = Callable[[Event], None]
HandlerOfMany = Callable[[Sequence[Event]], None]
# What is said of one subject: the subject, the event's data, and rows written with it that listeners need not read again.
Said = tuple[object, Mapping[str, object], Sequence[object]]
MAX_ATTEMPTS = 12
SOURCES = ("web", "courier", "api", "import", "rule", "system")

_now: dict[str, dict[str, HandlerOfMany]] = defaultdict(dict)
_later: dict[str, dict[str, Handler]] = defaultdict(dict)
_source: ContextVar[str] = ContextVar("journal_source", default="system")
_past: ContextVar[bool] = ContextVar("journal_past", default=False)


@contextmanager
def source(name: str) -> Iterator[None]:
    """Facts recorded inside the block came in by this door; one of SOURCES."""
    if name not in SOURCES:
        raise ValueError(f"{name!r} is not one of {', '.join(SOURCES)}")
    token = _source.set(name)
    try:
        yield
    finally:
        _source.reset(token)


def current_source() -> str:
    return _source.get()


@contextmanager
def past() -> Iterator[None]:
    """Facts recorded inside the block are history written down afterwards: it is told to nobody, now or later.

    What commits with a fact (`within_transaction=True`) still does.
    """
    token = _past.set(True)
    try:
        yield
    finally:
        _past.reset(token)


def subscribe(*names: str, within_transaction: bool = False) -> Callable[[Handler], Handler]:
    """Call the handler for each event of these names.

    Within the transaction: local rows only, and its failure takes the fact back. Otherwise after commit, at least once:
    the handler must find its work already done when it comes twice.
    """

    def register(handler: Handler) -> Handler:
        key = f"{handler.__module__}.{handler.__qualname__}"
        for name in names:
            if within_transaction:
                _now[name][key] = partial(_each, handler)
            else:
                _later[name][key] = handler
        return handler

    return register


def subscribe_to_many(*names: str) -> Callable[[HandlerOfMany], HandlerOfMany]:
    """As `subscribe(..., within_transaction=True)`, called once with all the events that are recorded together: one, or hundreds."""

    def register(handler: HandlerOfMany) -> HandlerOfMany:
        for name in names:
            _now[name][f"{handler.__module__}.{handler.__qualname__}"] = handler
        return handler

    return register


def _each(handler: Handler, events: Sequence[Event]) -> None:
    for event in events:
        handler(event)


def subscribers() -> dict[str, list[str]]:
    """Event name → who listens; read by the documentation test."""
    names = {*_now, *_later}
    return {name: sorted([*_now[name], *_later[name]]) for name in sorted(names)}


def record(name: str, *, subject: object, collective_id: int | None, by: object = None, **data: object) -> Event:
    """Write the fact `name` about `subject` in the open transaction, and the errands that follow from it.

    `by` is the Person who did it (None: a rule or the system did). `data` must be JSON; use `before=` and `after=` for changes.
    Raises RuntimeError outside a transaction: the fact and its event must commit together.
    """
    return record_all(name, [(subject, data, ())], collective_id=collective_id, by=by)[0]


def record_all(name: str, said: Iterable[Said], *, collective_id: int | None, by: object = None) -> list[Event]:
    """`record` for many subjects at once, such as the lines of a file: a few statements and one wake-up for all of them."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"record({name!r}) outside a transaction: the fact and its event must commit together")
    common: dict[str, object] = {"name": name, "collective_id": collective_id, "by_id": getattr(by, "pk", None), "source": _source.get()}
    kept = list(said)
    events = write_rows([Event(subject=str(subject), data=dict(data), **common) for subject, data, _rows in kept])
    for event, (_subject, _data, rows) in zip(events, kept, strict=True):
        event.at_hand = rows
    for handler in _now[name].values():
        handler(events)
    if events and not _past.get():
        errands = write_rows([Errand(event=event, subscriber=key) for event in events for key in _later[name]])
        transaction.on_commit(partial(wake, [event.pk for event in events], errands=bool(errands)), robust=True)
    return events


def run(errand_id: int) -> bool:
    """Do one errand now. False when it is done already, or someone else is at it; failures are noted and tried again later."""
    try:
        with transaction.atomic():
            errand = _claim(errand_id)
            if errand is None:
                return False
            with source("rule"):
                _later[errand.event.name][errand.subscriber](errand.event)
            Errand.objects.filter(pk=errand_id).update(done_at=timezone.now(), why="")
    except Exception as error:  # noqa: BLE001  whatever a subscriber raises must not stop the others; it is noted on the row and logged
        _note_failure(errand_id, error)
        return False
    return True


def _claim(errand_id: int) -> Errand | None:
    rows = Errand.objects.select_related("event").filter(pk=errand_id, done_at=None, given_up_at=None)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return rows.first()


def _note_failure(errand_id: int, error: Exception) -> None:
    log.exception("errand %s failed", errand_id)
    errand = Errand.objects.get(pk=errand_id)
    attempts = errand.attempts + 1
    wait = timedelta(seconds=min(5 * 2**attempts, 6 * 3600))
    given_up = timezone.now() if attempts >= MAX_ATTEMPTS and not isinstance(error, DatabaseError) else None
    Errand.objects.filter(pk=errand_id, done_at=None).update(
        attempts=attempts, next_at=timezone.now() + wait, given_up_at=given_up, why=f"{type(error).__name__}: {error}"[:2000]
    )


def waiting_errands(*, older_than_s: float = 0, limit: int = 500) -> list[int]:
    """Errands due now whose wake-up may have been lost, oldest first."""
    due = timezone.now() - timedelta(seconds=older_than_s)
    rows = Errand.objects.filter(done_at=None, given_up_at=None, next_at__lte=due).order_by("next_at")
    return list(rows.values_list("pk", flat=True)[:limit])


def run_of(event_id: int) -> int:
    """Run what follows from one event, each errand for itself; how many were done now."""
    due = Errand.objects.filter(event_id=event_id, done_at=None, given_up_at=None).order_by("pk")
    return sum(run(pk) for pk in due.values_list("pk", flat=True))


def run_of_all(event_ids: Sequence[int]) -> int:
    """The same for events recorded together; how many errands were done now."""
    return sum(run_of(event_id) for event_id in event_ids)


def run_waiting(*, older_than_s: float = 0) -> int:
    """Run everything that is due; how many were done. The sweep, and tests, use it."""
    return sum(run(pk) for pk in waiting_errands(older_than_s=older_than_s))
