"""What dues refuse, each with its sentence and the form field it is about."""

from django.utils.translation import gettext_lazy as _

from collectives.refusals import Refusal


class NoTerms(Refusal):
    sentence = _("The assembly has not decided what co-ops of this standing contribute in %(currency)s. Put it to the vote first.")


class AccountsConfirmed(Refusal):
    field = "year"
    sentence = _("The accounts of %(year)s are confirmed and stay as they are.")


class YearNotOver(Refusal):
    field = "year"
    sentence = _("The year %(year)s is not over yet.")


class NotFiled(Refusal):
    sentence = _("These accounts are not waiting any more. Look at the page again.")


class OwnAccounts(Refusal):
    sentence = _("You filed these figures, or they are those of your own co-op. Somebody from another co-op confirms them.")


class PaidTooEarly(Refusal):
    field = "on"
    sentence = _("A payment is noted on the day it arrived, or later.")


class NothingOpen(Refusal):
    field = "amount"
    sentence = _("%(open)s is open: no more than that can be let off, or spread over months.")


class OverWaiver(Refusal):
    field = "amount"
    sentence = _("The assembly lets this co-op off %(most)s at most. Spread it over months, or propose another rule.")
