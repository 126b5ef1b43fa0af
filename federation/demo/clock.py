"""The clock of a story told afterwards: inside `at(...)`, this process's Django believes that it is that moment.

Services stamp what they write with `timezone.now`; so the demo's past gets its true times without a second way of writing rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Any, ClassVar

from django.utils import timezone


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class _Story(datetime, metaclass=_AnyDatetime):
    """Stands in for `datetime` in `django.utils.timezone`, the one place where Django reads the clock."""

    moment: ClassVar[datetime]

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return cls.moment.astimezone(tz)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """What happens inside happens at `moment` (aware). Blocks may be nested; afterwards the clock is the real one again."""
    names = vars(timezone)
    clock, before = names["datetime"], getattr(_Story, "moment", None)
    names["datetime"], _Story.moment = _Story, moment
    try:
        yield
    finally:
        names["datetime"] = clock
        if before is not None:
            _Story.moment = before
