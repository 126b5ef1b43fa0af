"""Telephone numbers and e-mail addresses, as they are kept."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from coopdelivery.kit.phones import NoNumber, international
from orders.refusals import BadEmail, BadPhone


def checked_phone(text: str, *, country: str, field: str = "") -> str:
    """As `kit.phones.international` keeps it. Raises BadPhone."""
    try:
        return international(text, country=country)
    except NoNumber as error:
        raise BadPhone(field, phone=text.strip()[:40]) from error


def checked_email(text: str, *, field: str = "") -> str:
    """Raises BadEmail."""
    typed = text.strip()
    if not typed:
        return ""
    try:
        validate_email(typed)
    except ValidationError as error:
        raise BadEmail(field, email=typed[:80]) from error
    if len(typed) > 254:
        raise BadEmail(field, email=typed[:80])
    return typed
