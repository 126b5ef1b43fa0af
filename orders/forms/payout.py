"""That a shop was paid what it is owed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.window.payouts import LONGEST_REFERENCE


class PayoutForm(forms.Form):
    """`owed` is the amount the person saw, in minor units; `key` makes a second press harmless."""

    on = forms.DateField(label=_("Paid on"), localize=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reference = forms.CharField(label=_("Reference of the transfer"), max_length=LONGEST_REFERENCE)
    owed = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
