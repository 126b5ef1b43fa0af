"""What a collective's services refuse, each with its sentence and the form field it is about."""

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


class SlugTaken(Refusal):
    field = "slug"
    sentence = _("Another collective already uses “%(slug)s” in its address. Choose another short name.")


class StandingMoved(Refusal):
    sentence = _("The standing was changed by someone else in the meantime. Look again before changing it.")


class CurrencyFixed(Refusal):
    field = "currency"
    sentence = _("The currency cannot change any more: orders were already placed in %(currency)s.")


class NoRoles(Refusal):
    field = "roles"
    sentence = _("Choose at least one role. To let somebody go, use “Deactivate”.")


class UnknownRole(Refusal):
    field = "roles"
    sentence = _("There is no role “%(role)s”.")


class LastAdmin(Refusal):
    field = "roles"
    sentence = _("%(name)s is the last one with the administration role. Give it to somebody else first.")


class AlreadyMember(Refusal):
    field = "email"
    sentence = _("%(name)s is already in this team. Change the roles there instead.")


class AlreadyInvited(Refusal):
    field = "email"
    sentence = _("%(email)s already has an open invitation. Send that one again, or withdraw it.")


class NotActive(Refusal):
    sentence = _("This was already done by someone else.")


class InvitationUsed(Refusal):
    sentence = _("This invitation was already used. Sign in instead.")


class InvitationWithdrawn(Refusal):
    sentence = _("This invitation was withdrawn. Ask the person who invited you.")


class InvitationExpired(Refusal):
    sentence = _("This invitation has expired. Ask the person who invited you to send it again.")


class BadHours(Refusal):
    sentence = _("These hours do not make sense.")


class HoursOverlap(BadHours):
    sentence = _("Two of these ranges overlap: %(first)s and %(second)s. Join them into one.")


class AlreadyClosed(Refusal):
    field = "day"
    sentence = _("That day is already closed.")


class NameTaken(Refusal):
    field = "name"
    sentence = _("There is already one called “%(name)s”. Choose another name.")


class VehicleInUse(Refusal):
    sentence = _("%(name)s is named in rounds and stays in the history. Take it out of service instead.")


class HubInUse(Refusal):
    sentence = _("%(name)s is named in deliveries or rounds and stays in the history.")


class ShiftTooShort(Refusal):
    field = "ends"
    sentence = _("A shift ends after it starts.")


class ShiftTooLong(Refusal):
    field = "ends"
    sentence = _("A shift lasts 16 hours at most.")


class ShiftOverlaps(Refusal):
    field = "starts"
    sentence = _("%(name)s already has a shift from %(starts)s to %(ends)s. Change that one, or choose other hours.")


class BreakOutside(Refusal):
    field = "break_at"
    sentence = _("The break lies outside the shift, from %(starts)s to %(ends)s.")


class NotYours(Refusal):
    sentence = _("Only the person themselves says when they worked.")


class NoReason(Refusal):
    field = "reason"
    sentence = _("Write why: both times stay in your record.")


class AlreadyAsked(Refusal):
    field = "replaces"
    sentence = _("A correction of this moment is asked for already. It must be answered first.")


class NotTheOtherSide(Refusal):
    sentence = _("The other side confirms a correction: the office what the courier asked for, the courier what the office asked for.")


class NotWhileWorking(Refusal):
    field = "at"
    sentence = _("Choose a moment of the last 14 days that has passed.")


class NotInTeam(Refusal):
    field = "membership"
    sentence = _("%(name)s does not work in this collective any more.")


class BadArea(Refusal):
    """Not an area that can be kept; `sentence` says what is wrong with it."""

    field = "area"

    def __init__(self, sentence: str | Promise, **facts: object) -> None:
        super().__init__(**facts)
        self.sentence = sentence


class NoStreet(Refusal):
    field = "street_address"
    sentence = _("Write a street with its number.")


class EmptyCollege(Refusal):
    field = "manner"
    sentence = _("Two colleges need couriers and others on the list of who may vote.")
