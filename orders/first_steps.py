"""What a new collective needs from this floor before its first order."""

from django.utils.translation import gettext_lazy as _

from collectives.steps import add_step
from orders.models import Partner, PriceList

add_step(
    "price_list", label=_("Price list"), url_name="orders:price_lists", permission="prices.edit", done=lambda: PriceList.objects.exists()
)
add_step("partner", label=_("Partner"), url_name="orders:partners", permission="partners.edit", done=lambda: Partner.objects.exists())
