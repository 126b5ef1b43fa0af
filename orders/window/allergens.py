"""The fourteen allergens that must be told (Regulation (EU) No 1169/2011, Annex II)."""

from django.utils.translation import gettext_lazy as _

ALLERGENS = {
    "gluten": _("cereals with gluten"),
    "crustaceans": _("crustaceans"),
    "eggs": _("eggs"),
    "fish": _("fish"),
    "peanuts": _("peanuts"),
    "soya": _("soya"),
    "milk": _("milk"),
    "nuts": _("nuts"),
    "celery": _("celery"),
    "mustard": _("mustard"),
    "sesame": _("sesame"),
    "sulphites": _("sulphites"),
    "lupin": _("lupin"),
    "molluscs": _("molluscs"),
}


def named(keys: list[str]) -> list[str]:
    return [str(ALLERGENS[key]) for key in keys if key in ALLERGENS]
