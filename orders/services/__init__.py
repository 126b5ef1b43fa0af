"""What can be done to orders. Verbs, keyword-only; each writes its fact and its event together."""

from orders.services.address_book import remove_entry, save_entry
from orders.services.cancel import CancelTerms, cancel_delivery, cancel_terms
from orders.services.paid import announce, confirm_paid
from orders.services.partners import add_partner, edit_partner, save_parcel_type
from orders.services.place import place_delivery
from orders.services.price_lists import RuleDraft, add_price_list, change_price_list
from orders.services.progress import mark_stop_done, mark_stop_failed, reopen_stop
from orders.services.quote import quote_delivery
from orders.services.recipient import choices_for, choose_if_absent
from orders.services.restore import cancel_drop, restore_delivery, restore_drop
from orders.services.seats import add_partner_user, change_seat, invite_to_partner, remove_partner_user
from orders.services.terms import set_order_terms

__all__ = [
    "CancelTerms",
    "RuleDraft",
    "add_partner",
    "add_partner_user",
    "add_price_list",
    "announce",
    "cancel_delivery",
    "cancel_drop",
    "cancel_terms",
    "change_price_list",
    "change_seat",
    "choices_for",
    "choose_if_absent",
    "confirm_paid",
    "edit_partner",
    "invite_to_partner",
    "mark_stop_done",
    "mark_stop_failed",
    "place_delivery",
    "quote_delivery",
    "remove_entry",
    "remove_partner_user",
    "reopen_stop",
    "restore_delivery",
    "restore_drop",
    "save_entry",
    "save_parcel_type",
    "set_order_terms",
]
