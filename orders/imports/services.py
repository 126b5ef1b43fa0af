"""Importing: read, name the columns, check every line, order the good ones. Killed anywhere, it goes on where it was."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import IO

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from orders.imports.columns import FIELDS, guessed, to_remember, values_of
from orders.imports.reading import Unreadable, lines_of
from orders.imports.rows import key_of, request_of
from orders.models import ImportBatch, ImportRow, Order, ParcelType, Partner
from orders.pricing.engine import net_cents
from orders.refusals import Refused
from orders.requests import DeliveryRequest
from orders.services.cancel import cancel_delivery
from orders.services.desk import Desk
from orders.services.place import Wanted, place_many
from orders.services.quote import estimate_at

State, RowState = ImportBatch.State, ImportRow.State
AT_ONCE = 200
LOST_AFTER = timedelta(seconds=60)
NEEDED = ("address",)
BY_DEFAULT = ("day", "starts", "ends")


class ColumnMissing(Refused):
    code = "column_missing"
    sentence = _("Say where it stands in the file, or what holds for every line.")


class NotAllGood(Refused):
    code = "not_all_good"
    sentence = _("You asked for all or nothing, and some lines are not good yet. Put them right first.")


class NotNow(Refused):
    code = "not_now"
    sentence = _("This file is being worked on, or is done. Look at it again.")


@transaction.atomic
def read_file(*, partner: Partner, file: IO[bytes], name: str, by: Person | None) -> ImportBatch:
    """The file's lines, kept; its columns guessed. Raises Unreadable or TooMany, and then keeps nothing."""
    lines = lines_of(file, name)
    headers = next(lines, [])
    batch = ImportBatch.objects.create(
        collective_id=partner.collective_id, partner=partner, by=by, file_name=name[-120:], headers=headers,
        columns=guessed(headers, partner.import_columns),
    )  # fmt: skip
    number = 0
    for portion in _portions(enumerate(lines, start=2)):
        number += len(portion)
        ImportRow.objects.bulk_create(
            ImportRow(collective_id=batch.collective_id, batch=batch, line=line, cells=cells) for line, cells in portion
        )
    if not number:
        raise Unreadable("file")
    return batch


