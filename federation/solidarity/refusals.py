"""What the solidarity fund refuses, each with its sentence and the form field it is about."""

from django.utils.translation import gettext_lazy as _

from collectives.refusals import Refusal


class NoFund(Refusal):
    sentence = _("The assembly has put nothing in the solidarity fund yet.")


class OverCap(Refusal):
    field = "amount"
    sentence = _("One request gets %(cap)s at most, as the assembly decided.")


class OverFund(Refusal):
    field = "amount"
    sentence = _("There is %(left)s in the fund: no more can be given.")


class NotAMember(Refusal):
    sentence = _("The fund helps co-ops on trial and members.")


class NobodyElse(Refusal):
    sentence = _("No other member co-op is there to deliberate on this request.")


class NotAgreed(Refusal):
    sentence = _("The other co-ops have not agreed to this request.")


class PaidAlready(Refusal):
    sentence = _("This was paid already.")


class OwnRequest(Refusal):
    sentence = _("This is a request of your own co-op. Somebody from another co-op pays it out.")


class NothingLent(Refusal):
    field = "amount"
    sentence = _("%(open)s of this loan is still out: no more than that comes back.")
