"""Facts about countries that libraries know: time zones, currencies, public holidays."""

import zoneinfo
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import holidays
from django.utils.translation import get_language

CURRENCIES = (
    "EUR", "CHF", "GBP", "DKK", "NOK", "SEK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN", "USD", "CAD", "MXN", "ARS", "CLP", "COP", "UYU",
    "PEN", "AUD", "NZD", "JPY", "KRW", "XAF", "XOF", "MAD", "TND",
)  # fmt: skip


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """The time zones in use in a country (ISO 3166, two letters), from the tz database; empty for an unknown one."""
    rows = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines()
    cells = (row.split("\t") for row in rows if not row.startswith("#"))
    return tuple(sorted(cell[2] for cell in cells if cell[0] == country))


@cache
def all_zones() -> tuple[str, ...]:
    """Every zone of a place, by continent and town."""
    towns = (name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return tuple(sorted(towns))


def public_holidays(country: str, first: date, *, days: int = 366) -> list[tuple[date, str]]:
    """National public holidays of a country from a day on, with their names in the active language where they are known."""
    if country not in holidays.list_supported_countries():
        return []
    years = range(first.year, (first + timedelta(days=days)).year + 1)
    known = holidays.country_holidays(country, years=years, language=_language_for(country))
    return [(day, name) for day, name in sorted(known.items()) if first <= day < first + timedelta(days=days)]


def _language_for(country: str) -> str | None:
    """The active language when the library has this country in it, else the country's own."""
    active = (get_language() or "").split("-")[0]
    known = holidays.list_localized_countries().get(country, [])
    return next(_wishes(active, known), None)


def _wishes(active: str, known: list[str]) -> Iterator[str]:
    return (language for language in known if active and language.split("_")[0] == active)
