"""What goes with a delivery besides its stops: a name to order it again by, papers, and the telephone call it came from."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned
from orders.models.delivery import Delivery
from orders.models.order import Order
from orders.models.partner import Partner


class Favourite(Owned):
    """A delivery a partner orders often, under a name of its own. It opens the form filled like that delivery."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="favourites")
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="favourites")
    name = models.CharField(_("name"), max_length=60)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["partner", "name"], name="favourite_name_once")]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


def document_path(document: "Document", filename: str) -> str:
    """No name given by a browser ever reaches the disk."""
    return f"documents/{document.collective_id}/{uuid.uuid4().hex}.{document.kind}"


class Document(Owned):
    """A paper or a photo for the people who carry the delivery. Purged with its recipients."""

    class Kind(models.TextChoices):
        PDF = "pdf", _("document")
        JPG = "jpg", _("photo")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="documents")
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(max_length=3, choices=Kind)
    size = models.PositiveIntegerField()
    file = models.FileField(upload_to=document_path)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["added_at", "pk"]

    def __str__(self) -> str:
        return self.name


class PhoneCall(Owned):
    """An order somebody gave by telephone: who called, in whose name, and that it was read back to them."""

    class Mandate(models.TextChoices):
        OWN = "own", _("for themselves")
        PARTNER = "partner", _("for the partner, whose people they are")
        RELATIVE = "relative", _("for a relative or neighbour, who asked them to")
        CARER = "carer", _("for somebody they care for, with a mandate")

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="call")
    caller = models.CharField(_("who called"), max_length=120)
    phone = models.CharField(_("their telephone"), max_length=20, blank=True)
    mandate = models.CharField(max_length=8, choices=Mandate)
    read_back = models.TextField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"call for {self.order_id}"
