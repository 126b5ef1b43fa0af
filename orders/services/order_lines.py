"""The lines of a price, as an order keeps them."""

from collections.abc import Iterable, Mapping
from typing import Any

from coopdelivery.kit.writing import write_rows
from orders.models import Order, OrderLine

Lines = Iterable[Mapping[str, Any]]


def write_lines(order: Order, lines: Lines) -> None:
    """Copies of what a quote holds: later rule changes never touch them."""
    write_rows(lines_of(order, lines))


def lines_of(order: Order, lines: Lines) -> list[OrderLine]:
    """The same, not written yet."""
    return [
        OrderLine(
            collective_id=order.collective_id,
            order=order,
            position=position,
            label=line["label"][:80],
            code=line["code"],
            facts=dict(line["args"]),
            amount_cents=line["amount_cents"],
        )
        for position, line in enumerate(lines, start=1)
    ]
