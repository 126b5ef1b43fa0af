"""What the assembly refuses, each with its sentence and the form field it is about."""

from django.utils.translation import gettext_lazy as _

from collectives.refusals import Refusal


class NotTheDelegate(Refusal):
    sentence = _("Only the delegate of your co-op votes in the federation's assembly.")


class NoVoice(Refusal):
    sentence = _("%(name)s has no voice now: it is not a member in good standing. It may read and speak.")


class NotOnThisRoll(Refusal):
    sentence = _("%(name)s is not on the roll of this vote: it became a member after the record date.")


class NotInTheTeam(Refusal):
    field = "delegate"
    sentence = _("Choose somebody who works in the co-op.")


class NobodyVotes(Refusal):
    sentence = _("No co-op has a voice yet.")


class AlreadyConsulted(Refusal):
    sentence = _("The members were asked about this motion already.")


class ConsultationOpen(Refusal):
    sentence = _("The members are still voting on the mandate: %(number)s. Wait for their answer.")


class DivergesWithoutReason(Refusal):
    field = "reason"
    sentence = _("The members said otherwise. A delegate may differ, and then writes why: the members read it.")
