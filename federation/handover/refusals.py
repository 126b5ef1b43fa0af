"""What hand-overs refuse, each with its sentence and the form field it is about."""

from django.utils.translation import gettext_lazy as _

from collectives.refusals import Refusal


class NotTakingOrders(Refusal):
    field = "to"
    sentence = _("%(co_op)s takes no new orders: its licence is not in force today. Choose another co-op.")


class OwnCoop(Refusal):
    field = "to"
    sentence = _("This is your own co-op. Choose another one.")


class OtherCurrency(Refusal):
    field = "to"
    sentence = _("%(co_op)s keeps its books in %(theirs)s and yours are in %(ours)s: choose a co-op with the same currency.")


class BadPrice(Refusal):
    field = "price"
    sentence = _("Write a price between %(least)s and %(most)s, with VAT.")


class BadDeadline(Refusal):
    field = "answer_by"
    sentence = _("Ask for the answer after now and before the first of its hours is over: %(latest)s.")


class BadPoint(Refusal):
    field = "point"
    sentence = _("Choose where the other co-op takes over.")


class NothingToHandOver(Refusal):
    sentence = _("Nothing of this delivery is still to do, so nothing can be handed over.")


class Fetched(Refusal):
    field = "point"
    sentence = _("It was fetched already, or goes through a hub: choose a hub where the other co-op takes over.")


class NotAtHub(Refusal):
    field = "point"
    sentence = _("Not every drop of this delivery goes on from the hub. Send all of them through it, or none.")


class CannotHandOver(Refusal):
    """What the plan says against it, in its own words."""

    sentence = "%(why)s"


class CashToCollect(Refusal):
    sentence = _("The recipient pays in cash here, and another co-op's till is not yours: this delivery cannot be handed over.")


class AlreadyOffered(Refusal):
    sentence = _("This delivery is offered or handed over already. Look at its hand-over.")


class KeyUsed(Refusal):
    sentence = _("This form was sent before, with other answers. Open it again.")


class Answered(Refusal):
    sentence = _("Too late: this hand-over is %(state)s by now.")


class TooLateToAnswer(Refusal):
    sentence = _("Too late: an answer was asked for before %(by)s.")


class NotLicensed(Refusal):
    sentence = _("Your co-op takes no new orders: its licence is not in force today.")


class NoPriceList(Refusal):
    sentence = _("Your co-op has no price list yet, and so no rate of VAT for this: write one first.")


class NoReason(Refusal):
    field = "reason"
    sentence = _("Say why in a few words: the other co-op reads it.")


class CannotTake(Refusal):
    """Why the receiver's own rules do not let it order this, in their own words."""

    sentence = _("Your co-op cannot take it as it is promised. %(why)s")


class InCustody(Refusal):
    sentence = _("The parcels are with you already: deliver them, or report what happened at the stop.")
