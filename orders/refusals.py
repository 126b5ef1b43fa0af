"""Why an order is not taken. Each says which field and what to do about it, in a sentence for the person who asked."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coopdelivery.kit import words
from coopdelivery.kit.windows import Window

if TYPE_CHECKING:
    from orders.models import Quote

Words = str | Promise


class Refused(Exception):
    """`field` is a dotted path into the request, such as `dropoffs.0.phone`; empty when the whole request is meant.

    `offers` are the next free windows, when it is the window that cannot be had: nothing is ever moved there by itself.
    """

    code: ClassVar[str] = "refused"
    sentence: ClassVar[Words] = _("This cannot be done.")

    def __init__(self, field: str = "", sentence: Words = "", **values: object) -> None:
        super().__init__(field)
        self.field = field
        self._sentence = sentence or type(self).sentence
        self.values: Mapping[str, object] = values
        self.offers: Sequence[Window] = ()
        self.zone: tzinfo | None = None

    def __str__(self) -> str:
        """In the language active when it is read."""
        sentence = str(self._sentence) % self.values if self.values else str(self._sentence)
        return f"{sentence} {self._offered()}" if self.offers else sentence

    def _offered(self) -> str:
        with timezone.override(self.zone):
            windows = [f"{words.day(each.start)} {words.promise(each.start, each.end)}" for each in self.offers]
        return _("Free next: %(windows)s.") % {"windows": "; ".join(windows)}


class NotTrading(Refused):
    code = "not_trading"
    sentence = _("This co-op takes no new orders at present. Deliveries already placed go on.")


class PartnerClosed(Refused):
    code = "partner_closed"
    sentence = _("This partner no longer orders here. Ask the co-op to open the account again.")


class NoPrice(Refused):
    code = "no_price"
    sentence = _("There is no price for this: the price list “%(name)s” has no rules yet. Ask the co-op to complete it.")


class OverLimit(Refused):
    """The price list says up to where; its own sentence is shown when it has one."""

    code = "over_limit"
    sentence = _("“%(rule)s”: this is more than the co-op takes. Split it, or call the co-op.")


class BadStops(Refused):
    code = "bad_stops"
    sentence = _("A delivery has between 1 and %(most)s drops.")


class TooManyPickups(Refused):
    code = "too_many_pickups"
    sentence = _("A delivery is fetched at %(most)s places at most. Order another one for the rest.")


class BadAddress(Refused):
    code = "bad_address"
    sentence = _("Write where to go: a street, a number and a town.")


class OutOfArea(Refused):
    code = "out_of_area"
    sentence = _("%(address)s is outside the area where this co-op rides. Choose another address, or call the co-op.")


class BadWindow(Refused):
    code = "bad_window"
    sentence = _("The window ends before it begins. Choose a later end.")


class TooLate(Refused):
    code = "too_late"
    sentence = _("This window has begun already. Choose a later one.")


class CutOff(TooLate):
    code = "cut_off"
    sentence = _("Orders for this window were taken until %(moment)s. Choose a later one.")


class SlotFull(Refused):
    code = "slot_full"
    sentence = _("There is no room left in this window. Choose another one.")


class TooEarly(Refused):
    code = "too_early"
    sentence = _("Orders are taken up to %(days)s days ahead. Choose an earlier day.")


class ClosedThen(Refused):
    code = "closed_then"
    sentence = _("The co-op is closed then. Open that day: %(hours)s.")


class BadPhone(Refused):
    code = "bad_phone"
    sentence = _("“%(phone)s” is not a telephone number. Write it with its area code, or leave it empty.")


class BadEmail(Refused):
    code = "bad_email"
    sentence = _("“%(email)s” is not an e-mail address. Correct it, or leave it empty.")


class BadParcel(Refused):
    code = "bad_parcel"
    sentence = _("Say how many parcels, from 1 to %(most)s.")


class TooLong(Refused):
    code = "too_long"
    sentence = _("This is longer than %(most)s characters. Shorten it.")


class BadVehicle(Refused):
    code = "bad_vehicle"
    sentence = _("The co-op has no such bike. Choose one from the list.")


class BadCash(Refused):
    code = "bad_cash"
    sentence = _("Write an amount of cash between 0 and 50,000, or leave it empty.")


class KeyReused(Refused):
    code = "key_reused"
    sentence = _("This order was already sent with other contents. Open the list to see it, or start a new delivery.")


class PriceChanged(Refused):
    """The price shown no longer holds; `quote` is the new one, to be shown and accepted."""

    code = "price_changed"
    sentence = _("The price has changed since it was shown. Look at the new one, then order again.")

    def __init__(self, quote: "Quote") -> None:
        super().__init__()
        self.quote = quote


class NotCancellable(Refused):
    code = "not_cancellable"
    sentence = _("This delivery is already on its way or finished. Call the co-op: it can still stop the courier.")


class OnlyDrop(NotCancellable):
    code = "only_drop"
    sentence = _("This is the only drop that is left: cancel the whole delivery.")


class NotRestorable(Refused):
    code = "not_restorable"
    sentence = _("%(number)s is not cancelled any more.")
    unpaid = _("The payment of %(number)s was given back or called off: order it again.")
    booked = _("%(number)s is in the accounts as cancelled: order it again.")
    gone_on = _("%(number)s went on without this drop: order it again.")


class CancelCosts(Refused):
    code = "cancel_costs"
    sentence = _("Cancelling costs %(cost)s now. Look at it again, then decide.")


class QuoteTaken(Refused):
    """Another order has used this price in the meantime."""

    code = "quote_taken"
    sentence = _("This price was used for another order already. Look at the new one, then order again.")


class NotOpen(Refused):
    code = "not_open"
    sentence = _("This stop is finished already, or was cancelled.")


class AlreadySettled(Refused):
    code = "already_settled"
    sentence = _("This delivery is already in the accounts, so the stop cannot be opened again. Write a credit instead.")


class NameTaken(Refused):
    code = "name_taken"
    sentence = _("There is already one called “%(name)s”. Choose another name.")


class FrontDoorTaken(Refused):
    code = "front_door_taken"
    sentence = _("People without an account order in the name of %(name)s already. Take it away there first.")


class AlreadySeated(Refused):
    code = "already_seated"
    sentence = _("%(name)s works for %(partner)s already. Change what they may do instead.")


class LastOwner(Refused):
    code = "last_owner"
    sentence = _("%(name)s is the only owner here. Make somebody else an owner first.")


class EntryTaken(Refused):
    code = "entry_taken"
    sentence = _("%(name)s is in this address book at this address already. Change that entry instead.")


class StaleList(Refused):
    code = "stale_list"
    sentence = _("Somebody else changed this price list in the meantime. Look at it again before you change it.")


class FollowsItself(Refused):
    code = "follows_itself"
    sentence = _("A list that takes the place of another has none after it. Choose the first of them.")


class BadChoice(Refused):
    code = "bad_choice"
    sentence = _("Choose one of the answers in the list.")
