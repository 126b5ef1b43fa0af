"""Numbers without gaps: given in the transaction that uses them."""

from django.db import transaction
from django.db.models import F

from collectives.models import Collective
from orders.models import NumberSeries


def next_number(*, collective: Collective, series: str, year: int) -> str:
    """`S-2026-0007`: the next of the series of this year. Concurrent callers wait for each other; a rollback gives the number back.

    Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a number is given in the transaction that uses it")
    row, _created = NumberSeries.objects.get_or_create(collective=collective, series=series, year=year)
    NumberSeries.objects.filter(pk=row.pk).update(last=F("last") + 1)
    row.refresh_from_db(fields=["last"])
    return f"{series}-{year}-{row.last:04d}"
