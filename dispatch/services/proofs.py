"""What shows that a stop was done. Proofs are only ever added; pictures are made anew, so that nothing hidden in a file is kept."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from dispatch.models import Proof, Task
from dispatch.services.refusals import BadProof

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 12_000_000
LONGEST_SIDE = 1600
PICTURES = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True, slots=True)
class Given:
    """A proof as it comes from a phone. `image` is an open upload or bytes; `client_id` makes sending it twice harmless."""

    kind: str
    text: str = ""
    image: IO[bytes] | bytes | None = None
    taken_at: datetime = field(default_factory=timezone.now)
    client_id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, slots=True)
class Ready:
    given: Given
    jpeg: bytes | None


def prepare_proofs(given: Sequence[Given]) -> list[Ready]:
    """Check and redraw the pictures, before any transaction. Raises BadProof."""
    return [Ready(one, redrawn(one.image) if one.image is not None else None) for one in given if one.image is not None or one.text.strip()]


def redrawn(image: IO[bytes] | bytes) -> bytes:
    """The picture as a fresh JPEG of at most 1600 px, turned upright, without where and on what it was taken. Raises BadProof."""
    content = image if isinstance(image, bytes) else image.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise BadProof(_("This picture is larger than 8 MB. Take it again with a lower quality."), field="photo")
    try:
        with Image.open(io.BytesIO(content), formats=PICTURES) as opened:
            if opened.width * opened.height > MAX_PIXELS * 4:
                raise BadProof(_("This picture has too many pixels. Take it again with a lower quality."), field="photo")
            opened.draft("RGB", (LONGEST_SIDE * 2, LONGEST_SIDE * 2))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadProof(_("This file is not a picture that can be read. Take the photo again."), field="photo") from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def write_proofs(*, task: Task, proofs: Sequence[Ready], by: Person) -> list[Proof]:
    """Add what is not there yet, within the caller's transaction."""
    known = set(Proof.objects.filter(client_id__in=[ready.given.client_id for ready in proofs]).values_list("client_id", flat=True))
    return [_write(task, ready, by) for ready in proofs if ready.given.client_id not in known]


def add_proof(*, task: Task, proof: Given, by: Person) -> Proof:
    """Complete a stop's proofs afterwards; the first ones stay as they are. Raises BadProof."""
    ready = prepare_proofs([proof])
    if not ready:
        raise BadProof(_("There is nothing to add: take a photo or write a name."), field="photo")
    with transaction.atomic():
        written = write_proofs(task=task, proofs=ready, by=by)
        if written:
            journal.record("proof.added", subject=task.ref, collective_id=task.collective_id, by=by, kind=proof.kind)
    return written[0] if written else Proof.objects.get(client_id=proof.client_id)


def _write(task: Task, ready: Ready, by: Person) -> Proof:
    given = ready.given
    proof = Proof(
        collective_id=task.collective_id,
        client_id=given.client_id,
        task=task,
        kind=Proof.Kind(given.kind),
        text=given.text.strip()[:500],
        by=by,
        taken_at=given.taken_at,
    )
    if ready.jpeg is not None:
        proof.image.save(f"{proof.ref}.jpg", ContentFile(ready.jpeg), save=False)
    proof.save(force_insert=True)
    return proof
