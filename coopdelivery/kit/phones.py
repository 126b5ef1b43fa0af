"""Telephone numbers: one way to keep them, one way to write them."""

import phonenumbers
from django.utils.translation import gettext as _

LONGEST = 40  # what is typed behind that is a note, not a number


class NoNumber(ValueError):
    """What was typed is no telephone number; its text says what to do about it."""


def international(text: str, *, country: str = "") -> str:
    """`+3589123456` for any way of writing it (E.164), empty for nothing; `country` (two letters) reads numbers without a prefix.

    Raises NoNumber.
    """
    typed = text.strip()
    if not typed:
        return ""
    try:
        number = phonenumbers.parse(typed[:LONGEST], country.upper() or None)
    except phonenumbers.NumberParseException as error:
        raise NoNumber(_("Write the number with its country code, for example +33 6 12 34 56 78.")) from error
    if not phonenumbers.is_possible_number(number):
        raise NoNumber(_("This number is too short or too long for its country. Check the digits."))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def spoken_phone(phone: str, *, country: str) -> str:
    """As people of that country write it; abroad with its prefix. What is no number stays as it is."""
    try:
        number = phonenumbers.parse(phone, country.upper() or None)
    except phonenumbers.NumberParseException:
        return phone
    home = number.country_code == phonenumbers.country_code_for_region(country.upper())
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(number, style))
