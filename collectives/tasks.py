"""Celery tasks of a collective open its scope from their first argument."""

from typing import Any

from celery import Task

from collectives.tenancy import acting_for


class OwnedTask(Task):  # type: ignore[type-arg]  # Celery has no generic Task at run time
    """`@shared_task(base=OwnedTask)`: the first positional argument is the collective's id."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not args or not isinstance(args[0], int):
            raise TypeError(f"{self.name}: the first argument must be the collective's id")
        with acting_for(args[0]):
            return super().__call__(*args, **kwargs)
