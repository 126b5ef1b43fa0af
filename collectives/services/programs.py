"""Programs that call us: made, given new keys, switched off."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F

from collectives.api import tokens
from collectives.models import SCOPES, ApiApplication, Collective
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person

DEFAULT_SCOPES = ("deliveries",)


@dataclass(frozen=True, slots=True)
class Keys:
    """Shown once: we keep only their hashes."""

    application: ApiApplication
    secret: str
    api_key: str


@transaction.atomic
def add_application(
    *,
    collective: Collective,
    name: str,
    by: Person | None,
    partner_ref: UUID | None = None,
    scopes: Sequence[str] = DEFAULT_SCOPES,
    is_sandbox: bool = False,
) -> Keys:
    """An application of a partner, or of the whole collective without one. Raises ValueError for a scope that does not exist."""
    if not scopes or set(scopes) - set(SCOPES):
        raise ValueError(f"{scopes}: choose from {SCOPES}")
    secret, key = tokens.new_secret(), tokens.new_key()
    application = ApiApplication.objects.create(
        collective=collective,
        name=name.strip()[:80],
        partner_ref=partner_ref,
        scopes=sorted(scopes),
        client_id=tokens.new_secret()[:32],
        secret_hash=tokens.digest(secret),
        key_hash=tokens.digest(key),
        key_hint=key[-4:],
        is_sandbox=is_sandbox,
        created_by=by,
    )
    _record("program.added", application, by, scopes=application.scopes, partner=str(partner_ref or ""))
    return Keys(application, secret, key)


@transaction.atomic
def renew_keys(*, application: ApiApplication, by: Person | None) -> Keys:
    """New secret and key; the old ones and every token given so far end at once."""
    secret, key = tokens.new_secret(), tokens.new_key()
    ApiApplication.objects.filter(pk=application.pk).update(
        secret_hash=tokens.digest(secret), key_hash=tokens.digest(key), key_hint=key[-4:], epoch=F("epoch") + 1
    )
    application.refresh_from_db()
    _record("program.keys_renewed", application, by)
    return Keys(application, secret, key)


@transaction.atomic
def switch_off(*, application: ApiApplication, by: Person | None) -> None:
    """It calls no more, at once. Twice is once."""
    if ApiApplication.objects.filter(pk=application.pk, is_active=True).update(is_active=False, epoch=F("epoch") + 1):
        _record("program.switched_off", application, by)


def _record(name: str, application: ApiApplication, by: Person | None, **data: object) -> None:
    journal.record(name, subject=application.ref, collective_id=application.collective_id, by=by, called=application.name, **data)
