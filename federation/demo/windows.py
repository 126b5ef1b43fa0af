"""What two shops of the demo sell to everybody."""

from datetime import time

from federation.demo.home import Home
from orders.models import Partner
from orders.window.keeping import save_product, save_window

HOURS = [(weekday, time(9), time(19)) for weekday in range(7)]
# shop → what it says, minutes to prepare, and its shelf: name, words, price in cents, VAT, stock, allergens
SHELVES: dict[str, tuple[str, int, list[tuple[str, str, int, int, int, list[str]]]]] = {
    "florist": (
        "Flowers from nurseries within a day by bike.",
        30,
        [
            ("Tulips, ten", "In paper, with water for the way.", 1490, 1350, 24, []),
            ("Bouquet of the week", "What is in season; says hello by itself.", 2990, 1350, 12, []),
            ("Potted heather", "Stands outside until the snow.", 890, 2550, 30, []),
            ("Wreath of rye", "Dried, keeps for years.", 2450, 2550, 3, ["gluten"]),
        ],
    ),
    "restaurant": (
        "Lunch boxes from the day's pot.",
        45,
        [
            ("Salmon soup", "With rye bread and butter.", 1250, 1350, 20, ["fish", "milk", "gluten"]),
            ("Pea soup", "With mustard beside it.", 990, 1350, 20, ["mustard"]),
        ],
    ),
}


def open_windows(home: Home) -> None:
    """Only in the first town; only for shops with a monthly statement."""
    for key, (about, prepares, shelf) in SHELVES.items():
        partner = home.partners.get(key)
        if home.coop.town != "helsinki" or partner is None or partner.terms != Partner.Terms.STATEMENT:
            continue
        by = home.orders_for(key)
        shop = save_window(
            partner=partner, ranges=HOURS, by=by, is_open=True, about=about, prepares_minutes=prepares, collects=True, delivers=True
        )
        for name, words, cents, vat, stock, allergens in shelf:
            save_product(shop=shop, by=by, name=name, about=words, price_cents=cents, vat_rate=vat, stock=stock, allergens=allergens)
