"""The price of a delivery as pages and programs ask for it, beside the bare pricing engine fed from rows and the same route."""

import sys
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._common import begin, interleaved, options, report

wanted = options("Price a delivery: the whole service against the bare engine.", repeat=100)
begin()

from bench._world import World  # noqa: E402  everything below reads the settings that begin() made
from collectives.tenancy import acting_for  # noqa: E402
from coopdelivery.places import routing  # noqa: E402
from orders.models import PriceRule, Quote  # noqa: E402
from orders.pricing.engine import price  # noqa: E402
from orders.pricing.lists import rules_of  # noqa: E402
from orders.services import quote_delivery  # noqa: E402
from orders.services.desk import Desk  # noqa: E402
from orders.services.prepare import prepare  # noqa: E402

world, numbers = World(), count(1)


def service() -> Quote:
    """Every check, the way measured, the price with its lines, kept to be honoured."""
    return quote_delivery(request=world.request(next(numbers)), partner=world.partner, by=None)


def engine() -> int:
    """The least that a price takes: read the list, measure the way, ask the rules; nothing checked and nothing kept."""
    rules = rules_of(PriceRule.objects.filter(price_list=world.partner.price_list_id).order_by("position"))
    routing.route([world.partner.place.point, world.doors[next(numbers) % 40].point]).encoded()
    return sum(line.amount_cents for line in price(rules, facts))


def lines_alone() -> int:
    """Rules already made: arithmetic."""
    return sum(line.amount_cents for line in price(made, facts))


with acting_for(world.collective):
    desk = Desk(world.partner)
    facts, made = prepare(request=world.request(0), desk=desk, save_places=False).facts, desk.prices[1]
    medians = interleaved(wanted.repeat, service=service, engine=engine, lines=lines_alone)
report(
    {
        "ratio_to_engine": medians["service"] / medians["engine"],
        "service_ms": medians["service"],
        "engine_ms": medians["engine"],
        "rules_alone_ms": medians["lines"],
    },
    as_json=wanted.json,
)
