"""Files of many deliveries, sent by programs: read at once, checked and ordered by a worker."""

import io
import uuid
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from collectives.api.endpoint import MOST_BYTES, Answer, Call, Endpoint, Rule
from collectives.api.errors import ApiError, Invalid, Violation, invalid, not_found
from collectives.api.shapes import Json, collection, iri
from orders.api.csv_bodies import bodies
from orders.api.reading import Reader
from orders.api.refusals import path_of
from orders.api.seen import store_for, stores_of
from orders.imports.services import counts_of, name_columns, order_batch, read_file
from orders.models import Delivery, ImportBatch, ImportRow
from orders.refusals import Refused
from orders.services.desk import Desk
from orders.services.place import Wanted, place_many
from orders.services.prepare import prepare
from orders.services.quote import priced

PLACES = frozenset({"deliveries"})
MOST_PROBLEMS = 100


class ImportAsync(Endpoint):
    """A CSV file as the body, or CSV, XLSX or ODS as a part called `file`. Columns are known by their names."""

    takes_files = True
    rules = {"POST": Rule("deliveries.place", PLACES, summary="Send a file of deliveries", answers="DeliveryImport", status=202)}

    def post(self, call: Call) -> Answer:
        if call.caller.is_sandbox:
            raise ApiError(403, _("A sandbox takes no files: its deliveries come one by one."))
        partner = store_for(call.caller, call.query.get("store"))
        file, name = file_of(call.request)
        batch = read_file(partner=partner, file=file, name=name, by=call.caller.person)
        name_columns(batch=batch, columns=batch.columns, defaults={}, whole=False, by=call.caller.person)
        return Answer(shaped(batch), 202, "DeliveryImport", {"Location": iri("deliveries/imports", batch.ref)})


def file_of(request: HttpRequest) -> tuple[io.BytesIO, str]:
    """Raises Invalid, ApiError (413)."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > 2 * MOST_BYTES:
        raise ApiError(413, _("Send at most 2 MB."))
    if (request.content_type or "").startswith("multipart/"):
        upload = request.FILES.get("file")
        if upload is None or isinstance(upload, list):
            raise invalid("file", _("Send the file as a part called “file”."), "no_file")
        return io.BytesIO(upload.read()), str(upload.name)
    return io.BytesIO(request.body), "deliveries.csv"


class ImportNow(Endpoint):
    """A CSV file of at most 200 lines as the body, ordered at once: all of its lines or none. Columns as in the dialect."""

    takes_files = True
    rules = {"POST": Rule("deliveries.place", PLACES, summary="Order the lines of a file", answers="Delivery", status=201)}

    def post(self, call: Call) -> Answer:
        if call.caller.is_sandbox:
            raise ApiError(403, _("A sandbox takes no files: its deliveries come one by one."))
        partner = store_for(call.caller, call.query.get("store"))
        file, _name = file_of(call.request)
        raw = file.read()
        found = bodies(raw)
        if not found:
            raise invalid("", _("Name the columns: dropoff.address and dropoff.timeslot, or type, address, after and before."), "bad_file")
        desk = Desk(partner)
        key = call.request.headers.get("Idempotency-Key") or uuid.uuid4().hex
        placed = self.place(call, desk, [(line, Reader(call.caller, partner, desk.now, desk), body) for line, body in found], key)
        links = [iri("deliveries", delivery.pk) for delivery in placed]
        return Answer(collection(call.request.path, [{"@id": link, "@type": "Delivery"} for link in links]), 201, "Delivery")

    def place(self, call: Call, desk: Desk, found: list[tuple[int, Reader, Json]], key: str) -> list[Delivery]:
        """Raises Invalid with every bad line before anything is ordered."""
        wanted, wrong = [], []
        for line, reader, body in found:
            try:
                request = reader.delivery(body)
                priced(desk, prepare(request=request, desk=desk, save_places=False).facts)
            except Invalid as error:
                wrong += [Violation(f"line {line}: {each.path}", each.message, each.code) for each in error.violations]
            except Refused as error:
                wrong.append(Violation(f"line {line}: {path_of(error.field)}", str(error), error.code))
            else:
                wanted.append(Wanted(request, uuid.uuid5(uuid.NAMESPACE_URL, f"{call.caller.key}:{key}:{line}").hex))
        if wrong:
            raise Invalid(*wrong[:MOST_PROBLEMS])
        placed = place_many(wanted=wanted, desk=desk, by=call.caller.person)
        late = [each for each in placed if isinstance(each, Refused)]
        if late:
            raise late[0]
        return [each for each in placed if isinstance(each, Delivery)]


class OneImport(Endpoint):
    """Its lines counted by state, and what is wrong with the bad ones."""

    rules = {"GET": Rule("deliveries.place", PLACES, summary="How far a file is", answers="DeliveryImport")}

    def get(self, call: Call, ref: UUID) -> Answer:
        return Answer(shaped(batch_for(call, ref)), context="DeliveryImport")


class OrderImport(Endpoint):
    """Order every good line; a worker does it, and the same line twice is one order."""

    rules = {"PUT": Rule("deliveries.place", PLACES, summary="Order the good lines", answers="DeliveryImport", example={}, status=202)}

    def put(self, call: Call, ref: UUID) -> Answer:
        batch = batch_for(call, ref)
        order_batch(batch=batch, by=call.caller.person)
        batch.refresh_from_db()
        return Answer(shaped(batch), 202, "DeliveryImport")


def batch_for(call: Call, ref: UUID) -> ImportBatch:
    batch = ImportBatch.objects.filter(ref=ref, partner__in=stores_of(call.caller)).first()
    if batch is None:
        raise not_found()
    return batch


def shaped(batch: ImportBatch) -> Json:
    bad = ImportRow.objects.filter(batch=batch, state=ImportRow.State.BAD).order_by("line")[:MOST_PROBLEMS]
    return {
        "@id": iri("deliveries/imports", batch.ref),
        "@type": "DeliveryImport",
        "status": batch.state,
        "lines": counts_of(batch),
        "errors": [{"line": row.line, "field": row.field, "message": row.problem} for row in bad],
    }
