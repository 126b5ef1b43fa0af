"""`2026-10` in addresses, and the months before and after."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

MONTH = re.compile(r"^(20\d\d)-(0[1-9]|1[0-2])$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month; `first` and `last` are its days, both included."""

    first: date

    @classmethod
    def read(cls, text: str, *, today: date) -> "Month":
        """What the address asks for, else this month. Raises ValueError for what is no month."""
        if not text:
            return cls(today.replace(day=1))
        found = MONTH.match(text)
        if found is None:
            raise ValueError(text)
        return cls(date(int(found[1]), int(found[2]), 1))

    @property
    def last(self) -> date:
        return self.first + relativedelta(months=1) - timedelta(days=1)

    @property
    def before(self) -> "Month":
        return Month(self.first - relativedelta(months=1))

    @property
    def after(self) -> "Month":
        return Month(self.first + relativedelta(months=1))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"
