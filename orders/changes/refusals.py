"""Why a delivery is not changed."""

from django.utils.translation import gettext_lazy as _

from orders.refusals import Refused


class NotChangeable(Refused):
    code = "not_changeable"
    sentence = _("This delivery cannot be changed any more. Call the co-op: it can still reach the courier.")


class NothingChanged(Refused):
    code = "nothing_changed"
    sentence = _("Nothing is different yet. Change something first, then look at the price.")


class ChangeCosts(Refused):
    code = "change_costs"
    sentence = _("This costs %(cost)s now, with VAT. Look at it again, then decide.")


class StillInARound(Refused):
    code = "still_in_a_round"
    sentence = _("It would be on another day, and it still lies in a round. Take it out of the round first, then accept.")


class PaidByCard(Refused):
    code = "paid_by_card"
    sentence = _("This delivery is paid by card, and the change costs %(cost)s. Cancel it, which gives the money back, and order it anew.")


class AlreadyAsked(Refused):
    code = "already_asked"
    sentence = _("Something is already asked for this delivery and waits for an answer. Take it back first.")


class AlreadyAnswered(Refused):
    code = "already_answered"
    sentence = _("This was answered or taken back in the meantime.")


class SayWhy(Refused):
    code = "say_why"
    sentence = _("Say why, in a sentence: the other side reads it.")
