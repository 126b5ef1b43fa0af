"""Papers and photos for the people who carry a delivery: checked for what they are, never for what they are called."""

from typing import IO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from orders.models import Delivery, Document
from orders.pictures import BadPicture, redrawn
from orders.refusals import Refused

MOST = 6
MAX_BYTES = 5 * 1024 * 1024
LONGEST_SIDE = 1600
PDF_START, PDF_END = b"%PDF-", b"%%EOF"


class BadDocument(Refused):
    code = "bad_document"
    sentence = _("This is neither a PDF nor a picture that can be read, or it is larger than 5 MB.")


class EnoughDocuments(Refused):
    code = "enough_documents"
    sentence = _("A delivery has at most %(most)s papers. Take one away first.")


def add_document(*, delivery: Delivery, name: str, upload: IO[bytes], by: Person) -> Document:
    """A PDF as it came, a picture drawn anew. Raises BadDocument, EnoughDocuments."""
    content = upload.read(MAX_BYTES + 1)
    upload.seek(0)
    if len(content) > MAX_BYTES or not content:
        raise BadDocument("file")
    is_pdf = content.startswith(PDF_START)
    if is_pdf and PDF_END not in content[-2048:]:
        raise BadDocument("file")
    try:
        kept = content if is_pdf else redrawn(upload, longest=LONGEST_SIDE, field="file")
    except BadPicture as error:
        raise BadDocument("file") from error
    kind = Document.Kind.PDF if is_pdf else Document.Kind.JPG
    with transaction.atomic():
        Delivery.objects.select_for_update(of=("self",)).filter(pk=delivery.pk)[0]  # two uploads at once are counted one by one
        if Document.objects.filter(delivery=delivery).count() >= MOST:
            raise EnoughDocuments("file", most=MOST)
        row = Document(collective_id=delivery.collective_id, delivery=delivery, kind=kind, size=len(kept), added_by=by)
        row.name = name.strip()[:80] or str(Document.Kind(kind).label)
        row.file.save("", ContentFile(kept), save=False)
        row.save()
        journal.record("document.added", subject=delivery.ref, collective_id=row.collective_id, by=by, number=delivery.number, kind=kind)
    return row


def remove_document(*, document: Document, by: Person | None) -> None:
    """The row and, once that is certain, the file."""
    with transaction.atomic():
        journal.record(
            "document.removed", subject=document.delivery.ref, collective_id=document.collective_id, by=by, number=document.delivery.number
        )
        document.delete()
        storage, name = document.file.storage, document.file.name
        transaction.on_commit(lambda: storage.delete(name) if name else None, robust=True)