def _portions(rows: Iterable[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    portion: list[tuple[int, list[str]]] = []
    for row in rows:
        portion.append(row)
        if len(portion) == AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion


@transaction.atomic
def name_columns(
    *, batch: ImportBatch, columns: Mapping[str, int], defaults: Mapping[str, str], whole: bool, by: Person | None
) -> ImportBatch:
    """Where each field stands, and what holds for every line; the check begins. The partner's next file is guessed by it.

    Raises ColumnMissing, and NotNow once lines are being ordered.
    """
    for field in (*NEEDED, *BY_DEFAULT):
        if field not in columns and not defaults.get(field):
            raise ColumnMissing(field)
    kept = {field: position for field, position in columns.items() if field in FIELDS}
    values = {"columns": kept, "defaults": dict(defaults), "whole": whole, "state": State.CHECKING, "heard_at": timezone.now() - LOST_AFTER}
    if not ImportBatch.objects.filter(pk=batch.pk, state__in=[State.READ, State.CHECKED]).update(**values):
        raise NotNow
    ImportRow.objects.filter(batch=batch).exclude(state=RowState.PLACED).update(state=RowState.NEW, key="", problem="", field="")
    remembered = {**batch.partner.import_columns, **to_remember(batch.headers, kept)}
    Partner.objects.filter(pk=batch.partner_id).update(import_columns=remembered)
    journal.record("import.check_asked", subject=batch.ref, collective_id=batch.collective_id, by=by, file=batch.file_name)
    batch.refresh_from_db()
    return batch


@transaction.atomic
def order_batch(*, batch: ImportBatch, by: Person | None) -> None:
    """Order what can be ordered; a worker does it. Raises NotNow, NotAllGood."""
    if batch.whole and ImportRow.objects.filter(batch=batch, state=RowState.BAD).exists():
        raise NotAllGood
    before = {"pk": batch.pk, "state": State.CHECKED}
    if not ImportBatch.objects.filter(**before).update(state=State.ORDERING, heard_at=timezone.now() - LOST_AFTER):
        raise NotNow
    journal.record("import.order_asked", subject=batch.ref, collective_id=batch.collective_id, by=by, file=batch.file_name)


def correct_row(*, row: ImportRow, values: Mapping[str, str]) -> ImportRow:
    """One line put right by hand and checked again; what is ordered stays. Raises NotNow."""
    batch = row.batch
    if batch.state != State.CHECKED or row.state not in {RowState.BAD, RowState.READY}:
        raise NotNow
    cells = list(row.cells)
    for field, text in values.items():
        if field in batch.columns:
            position = batch.columns[field]
            cells += [""] * (position + 1 - len(cells))
            cells[position] = text.strip()[:500]
    ImportRow.objects.filter(pk=row.pk).update(cells=cells, state=RowState.NEW, key="")
    Check(batch).portion([ImportRow.objects.get(pk=row.pk)])
    row.refresh_from_db()
    return row


def counts_of(batch: ImportBatch) -> dict[str, int]:
    """State → lines, in one query; `total` too."""
    found = Counter(dict(ImportRow.objects.filter(batch=batch).order_by().values_list("state").annotate(n=Count("pk"))))
    return {**{state: found[state] for state in RowState.values}, "total": found.total()}


def lost_batches() -> list[ImportBatch]:
    """Asked for, and no worker heard of for a while (or not yet)."""
    rows = ImportBatch.objects.filter(state__in=[State.CHECKING, State.ORDERING], heard_at__lte=timezone.now() - LOST_AFTER)
    return list(rows.select_related("partner__collective", "partner__place", "partner__price_list", "by").order_by("pk"))


def work(batch: ImportBatch) -> bool:
    """Take the batch and do what is left of it, in portions; False when another worker has it."""
    now = timezone.now()
    free = Q(heard_at__lte=now - LOST_AFTER)
    if not ImportBatch.objects.filter(free, pk=batch.pk, state=batch.state).update(heard_at=now):
        return False
    with translation.override(batch.by.language if batch.by and batch.by.language else batch.partner.collective.language):
        if batch.state == State.CHECKING:
            _check(batch)
        else:
            _order(batch)
    return True


def _heard(batch: ImportBatch) -> None:
    ImportBatch.objects.filter(pk=batch.pk).update(heard_at=timezone.now())


def _check(batch: ImportBatch) -> None:
    check = Check(batch)
    rows = ImportRow.objects.filter(batch=batch, state=RowState.NEW).order_by("line")
    while portion := list(rows[:AT_ONCE]):
        check.portion(portion)
        _heard(batch)
    ImportBatch.objects.filter(pk=batch.pk, state=State.CHECKING).update(state=State.CHECKED)


class Check:
    """The verdict on lines of one batch; what all lines share is read once."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch = batch
        self.types: dict[str, ParcelType] = {}
        for kind in ParcelType.objects.all():
            self.types |= {kind.name.casefold(): kind, kind.short_code.casefold(): kind}
        self.seen = Counter(
            self.values(row.cells)[0] for row in ImportRow.objects.filter(batch=batch).exclude(key="").only("cells").iterator()
        )

    def values(self, cells: list[str]) -> tuple[tuple[str, ...], dict[str, str]]:
        values = values_of(cells, self.batch.columns, self.batch.defaults)
        return tuple(values.values()), values

    def portion(self, rows: list[ImportRow]) -> None:
        for row in rows:
            same, values = self.values(row.cells)
            row.key = key_of(self.batch.partner.ref, values, self.seen[same])
            self.seen[same] += 1
        known = dict(Order.objects.filter(idempotency_key__in=[row.key for row in rows]).values_list("idempotency_key", "deliveries"))
        new = [row for row in rows if row.key not in known]
        for row in rows:
            if row.key in known:
                row.field = row.problem = ""
                row.state, row.delivery_id = RowState.KNOWN, known[row.key]
        desk = Desk(self.batch.partner)
        for row, request in self.requests(new, desk):
            self._judge(row, request, desk)
        _save(rows, "state", "field", "problem", "net_cents", "unlocated", "key", "delivery_id")

    def requests(self, rows: Sequence[ImportRow], desk: Desk) -> list[tuple[ImportRow, DeliveryRequest]]:
        """What the lines ask for; those that cannot be read are marked bad and left out. The desk gets to know their addresses."""
        asked: list[tuple[ImportRow, DeliveryRequest]] = []
        for row in rows:
            row.field = row.problem = ""
            try:
                asked.append((row, request_of(self.values(row.cells)[1], self.types, desk.collective.zone)))
            except Refused as refused:
                mark_bad(row, refused)
        desk.know_places(stop.address for _row, request in asked for stop in request.dropoffs)
        return asked

    def _judge(self, row: ImportRow, request: DeliveryRequest, desk: Desk) -> None:
        try:
            lines, prepared = estimate_at(desk, request)
        except Refused as refused:
            mark_bad(row, refused)
        else:
            row.state, row.net_cents, row.unlocated = RowState.READY, net_cents(lines), bool(prepared.way.unlocated)


def _save(rows: Sequence[ImportRow], *fields: str) -> None:
    """One statement; Django's `bulk_update` takes longer to write its CASE for each line than all orders of the file together."""
    ImportRow.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def mark_bad(row: ImportRow, refused: Refused) -> None:
    """Named by column, with the sentence; not saved yet."""
    row.state, row.field, row.problem = RowState.BAD, field_of(refused), str(refused)[:300]


def field_of(refused: Refused) -> str:
    """The column that a refusal means; empty for the whole line."""
    last = refused.field.rpartition(".")[2]
    name = {"window": "starts", "weight_g": "weight", "type_id": "parcel", "collect_cents": "collect"}.get(last, last)
    return name if name in FIELDS else ""


def _order(batch: ImportBatch) -> None:
    check = Check(batch)
    rows = ImportRow.objects.filter(batch=batch, state=RowState.READY).order_by("line")
    while portion := list(rows[:AT_ONCE]):
        order_rows(check, portion)
        _heard(batch)
        if batch.whole and any(row.state == RowState.BAD for row in portion):
            _take_back(batch)
            return
    _finish(batch)


def order_rows(check: Check, rows: Sequence[ImportRow]) -> None:
    """Order these lines together. Killed between the orders and the note of it, they are found again by their keys."""
    desk = Desk(check.batch.partner)
    asked = check.requests(rows, desk)
    with journal.source("import"):
        results = place_many(wanted=[Wanted(request, row.key) for row, request in asked], desk=desk, by=check.batch.by)
    for (row, _request), result in zip(asked, results, strict=True):
        if isinstance(result, Refused):
            mark_bad(row, result)
        else:
            row.state, row.delivery = RowState.PLACED, result
    _save(rows, "state", "field", "problem", "delivery_id")


def _take_back(batch: ImportBatch) -> None:
    """All or nothing: a line was refused while ordering, so what was ordered of this file is cancelled, free of charge."""
    for row in ImportRow.objects.filter(batch=batch, state=RowState.PLACED).select_related("delivery__order"):
        if row.delivery is not None:
            with journal.source("import"):
                cancel_delivery(delivery=row.delivery, by=batch.by, reason=str(NotAllGood.sentence), waive=True)
        ImportRow.objects.filter(pk=row.pk).update(state=RowState.KNOWN)
    _finish(batch)


@transaction.atomic
def _finish(batch: ImportBatch) -> None:
    """One notice for the whole file."""
    if ImportBatch.objects.filter(pk=batch.pk, state=State.ORDERING).update(state=State.DONE, finished_at=timezone.now()):
        counts = counts_of(batch)
        journal.record(
            "import.done",
            subject=batch.ref,
            collective_id=batch.collective_id,
            by=batch.by,
            file=batch.file_name,
            partner=batch.partner.name,
            placed=counts[RowState.PLACED],
            bad=counts[RowState.BAD],
        )
