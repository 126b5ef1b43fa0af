"""What cannot be done with a proposal, each with its sentence and the form field it is about."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """`field` names the answer that must change ("" for the whole form); `str()` is the sentence, in the active language."""

    field = ""
    sentence: str | Promise = ""

    def __init__(self, **facts: object) -> None:
        super().__init__(facts)
        self.facts = facts

    def __str__(self) -> str:
        return str(self.sentence) % self.facts if self.facts else str(self.sentence)


class NotOnTheRoll(Refusal):
    sentence = _("You are not on the list of this vote. It was fixed on the day the proposal was opened.")


class VoteClosed(Refusal):
    sentence = _("This vote is over.")


class UnknownChoice(Refusal):
    field = "choice"
    sentence = _("Choose for, against or abstention.")


class VoteStillOpen(Refusal):
    sentence = _("The vote runs on: %(missing)s voices are missing and its end has not come.")


class NotYours(Refusal):
    sentence = _("Only the person who opened a proposal withdraws it.")


class EmptyRoll(Refusal):
    sentence = _("Nobody could vote on this proposal.")


class EndsTooSoon(Refusal):
    field = "closes_at"
    sentence = _("The vote must end later than now.")


class NoticeTooShort(Refusal):
    field = "begins_at"
    sentence = _("An assembly is convened %(days)s days before at least: choose %(earliest)s or later.")


class NoAgenda(Refusal):
    sentence = _("An assembly needs an agenda: add what is to be decided.")


class NotNow(Refusal):
    sentence = _("This cannot be done while the assembly is: %(state)s.")


class TooEarly(Refusal):
    sentence = _("The assembly has not begun yet.")


class NotASeat(Refusal):
    sentence = _("This voice is not on the roll of the assembly.")


class TooManyProxies(Refusal):
    field = "holder"
    sentence = _("Nobody carries more than %(most)s voices of others in an assembly of %(roll)s.")


class ProxyChain(Refusal):
    field = "holder"
    sentence = _("A voice is not passed on: who carries one gives none away, and who gave theirs away carries none.")


class ProxyGiven(Refusal):
    sentence = _("This voice was given away already. Take it back first.")


class ProxyUsed(Refusal):
    sentence = _("This voice has already been cast by the one who carries it.")


class NoProxy(Refusal):
    sentence = _("You do not carry this voice.")


class VoiceGivenAway(Refusal):
    sentence = _("This voice was given to somebody else. Take it back to vote yourself.")


class BareObjection(Refusal):
    field = "reason"
    sentence = _("An objection says which harm it would do to our common aim. A preference is not an objection: abstain instead.")


class AlreadyVoted(Refusal):
    sentence = _("This voice has voted. A secret ballot is final: nobody could find it to change it.")


class VoteIsSecret(Refusal):
    sentence = _("This vote is secret: it is cast without a name.")


class VoteIsOpenBallot(Refusal):
    sentence = _("This vote is not secret: it is cast under one's name.")


class NoNextRound(Refusal):
    sentence = _("There is no next round: the proposal has no objection, or its rounds are used up and a vote decides.")


class NoPaperConsent(Refusal):
    sentence = _("Consent is not asked on paper: an objection says its reason, and the others answer.")


class NoPapers(Refusal):
    sentence = _("Enter at least one paper, in the manner of this vote.")


class PapersDoNotAddUp(Refusal):
    field = "counts"
    sentence = _("%(papers)s papers from %(seats)s voters do not add up. Count again.")


class TooFewPapers(Refusal):
    sentence = _("Fewer than %(least)s secret papers would show who voted what. Let these people vote here by a code sent by e-mail.")


class PapersDiffer(Refusal):
    sentence = _("This is not what %(name)s read. Nothing is counted: both look at the papers again, and who was wrong enters them anew.")


class OtherMinutes(Refusal):
    field = "sha256"
    sentence = _("These are not the minutes that you read. Open the page again.")


class SignedAlready(Refusal):
    sentence = _("This signature is there already. The chair and the secretary are two people, and each signs once.")
