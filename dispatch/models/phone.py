"""Phones that several couriers share, and the PIN by which each comes back to their own day on it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned


class PoolPhone(Owned):
    """One browser that holds `secret` in a cookie; only its hash is kept here."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=60)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class PhonePin(Owned):
    """A person on a shared phone. Too many wrong PINs lock it for a while, then remove it: the way in is the password again."""

    phone = models.ForeignKey(PoolPhone, on_delete=models.CASCADE, related_name="pins")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    pin_hash = models.CharField(max_length=128)
    tries = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["phone", "person"], name="phone_pin_once")]
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.phone_id}"
