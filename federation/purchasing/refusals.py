"""What group purchases refuse, each with its sentence and the form field it is about."""

from django.utils.translation import gettext_lazy as _

from collectives.refusals import Refusal


class NotABuyer(Refusal):
    sentence = _("People of the working group “Group purchasing” and officers run purchases, nobody else.")


class ClosesTooSoon(Refusal):
    field = "closes_on"
    sentence = _("Choose a day after today, so that every co-op can say what it wants.")


class NotPossibleNow(Refusal):
    sentence = _("This purchase is not waiting for that any more. Look at the page again.")


class NotJoining(Refusal):
    sentence = _("Only co-ops on trial and members buy together.")


class OtherCurrency(Refusal):
    field = "units"
    sentence = _("This purchase is paid in %(theirs)s, your books are in %(ours)s. Ask the group for a purchase in your currency.")


class NotWholePacks(Refusal):
    field = "units"
    sentence = _("It comes in packs of %(step)s: choose a multiple of it.")


class ClosedAlready(Refusal):
    field = "units"
    sentence = _("The closing day was %(day)s. Since then units are only handed over from one co-op to another.")


class NothingStated(Refusal):
    field = "units"
    sentence = _("Your co-op has not said that it wants any.")


class TooManyUnits(Refusal):
    field = "units"
    sentence = _("Your co-op has %(units)s: it cannot offer more.")


class NotSoManyOffered(Refusal):
    field = "units"
    sentence = _("Other co-ops offer %(offered)s: no more can be taken over.")


class NotOverYet(Refusal):
    sentence = _("Co-ops may change their minds until %(day)s. It is counted after that day.")


class MoreThanOrdered(Refusal):
    sentence = _("%(name)s ordered %(units)s: what arrived and what is damaged cannot be more.")


class NothingCame(Refusal):
    sentence = _("Nothing arrived in good order, so nobody has anything to pay for. Call the purchase off instead.")


class NothingOnTheBill(Refusal):
    field = "discount"
    sentence = _("Nothing is left to pay on this invoice. Write what the supplier is really paid.")


class OrderedLater(Refusal):
    field = "on"
    sentence = _("Write it down on the day it happened, or later.")


class PaidByOne(Refusal):
    sentence = _("A co-op or the federation paid on this invoice already. It cannot be taken back any more.")


class SharePaid(Refusal):
    sentence = _("This was noted as paid already.")
