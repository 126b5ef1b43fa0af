"""Finding one stop: the number first, on any day; then telephone, name, street, partner, note or tag, on this day or those around it."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q

from dispatch.board.read import tags_of
from dispatch.selectors import Row, rows

MOST = 12
AROUND = timedelta(days=7)
LETTERS = str.maketrans({"ø": "o", "œ": "oe", "æ": "ae", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
FEWEST_DIGITS = 4


def plain(text: str) -> str:
    """Small letters without accents, words apart by one blank: `Hôtel-Dieu` and `hotel dieu` are the same."""
    bare = "".join(part for part in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(part))
    return re.sub(r"[^\w]+", " ", bare.translate(LETTERS)).strip()


def digits_of(text: str) -> str:
    """A telephone number however it is written: without signs, the `(0)` of a long form and the zeros in front."""
    return re.sub(r"\D", "", text.replace("(0)", "")).lstrip("0")


def find(query: str, on: date) -> list[Row]:
    """At most a dozen, the best first; those of the day before others."""
    typed = query.replace("\0", "").strip()[:60]
    wanted, digits = plain(typed), digits_of(typed) if _is_number(typed) else ""
    if not wanted:
        return []
    named = rows(Q(delivery__number__iexact=typed.replace(" ", "")))
    of_day = _ranked(rows(Q(on=on) | Q(round__on=on)), wanted, digits)
    if not named and not of_day:
        of_day = _ranked(rows(Q(on__gte=on - AROUND, on__lte=on + AROUND)), wanted, digits)
    known: dict[int, Row] = {row.pk: row for row in [*sorted(named, key=lambda row: row.on != on), *of_day]}
    return list(known.values())[:MOST]


def _is_number(typed: str) -> bool:
    """Digits and the signs people put between them, and enough of them to mean one telephone."""
    return re.fullmatch(r"[\d\s().+/-]+", typed) is not None and len(digits_of(typed)) >= FEWEST_DIGITS


def _ranked(found: Iterable[Row], wanted: str, digits: str) -> list[Row]:
    asked = list(found)
    tags = tags_of(row.delivery_id for row in asked)
    names = [" ".join(tag.name for tag in tags.of(row.delivery_id)) for row in asked]
    ranked = [(rank, n, row) for n, row in enumerate(asked) if (rank := _rank(row, wanted, digits, names[n])) is not None]
    return [row for _rank_, _n, row in sorted(ranked, key=lambda hit: hit[:2])[:MOST]]


def _rank(row: Row, wanted: str, digits: str, tags: str) -> int | None:
    number = plain(row.number)
    if wanted in {number, number.rpartition(" ")[2]}:
        return 0
    if digits and digits in digits_of(row.phone):
        return 1
    words = wanted.split()
    for rank, text in enumerate((row.contact, row.street, row.place_name, row.partner or "", row.note, row.delivery_note, tags), 2):
        said = plain(text)
        if said and all(word in said for word in words):
            return rank
    return 9 if wanted in number else None
