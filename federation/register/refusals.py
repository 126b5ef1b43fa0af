"""What the register refuses, each with its sentence and the form field it is about."""

from django.utils.translation import gettext_lazy as _

from collectives.refusals import Refusal


class NotAnOfficer(Refusal):
    sentence = _("Only people who hold an office of the federation do this.")


class OwnCollective(Refusal):
    sentence = _("This is the dossier of your own co-op. Somebody from another co-op does this.")


class OwnEvidence(Refusal):
    sentence = _("You added this piece yourself. Somebody else reviews it.")


class NotAPeer(Refusal):
    sentence = _("Only people of other co-ops review: your office names no co-op that is in the federation.")


class AlreadySaid(Refusal):
    sentence = _("You reviewed this piece already. A second person, from another co-op, reviews it too.")


class SameHome(Refusal):
    sentence = _("Somebody of your co-op reviewed this piece already. The second review comes from another co-op.")


class UnknownKind(Refusal):
    field = "kind"
    sentence = _("This kind of piece proves another condition. Choose one of the same condition.")


class NamesPeople(Refusal):
    field = "file"
    sentence = _("The column “%(column)s” names people. Send totals only, without that column.")


class GroupTooSmall(Refusal):
    field = "file"
    sentence = _("In “%(column)s” there is a group of %(count)s, so small that everybody knows who it is. Join groups below %(least)s.")


class NotResolved(Refusal):
    sentence = _("Membership is decided by the assembly. Put the admission to the vote first, and wait until it has passed.")


class AlreadyAsked(Refusal):
    sentence = _("The assembly is voting on this admission already.")


class NotFounding(Refusal):
    sentence = _("The federation has members: they vote on this admission.")


class AlreadyReviewed(Refusal):
    sentence = _("Somebody reviewed this piece in the meantime.")


class EvidenceExpired(Refusal):
    sentence = _("This piece expired on %(day)s. Refuse it, and ask for a newer one.")


class NoComment(Refusal):
    field = "comment"
    sentence = _("Say what is missing, so that the co-op knows what to send.")


class NoReason(Refusal):
    field = "reason"
    sentence = _("Write the reason. It stays in the dossier.")


class NotAStep(Refusal):
    sentence = _("From “%(before)s” there is no step to “%(after)s”.")


class ConditionsMissing(Refusal):
    sentence = _("Not all conditions are held by a reviewed piece that is still valid. Missing: %(missing)s.")


class DossierExists(Refusal):
    field = "collective"
    sentence = _("%(name)s already has a dossier.")


class DossierClosed(Refusal):
    sentence = _("This co-op has left the federation. Open its dossier again first.")


class UnknownCondition(Refusal):
    field = "condition"
    sentence = _("Choose one of the three conditions.")


class BadFile(Refusal):
    field = "file"


class FileTooLarge(BadFile):
    sentence = _("This file is larger than 10 MB. Scan it again with fewer colours, or split it.")


class FileEmpty(BadFile):
    sentence = _("This file is empty. Choose another one.")


class FileUnknown(BadFile):
    sentence = _("This is not a PDF, JPEG, PNG, OpenDocument or Office file, whatever its name says. Save it as PDF.")


class IssuedLater(Refusal):
    field = "issued_on"
    sentence = _("A piece cannot be issued in the future.")


class ExpiresTooEarly(Refusal):
    field = "expires_on"
    sentence = _("This piece is not valid any more. Add one that is valid today.")


class ValidTooLong(Refusal):
    field = "expires_on"
    sentence = _("Five years is the most. Conditions are looked at again.")


class NoSuchPerson(Refusal):
    field = "email"
    sentence = _("Nobody with the address %(email)s has an account here. They need one first.")


class OfficesHeld(Refusal):
    sentence = _("Somebody holds an office already: they name the others, on the page of the offices.")


class HasAdmin(Refusal):
    sentence = _("%(name)s has an administration already: it invites its own people.")


class AlreadyOfficer(Refusal):
    field = "email"
    sentence = _("%(name)s already holds an office.")


class LastOfficer(Refusal):
    sentence = _("%(name)s is the last one with an office. Name somebody else first.")


class NotInOffice(Refusal):
    sentence = _("This office has already ended.")
