"""Times, days, distances and weights as people read them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone, translation

from coopdelivery.kit import words

PARIS = ZoneInfo("Europe/Paris")
NB = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def _in_montreuil() -> Iterator[None]:
    with timezone.override(PARIS), translation.override("en"):
        yield


def at(hour: int, minute: int = 0, day: int = 25) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=PARIS)


def test_an_instant_is_shown_in_the_zone_of_the_collective() -> None:
    assert words.clock(datetime(2026, 11, 25, 9, 42, tzinfo=UTC)) == "10:42"
    assert words.clock(time(8, 5)) == "8:05"


@pytest.mark.parametrize(("hour", "text"), [(0, "12:05 am"), (9, "9:05 am"), (12, "12:05 pm"), (13, "1:05 pm")])
def test_who_asked_for_twelve_hours_gets_them(hour: int, text: str) -> None:
    with words.clock_style("12"):
        assert words.clock(at(hour, 5)) == text.replace(" ", NB)
    assert words.clock(at(hour, 5)) == f"{hour}:05"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (at(10), at(12), "10–12h"),
        (at(10, 30), at(12), "10h30–12h"),
        (at(10, 30), at(11, 30), "10h30–11h30"),
        (at(10), at(11, 5), "10–11h05"),
        (at(22), at(0, day=26), "22–24h"),
        (at(22), at(2, day=26), "22–2h"),
        (None, at(11, 20), "before 11h20"),
        (at(14), None, "from 14h"),
        (None, None, "?"),
    ],
)
def test_a_promise_never_looks_like_an_instant(start: datetime | None, end: datetime | None, text: str) -> None:
    assert words.promise(start, end) == text


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [(at(10), at(12), "10am–12pm"), (at(10), at(11, 30), "10–11:30am"), (at(13), at(15), "1–3pm"), (at(22), at(0, day=26), "10pm–12am")],
)
def test_a_promise_on_a_twelve_hour_clock(start: datetime, end: datetime, text: str) -> None:
    with words.clock_style("12"):
        assert words.promise(start, end) == text


@time_machine.travel(datetime(2026, 11, 24, 23, 30, tzinfo=UTC), tick=False)
def test_days_are_counted_on_the_calendar_of_the_collective() -> None:
    assert [words.day(date(2026, 11, n)) for n in (24, 25, 26, 28, 21)] == ["yesterday", "today", "tomorrow", "Sat 28", "Sat 21"]
    assert words.day(date(2027, 3, 12)) == "12 March 2027"
    assert words.day(datetime(2026, 11, 25, 23, 30, tzinfo=UTC)) == "tomorrow"
    assert words.promise(at(10), at(12, day=27)) == "today 10h – Fri 27 12h"


@pytest.mark.parametrize(
    ("metres", "text"), [(None, "? km"), (0, "0 km"), (404, "400 m"), (999, "1 km"), (3449, "3.4 km"), (1_240_000, "1,240 km")]
)
def test_a_distance_is_rounded_and_an_unknown_one_is_never_zero(metres: float | None, text: str) -> None:
    assert words.km(metres) == text.replace(" ", NB)


@pytest.mark.parametrize(("grams", "text"), [(None, "? kg"), (350, "350 g"), (1200, "1.2 kg"), (18000, "18 kg")])
def test_a_weight_is_rounded_and_an_unknown_one_is_never_zero(grams: float | None, text: str) -> None:
    assert words.kg(grams) == text.replace(" ", NB)


def test_a_difference_carries_its_sign() -> None:
    assert [words.signed(6), words.signed(-3), words.signed(0)] == ["+6", "−3", "0"]


def test_french_writes_numbers_its_own_way() -> None:
    with translation.override("fr"):
        assert words.kg(1200) == f"1,2{NB}kg"


@pytest.mark.parametrize(
    ("typed", "set_text"),
    [
        ("Livré !", "Livré~!"),
        ("Livré!", "Livré~!"),
        ("« Bonjour »", "«~Bonjour~»"),
        ("«Bonjour», dit-elle : oui", "«~Bonjour~», dit-elle~: oui"),
        ("à 10:42, http://exemple.fr?a=b", "à 10:42, http://exemple.fr?a=b"),
        ("Dupont &amp; fils ; 20 %", "Dupont &amp; fils~; 20~%"),
        ("Vraiment ?!", "Vraiment~?!"),
    ],
)
def test_french_spaces_do_not_break(typed: str, set_text: str) -> None:
    with translation.override("fr"):
        assert words.french_spaces(typed) == set_text.replace("~", NB)
    assert words.french_spaces(typed) == typed


@pytest.mark.parametrize(("language", "written"), [("en", "Wed 25 Nov, 3 Aug"), ("fr", "mer. 25 nov., 3 août")])
def test_french_shortens_months_and_weekdays_as_french_does(language: str, written: str) -> None:
    with translation.override(language):
        assert f"{words.dated(date(2026, 11, 25), 'D j M')}, {words.dated(date(2026, 8, 3), 'j M')}" == written


def test_what_the_program_kept_is_said_in_the_readers_language() -> None:
    with translation.override("fr"):
        assert [words.said("nobody there"), words.said("le chien dort"), words.said("")] == ["absence", "le chien dort", ""]
