"""An offer to another co-op, and the words of a refusal."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectives.models import Collective
from federation.forms.dues import amount_field, money_of
from federation.handover.offering import co_ops_to_ask, points_of
from orders.models import Delivery

LONGEST = 300
ANSWER_WITHIN = timedelta(hours=1)


class OfferForm(forms.Form):
    """Nothing is preselected among the co-ops: they stand by name, and a person chooses."""

    to = forms.ChoiceField(label=gettext_lazy("Which co-op?"))
    point = forms.ChoiceField(label=gettext_lazy("Where does it take over?"), widget=forms.RadioSelect)
    price = amount_field(gettext_lazy("Price you pay it, with VAT"), min_value=Decimal("0.01"))
    answer_by = forms.DateTimeField(
        label=gettext_lazy("Answer until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("After that the delivery is yours again by itself."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=LONGEST,
        required=False,
        help_text=gettext_lazy("It is read before the answer: write no name, no telephone and no door."),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, data: Mapping[str, Any] | None = None, *, delivery: Delivery) -> None:
        super().__init__(data)
        self.delivery = delivery
        co_ops = [(str(row.ref), f"{row.name}, {row.city}") for row in co_ops_to_ask(delivery.collective)]
        self._choices("to", [("", _("Choose a co-op")), *co_ops])
        self._choices("point", [(point.value, point.label) for point in points_of(delivery)])
        self.fields["price"].label = f"{self.fields['price'].label} ({delivery.order.currency})"
        self.fields["answer_by"].initial = _in_good_time(delivery)

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = choices

    def facts(self) -> dict[str, Any]:
        """As `offer` takes them."""
        told = self.cleaned_data
        key: UUID = told["key"]
        return {
            "to": Collective.objects.get(ref=told["to"]),
            "point": told["point"],
            "price": money_of(told["price"], self.delivery.order.currency),
            "answer_by": told["answer_by"],
            "note": told["note"],
            "key": key,
        }


class ReasonForm(forms.Form):
    """Why not, in a few words that the other co-op reads."""

    reason = forms.CharField(label=gettext_lazy("Why not? The other co-op reads it."), max_length=LONGEST)


def _in_good_time(delivery: Delivery) -> datetime:
    """In an hour, or half way to the end of the first hours that are still to come when that is sooner."""
    now = timezone.now()
    ends = [stop.window_end for stop in delivery.stops.all() if stop.window_end > now]
    half = now + (min(ends) - now) / 2 if ends else now
    return timezone.localtime(min(now + ANSWER_WITHIN, half)).replace(second=0, microsecond=0)
