"""The shares in force on a day: what the members decided, else the rules' defaults."""

from datetime import date

from collectives.models import Policy
from collectives.policies import POLICIES, policies_in_force
from orders.payments.split import Rates


def rates_on(day: date) -> Rates:
    """The acting collective's rates; the latest decision whose date has come counts, one query."""
    in_force = policies_in_force(day)

    def value(key: str) -> int:
        return int(in_force[key].value if key in in_force else POLICIES[key].default)

    return Rates(
        contribution=value("contribution_rate"),
        value_added=value("value_added_share"),
        card=value("card_fee_rate"),
        card_fixed_cents=value("card_fee_fixed"),
    )


def contribution_decided_by(day: date) -> Policy | None:
    """The policy row, with its decision, behind the contribution in force; None while the default holds."""
    return policies_in_force(day).get("contribution_rate")
