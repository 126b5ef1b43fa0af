"""`Idempotency-Key`: the first answer is kept and given again; while it is being worked on, the same key answers 409."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.api.callers import Caller
from collectives.api.errors import ApiError, invalid
from collectives.models import ApiAnswer

LONGEST = 200
LOST_AFTER = timedelta(minutes=2)
KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Kept:
    """The row that waits for the first answer."""

    pk: int


class Known(Exception):
    """This request was answered before: `answer` is what it got."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__("answered before")
        self.answer = answer


def begin(caller: Caller, key: str, path: str, body: bytes) -> Kept:
    """The work is to be done, once for each key of this caller; `finish` keeps its answer.

    Raises Known for what is done already, ApiError: 409 while in flight, 422 for the same key with other contents.
    """
    if len(key) > LONGEST or not key.isprintable():
        raise invalid("Idempotency-Key", _("This key is longer than %(most)s characters.") % {"most": LONGEST})
    fingerprint = hashlib.sha256(path.encode() + b"\n" + body).hexdigest()
    row = _begun(caller, key, fingerprint)
    if row is None:
        raise Known(_again(ApiAnswer.objects.filter(caller=caller.key, key=key).first(), fingerprint))
    return Kept(row.pk)


def finish(kept: Kept, response: HttpResponseBase) -> None:
    """Keep the answer. What was refused is not kept: the same key may be tried again."""
    if not isinstance(response, HttpResponse) or response.status_code >= 400:
        forget(kept)
    else:
        ApiAnswer.objects.filter(pk=kept.pk).update(status=response.status_code, body=response.content.decode())


def forget(kept: Kept) -> None:
    ApiAnswer.objects.filter(pk=kept.pk).delete()


def _begun(caller: Caller, key: str, fingerprint: str) -> ApiAnswer | None:
    """A row for the first who comes, or for who comes after one that was lost on the way; None for everybody else."""
    try:
        with transaction.atomic():
            return ApiAnswer.objects.create(collective=caller.collective, caller=caller.key, key=key, fingerprint=fingerprint)
    except IntegrityError:
        lost = ApiAnswer.objects.filter(caller=caller.key, key=key, status=None, begun_at__lt=timezone.now() - LOST_AFTER)
        if lost.filter(fingerprint=fingerprint).update(begun_at=timezone.now()):
            return ApiAnswer.objects.get(caller=caller.key, key=key)
        return None


def _again(known: ApiAnswer | None, fingerprint: str) -> HttpResponse:
    if known is not None and known.fingerprint != fingerprint:
        raise ApiError(422, _("This key was used with other contents before. Use a new key for a new request."))
    if known is None or known.status is None:
        raise ApiError(409, _("The first request with this key is still being worked on. Ask again in a moment."))
    headers = {"Idempotent-Replayed": "true", "Cache-Control": "no-store"}
    return HttpResponse(known.body, status=known.status, content_type="application/ld+json; charset=utf-8", headers=headers)


def forget_old() -> int:
    """Answers older than two days, of the acting collective; how many."""
    return ApiAnswer.objects.filter(begun_at__lt=timezone.now() - KEPT).delete()[0]
