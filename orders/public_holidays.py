"""Public holidays by country, from the `holidays` package; a country it does not know has none."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=256)
def _names(country: str, year: int) -> dict[date, str]:
    try:
        return dict(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return {}


def holiday_name(day: date, country: str) -> str:
    """As the package calls it; empty on any other day."""
    return _names(country.upper(), day.year).get(day, "") if country else ""


def holidays_of(country: str, years: Iterable[int]) -> frozenset[date]:
    return frozenset(day for year in years for day in _names(country.upper(), year)) if country else frozenset()


def is_public_holiday(day: date, country: str) -> bool:
    return bool(holiday_name(day, country))
