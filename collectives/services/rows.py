"""One way of writing a small row of a collective, new or changed."""

from typing import Any

from django.db import models

from collectives.refusals import NotActive


def write_row(row: models.Model, facts: dict[str, Any]) -> None:
    """Insert a new row with these facts, or change exactly them. Raises NotActive when the row was removed meanwhile."""
    if row.pk is not None and not type(row)._default_manager.filter(pk=row.pk).update(**facts):
        raise NotActive
    for name, value in facts.items():
        setattr(row, name, value)
    if row.pk is None:
        row.save(force_insert=True)
