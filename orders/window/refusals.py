"""Why something is not sold, or not shown."""

from django.utils.translation import gettext_lazy as _

from orders.refusals import Refused


class EmptyBasket(Refused):
    code = "empty_basket"
    sentence = _("Put something in the basket first.")


class SoldOut(Refused):
    code = "sold_out"
    sentence = _("%(name)s: only %(left)s left. Take fewer, or something else.")


class TooMany(Refused):
    code = "too_many"
    sentence = _("Take at most %(most)s of one thing; for more, call the shop.")


class NotSelling(Refused):
    code = "not_selling"
    sentence = _("This shop sells nothing here at present. Come back later, or call it.")


class SlotGone(Refused):
    code = "slot_gone"
    sentence = _("This time is no longer free. Choose another one.")


class PriceMoved(Refused):
    code = "price_moved"
    sentence = _("It costs %(cost)s now. Look at it again, then buy.")


class NotOnAccount(Refused):
    code = "not_on_account"
    sentence = _("A shop window needs a monthly statement: the rides are billed there. Ask the co-op to change how you pay.")


class BadHours(Refused):
    code = "bad_hours"
    sentence = _("Say when the shop is open before people can buy.")


class AnsweredAlready(Refused):
    code = "answered_already"
    sentence = _("This purchase was answered in the meantime.")


class SayWhy(Refused):
    code = "say_why"
    sentence = _("Say why, in a sentence: who bought it reads it.")


class ProductTaken(Refused):
    code = "product_taken"
    sentence = _("There is already a product called “%(name)s”. Choose another name.")
