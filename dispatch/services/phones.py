"""Phones that several couriers share: each has a PIN there. A PIN opens the courier's pages only, on that one phone only."""

import hashlib
import re
import secrets
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.access import allows
from collectives.models import Collective, Membership
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from dispatch.models import PhonePin, PoolPhone
from dispatch.services.refusals import Refused

SIX_DIGITS = re.compile(r"[0-9]{6}")
TRIES, LAST_TRY = 5, 10
LOCKED_FOR = timedelta(minutes=15)
EASY = "01234567890 98765432109"


class BadPin(Refused):
    """Not six digits, or too easy to guess."""


class WrongPin(Refused):
    """Not the PIN of this person on this phone, or too many were wrong before."""


def phone_of(secret: str) -> PoolPhone | None:
    """The shared phone whose browser holds this secret, which begins with the slug of its co-op."""
    collective = Collective.objects.filter(slug=secret.partition(".")[0][:40]).first()
    if collective is None:
        return None
    with acting_for(collective):
        return PoolPhone.objects.select_related("collective").filter(secret_hash=_hash(secret)).first()


@transaction.atomic
def share_phone(*, courier: Membership, name: str, by: Person) -> tuple[PoolPhone, str]:
    """From now on several people may open their day on this browser; it keeps the secret. Raises BadPin without a name."""
    clean = " ".join(name.split())[:60]
    if not clean:
        raise BadPin(_("Give the phone a name, such as the sticker on its back."), field="name")
    secret = f"{courier.collective.slug}.{secrets.token_urlsafe(32)}"
    row = PoolPhone.objects.create(collective_id=courier.collective_id, name=clean, secret_hash=_hash(secret))
    journal.record("phone.shared", subject=row.ref, collective_id=row.collective_id, by=by, called=clean)
    return row, secret


def set_pin(*, phone: PoolPhone, secret: str, courier: Membership, pin: str, by: Person) -> PhonePin:
    """My PIN on this phone. Raises BadPin."""
    if not SIX_DIGITS.fullmatch(pin):
        raise BadPin(_("A PIN has six digits."), field="pin")
    if len(set(pin)) == 1 or pin in EASY:
        raise BadPin(_("This PIN is the first that anybody would try. Choose another."), field="pin")
    if courier.person_id != by.pk or courier.collective_id != phone.collective_id:
        raise BadPin(_("This phone belongs to another co-op."), field="pin")
    facts = {"pin_hash": make_password(secret + pin), "tries": 0, "locked_until": None, "collective_id": phone.collective_id}
    with transaction.atomic():
        row, _created = PhonePin.objects.update_or_create(phone=phone, person=by, defaults=facts)
        journal.record("phone.pin_set", subject=phone.ref, collective_id=phone.collective_id, by=by)
    return row


@transaction.atomic
def leave_phone(*, phone: PoolPhone, by: Person) -> None:
    """My PIN opens nothing here any more."""
    if PhonePin.objects.filter(phone=phone, person=by).delete()[0]:
        journal.record("phone.left", subject=phone.ref, collective_id=phone.collective_id, by=by)


def people_of(phone: PoolPhone) -> list[Person]:
    """Who may open their day here with a PIN: active couriers of the phone's co-op."""
    with acting_for(phone.collective_id):
        pins = PhonePin.objects.filter(phone=phone, person__is_active=True).select_related("person")
        return [pin.person for pin in pins if _courier(pin.person) is not None]


def open_with_pin(*, phone: PoolPhone, secret: str, person_ref: str, pin: str) -> Person:
    """Whose PIN it is. Each try is counted before it is looked at: five wrong ones lock it for a quarter of an hour, ten remove it.

    Raises WrongPin.
    """
    with acting_for(phone.collective_id):
        row = _one_more_try(phone, person_ref)
        if _courier(row.person) is not None and check_password(secret + pin, row.pin_hash):
            PhonePin.objects.filter(pk=row.pk).update(tries=0, locked_until=None)
            return row.person
        _wrong(row)
    left = max(0, TRIES - row.tries % TRIES) % TRIES
    if row.tries >= LAST_TRY:
        raise WrongPin(_("Too many wrong PINs: it is removed. Sign in with your password and choose a new one."), field="pin")
    if left == 0:
        raise WrongPin(_("Five wrong PINs: this PIN is locked for 15 minutes. Your password works."), field="pin")
    raise WrongPin(_("This is not your PIN. %(left)s more tries.") % {"left": left}, field="pin")


def _one_more_try(phone: PoolPhone, person_ref: str) -> PhonePin:
    """The row with the try counted, committed whatever comes of it. Raises WrongPin."""
    with transaction.atomic():
        rows = PhonePin.objects.select_for_update(of=("self",)).select_related("person")
        row = next((one for one in rows.filter(phone=phone, person__is_active=True) if str(one.person.ref) == person_ref), None)
        if row is None:
            raise WrongPin(_("Choose who you are."), field="person")
        if row.locked_until is not None and row.locked_until > timezone.now():
            raise WrongPin(_("This PIN is locked for a while. Your password works."), field="pin")
        row.tries += 1
        PhonePin.objects.filter(pk=row.pk).update(tries=row.tries)
    return row


def _wrong(row: PhonePin) -> None:
    if row.tries >= LAST_TRY:
        PhonePin.objects.filter(pk=row.pk).delete()
    elif row.tries % TRIES == 0:
        PhonePin.objects.filter(pk=row.pk).update(locked_until=timezone.now() + LOCKED_FOR)


def _courier(person: Person) -> Membership | None:
    found = Membership.objects.prefetch_related("held").filter(person=person, is_active=True).first()
    return found if found is not None and allows(found, "pocket.use") else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
