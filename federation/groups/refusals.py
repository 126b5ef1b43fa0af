"""What working groups refuse, each with its sentence and the form field it is about."""

from django.utils.translation import gettext_lazy as _

from collectives.refusals import Refusal


class NotInTheGroup(Refusal):
    sentence = _("Only people who work in this group do this.")


class InTheGroup(Refusal):
    field = "email"
    sentence = _("%(name)s works in this group already.")


class NotOfACoop(Refusal):
    field = "home"
    sentence = _("%(name)s does not work in that co-op. Choose the one they come from.")


class NoMandate(Refusal):
    sentence = _("The assembly has given this group no mandate yet. Nothing can be spent.")


class MandateOver(Refusal):
    sentence = _("The mandate had to be looked at again by %(day)s. Nothing is spent until the assembly has renewed it.")


class OverBudget(Refusal):
    field = "amount"
    sentence = _("%(left)s of the budget is left. Ask the assembly for more, or spend less.")


class SpentLater(Refusal):
    field = "spent_on"
    sentence = _("An expense is written down once it is made.")


class OwnExpense(Refusal):
    sentence = _("You asked for this expense, or your own co-op is paid. Somebody else signs it.")


class NotASignatory(Refusal):
    sentence = _("People of this group and officers sign, nobody else.")


class SignedAlready(Refusal):
    sentence = _("You signed this expense already. A second person signs it too.")


class ExpenseMoved(Refusal):
    sentence = _("This expense is not waiting for that any more. Look at the page again.")


class NotYourExpense(Refusal):
    sentence = _("Only who asked for an expense withdraws it, and only before it is paid.")


class PotTooSmall(Refusal):
    sentence = _("There is only %(left)s in the pot. Contributions must arrive before they are spent.")


class DeliveredAlready(Refusal):
    sentence = _("This was delivered already.")
