"""What framework contracts refuse, each with its sentence and the form field it is about."""

from django.utils.translation import gettext_lazy as _

from collectives.refusals import Refusal


class NotOfPartnerships(Refusal):
    sentence = _("People of the working group “Partnerships” and officers prepare contracts and allot lots, nobody else.")


class ConflictOfInterest(Refusal):
    sentence = _("You work for %(name)s, which applied for this lot. Somebody else decides.")


class NotPossibleNow(Refusal):
    sentence = _("This is not waiting for that any more. Look at the page again.")


class CallTooShort(Refusal):
    field = "closes_on"
    sentence = _("Choose a day after today, so that every co-op can answer.")


class NoLots(Refusal):
    sentence = _("There is no lot yet. Add one at least, then ask the co-ops.")


class LotNamed(Refusal):
    field = "name"
    sentence = _("This contract has a lot called “%(name)s” already.")


class CallOver(Refusal):
    sentence = _("The last day to apply was %(day)s.")


class CallRuns(Refusal):
    sentence = _("Co-ops may still apply until %(day)s. Lots are allotted after that day.")


class NotApplying(Refusal):
    sentence = _("Only co-ops on trial and members apply.")


class NotACandidate(Refusal):
    field = "collective"
    sentence = _("This co-op is not among the candidates of the lot. Look at the list again.")


class NoReasons(Refusal):
    field = "reasons"
    sentence = _("Write the reasons: every co-op reads them.")


class AllottedAlready(Refusal):
    sentence = _("This lot is allotted already.")


class StandstillOver(Refusal):
    sentence = _("The standstill ended on %(day)s.")


class StandstillRuns(Refusal):
    sentence = _("Candidates may appeal until %(day)s. It is in force after that day.")


class AppealOpen(Refusal):
    sentence = _("An appeal is not decided yet.")


class AppealedAlready(Refusal):
    field = "text"
    sentence = _("Your co-op has appealed against this allotment already.")


class OwnDecision(Refusal):
    sentence = _("You allotted this lot yourself. Somebody else decides about the appeal.")


class NotYours(Refusal):
    sentence = _("This lot is not allotted to your co-op.")


class ClientNamed(Refusal):
    field = "price_list"
    sentence = _("Your co-op has a partner called “%(name)s” already. Give that one another name, then take the client in.")


class AddressUnknown(Refusal):
    field = "address"
    sentence = _("This address is not found. Write street, number and town.")


class OutsideTerm(Refusal):
    field = "day"
    sentence = _("The contract runs from %(first)s to %(last)s.")


class OutsideLots(Refusal):
    field = "address"
    sentence = _("This address lies in no lot that is in force: no co-op rides there for this client.")


class TwoLots(Refusal):
    field = "address"
    sentence = _("This address lies in two lots, %(first)s and %(second)s. Their outlines overlap there.")


class NotTakenOn(Refusal):
    sentence = _("%(name)s has not taken the client in as a partner yet.")


class NotOrdered(Refusal):
    """What the co-op's own rules for orders refuse, in their words."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__()
        self.field, self.sentence = field, sentence
