"""The co-op's own words for kinds of work (“cold”, “two people”), and the deliveries that carry them."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collectives.tenancy import Owned
from orders.models import Delivery

THREADS = 9


class Tag(Owned):
    """`slug` stays when the name changes: filters and clients know a tag by it. `colour` is one of the nine threads."""

    slug = models.SlugField(max_length=40)
    name = models.CharField(_("name"), max_length=20)
    colour = models.PositiveSmallIntegerField(_("colour"), default=1, validators=[MinValueValidator(1), MaxValueValidator(THREADS)])
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collective", "slug"], name="tag_slug_once"),
            models.UniqueConstraint(fields=["collective", "name"], name="tag_name_once"),
        ]
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Tagged(Owned):
    """A delivery carries a tag, and with it all of its work: later attempts and the way through a hub have it without a copy."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="uses")
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["delivery", "tag"], name="tagged_once")]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.tag_id}"
