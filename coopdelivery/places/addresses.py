"""How an address is written, made comparable; no Django, no network."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[^\w]+|_")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ß": "ss"})


def normalised(text: str) -> str:
    """Small letters without accents, single spaces, no punctuation: "12, Rue de l'Échappement" → "12 rue de l echappement"."""
    spread = unicodedata.normalize("NFKD", text.casefold()).translate(_LIGATURES)
    plain = "".join(letter for letter in spread if not unicodedata.combining(letter))
    return _SEPARATORS.sub(" ", plain).strip()


def address_key(street_address: str, postcode: str, city: str) -> str:
    """What two ways of typing one address have in common; at most 300 characters."""
    return normalised(f"{street_address} {postcode} {city}")[:300]


def one_line(street_address: str, postcode: str, city: str) -> str:
    """Such as: Mannerheimintie 20, 00100 Helsinki. Leaves out what is not known."""
    town = " ".join(part for part in (postcode, city) if part)
    return ", ".join(part for part in (street_address, town) if part)
