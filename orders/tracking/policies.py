"""What the members decided that recipients see."""

from collectives.policies import policy_value


def shows_stops_before() -> bool:
    return bool(policy_value("recipient_sees_stops_before"))
