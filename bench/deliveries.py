"""The list of deliveries, of the office and of a shop, with years of finished deliveries behind it and with none.

`ratio_old_deliveries` is the slowest of the lists (newest page, a later page, what is to decide, one day) with `--old` finished deliveries
in the tables over none; `queries` is the most that one of them asks.
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._common import begin, options, report

wanted = options("Open the list of deliveries: with old ones over none.", repeat=7, deliveries=200, old=5_000_000)
begin()

from django.db import connection  # noqa: E402  everything below reads the settings that begin() made
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench._old import Copies  # noqa: E402
from bench._world import World  # noqa: E402
from collectives.models import Role  # noqa: E402
from collectives.tenancy import acting_for  # noqa: E402
from orders.services import add_partner_user  # noqa: E402

world = World()
world.fill(tasks=wanted.deliveries * 2, couriers=4)
shop = world.member("Shop", Role.PARTNER)
with acting_for(world.collective):
    add_partner_user(partner=world.partner, membership=shop, by=None)
today = world.collective.today()
ADDRESSES = {"newest": "", "later": "?page=3", "to_decide": "?state=failed", "under_way": "?state=open", "day": f"?on={today}"}


def opener(who: Any, query: str) -> Any:
    """The list alone, as it is looked at again every ten seconds."""
    client = Client(headers={"HX-Request": "true"})
    client.force_login(who.person)

    def get() -> bytes:
        response = client.get(f"/c/{world.collective.slug}/deliveries/{query}")
        if response.status_code != 200:
            raise SystemExit(f"{query} answered {response.status_code}")
        return response.content

    return get


def count(side: Any) -> int:
    side()
    with CaptureQueriesContext(connection) as queries:
        side()
    return len(queries)


sides = {
    f"{name}_of_{kind}": opener(who, query)
    for kind, who in (("office", world.dispatcher), ("shop", shop))
    for name, query in ADDRESSES.items()
}
with connection.cursor() as cursor:
    cursor.execute("ANALYZE")
queries = max(count(side) for side in sides.values())
with Copies(today, deliveries=wanted.old) as copies:
    aged = {name: copies.interleaved(wanted.repeat, side) for name, side in sides.items()}
ratios = {f"ratio_{name}": spent["old"] / spent["none"] for name, spent in aged.items()}
report(
    {
        "ratio_old_deliveries": max(ratios.values()),
        "queries": queries,
        **ratios,
        "none_ms": max(spent["none"] for spent in aged.values()),
        "old_ms": max(spent["old"] for spent in aged.values()),
        "deliveries": wanted.deliveries,
        "old_deliveries": wanted.old,
    },
    as_json=wanted.json,
)
