"""Local businesses and institutions that order deliveries, and their people."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.models import Membership
from collectives.tenancy import Owned
from coopdelivery.places.models import Place
from orders.models.price_list import PriceList
from orders.proof_rules import DEFAULTS, DROP, OFF, OPTIONAL


class Partner(Owned):
    """Orders deliveries and pays by monthly statement or by card.

    What is asked as proof is a table, `asks(outcome, kind)`. The photo and the name of a drop have columns of their own; `proof_rules`
    holds the other cells that somebody chose, as `{outcome: {kind: asked}}`.
    """

    class Kind(models.TextChoices):
        FLORIST = "florist", _("florist")
        NEWSPAPER = "newspaper", _("newspaper")
        RESTAURANT = "restaurant", _("restaurant")
        FURNITURE = "furniture", _("mattresses and furniture")
        FARM_SHOP = "farm_shop", _("farm shop")
        PHARMACY = "pharmacy", _("pharmacy")
        BOOKSHOP = "bookshop", _("bookshop")
        INSTITUTION = "institution", _("institution")
        COOP = "coop", _("another co-op, which tells its recipients itself")
        OTHER = "other", _("other")

    class Asked(models.TextChoices):
        OFF = "off", _("no")
        OPTIONAL = "optional", _("if useful")
        REQUIRED = "required", _("always")

    class Terms(models.TextChoices):
        STATEMENT = "statement", _("monthly statement")
        CARD = "card", _("card, for each order")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.OTHER)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    terms = models.CharField(_("pays by"), max_length=10, choices=Terms, default=Terms.STATEMENT)
    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="partners")
    proof_photo = models.CharField(
        max_length=8, choices=[("off", _("no")), ("optional", _("if useful")), ("required", _("always"))], default="optional"
    )
    proof_name = models.CharField(
        max_length=8, choices=[("off", _("no")), ("optional", _("if useful")), ("required", _("always"))], default="optional"
    )
    proof_rules = models.JSONField(default=dict, blank=True)
    pickup_note = models.CharField(_("note for every pickup"), max_length=300, blank=True)
    import_columns = models.JSONField(default=dict, blank=True)
    is_front_door = models.BooleanField(_("orders of people without an account"), default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collective", "name"], name="partner_name_once"),
            models.UniqueConstraint(fields=["collective"], condition=models.Q(is_front_door=True), name="partner_front_door_once"),
        ]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def asks(self, outcome: str, kind: str) -> str:
        """`off`, `optional` or `required`, for an outcome and a kind of proof of `orders.proof_rules`."""
        if outcome == DROP and kind in {"photo", "name"}:
            return self.proof_photo if kind == "photo" else self.proof_name
        chosen = self.proof_rules.get(outcome, {}).get(kind)
        if chosen is None and kind == "signature":  # a signature says who received it: nobody signs where no name is asked
            return OFF if self.asks(outcome, "name") == OFF else OPTIONAL
        return str(chosen or DEFAULTS.get((outcome, kind), OFF))


class SeatRole(models.TextChoices):
    """What a person is for a partner; what each may do stands in `orders.seats`."""

    OWNER = "owner", _("owner")
    ORDERS = "orders", _("orders")
    ACCOUNTS = "accounts", _("accounts")
    READER = "reader", _("reads only")


class PartnerUser(Owned):
    """A person who works for a partner; their membership holds the partner role."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="users")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="partner_seats")
    role = models.CharField(max_length=12, choices=SeatRole, default=SeatRole.ORDERS)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["partner", "membership"], name="partner_user_once")]

    def __str__(self) -> str:
        return f"{self.membership} for {self.partner}"


class AddressBookEntry(Owned):
    """A known recipient of a partner. Editing it never rewrites past deliveries: they keep their own place."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="address_book")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    contact_name = models.CharField(_("recipient"), max_length=120)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    note = models.CharField(_("lasting note"), max_length=300, blank=True)
    used_count = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["partner", "place", "contact_name"], name="address_book_once")]
        ordering: ClassVar = ["contact_name"]

    def __str__(self) -> str:
        return self.contact_name
