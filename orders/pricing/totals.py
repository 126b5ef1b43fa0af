"""What the lines of a price come to. In a list whose amounts include VAT every line keeps both: what was said, and what is left of it.

Rounding: VAT is worked out once for the whole price, half a minor unit and more counts as a whole one, away from zero; the lines
without VAT are rounded so that they add up to the price without VAT, to the cent. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from orders.pricing.facts import Line

WHOLE = 10_000
SAID = "with_vat_cents"


def without_vat(lines: Sequence[Line], rate: int) -> list[Line]:
    """Lines whose amounts include VAT (`rate` in ten-thousandths) → the same before VAT; `with_vat_cents` keeps what was said."""
    told: list[Line] = []
    gross = net = 0
    for line in lines:
        gross += line.amount_cents
        upto = _rounded(Fraction(gross * WHOLE, WHOLE + rate))
        told.append(replace(line, args={**line.args, SAID: line.amount_cents}, amount_cents=upto - net))
        net = upto
    return told


def totals(lines: Sequence[tuple[int, Mapping[str, Any]]], rate: int) -> tuple[int, int]:
    """Net and VAT of lines (amount before VAT, facts). Where a line says its amount with VAT, that is what has to be paid."""
    net = sum(cents for cents, _facts in lines)
    if not any(SAID in facts for _cents, facts in lines):
        return net, _rounded(Fraction(net * rate, WHOLE))
    gross = sum(facts[SAID] if SAID in facts else cents + _rounded(Fraction(cents * rate, WHOLE)) for cents, facts in lines)
    return net, gross - net


def totals_of(lines: Sequence[Line], rate: int) -> tuple[int, int]:
    return totals([(line.amount_cents, line.args) for line in lines], rate)


def _rounded(value: Fraction) -> int:
    whole = (abs(value) + Fraction(1, 2)).__floor__()
    return whole if value >= 0 else -whole
