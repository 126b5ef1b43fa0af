"""`GET /api/tasks?date=` of a full day (500 tasks), beside the same rows fetched with plain SQL and dumped with orjson."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._common import begin, interleaved, options, report

wanted = options("Read a day over the API: server time against plain SQL.", repeat=25, tasks=500, couriers=40)
begin()

import orjson  # noqa: E402  everything below reads the settings that begin() made
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench._world import World  # noqa: E402
from collectives.api.tokens import person_token  # noqa: E402

# What the answer tells, and no more: tasks with their stops, places and hands; parcels; the tasks of each delivery in order.
ROWS = (
    """
    SELECT t.id, t.kind, t.status, t."on", t.round_id, t.position, t.created_at, t.finished_at, t.delivery_id, d.number, d.note,
           d.partner_id, p.name, s.window_start, s.window_end, s.contact_name, s.phone, s.note, s.id, pl.id, pl.name, pl.street_address,
           pl.postcode, pl.city, pl.note, pl.latitude, pl.longitude, per.username, r.name,
           EXISTS (SELECT 1 FROM dispatch_incident i WHERE i.task_id = t.id)
      FROM dispatch_task t
      JOIN orders_stop s ON s.id = t.stop_id
      JOIN places_place pl ON pl.id = s.place_id
      JOIN orders_delivery d ON d.id = t.delivery_id
      LEFT JOIN orders_partner p ON p.id = d.partner_id
      LEFT JOIN dispatch_round r ON r.id = t.round_id
      LEFT JOIN collectives_membership m ON m.id = r.courier_id
      LEFT JOIN people_person per ON per.id = m.person_id
     WHERE t.collective_id = %(collective)s AND t."on" = %(day)s
     ORDER BY t.round_id, t.position, s.window_end, t.delivery_id, s.position
    """,
    """
    SELECT a.delivery_id, a.dropoff_id, a.name, k.short_code, a.quantity, a.weight_g, a.type_id
      FROM orders_parcel a LEFT JOIN orders_parceltype k ON k.id = a.type_id
     WHERE a.delivery_id IN (SELECT delivery_id FROM dispatch_task WHERE collective_id = %(collective)s AND "on" = %(day)s)
    """,
    """
    SELECT t.id, t.delivery_id FROM dispatch_task t JOIN orders_stop s ON s.id = t.stop_id
     WHERE t.delivery_id IN (SELECT delivery_id FROM dispatch_task WHERE collective_id = %(collective)s AND "on" = %(day)s)
     ORDER BY t.delivery_id, s.position, t.attempt
    """,
)

world = World()
world.fill(tasks=wanted.tasks, couriers=wanted.couriers)
client = Client()
address = f"/api/tasks?date={world.collective.today()}"
headers = {"Authorization": f"Bearer {person_token(world.dispatcher.person)}", "X-Collective": world.collective.slug}
values: dict[str, Any] = {"collective": world.collective.pk, "day": world.collective.today()}


def over_the_api() -> bytes:
    """What a dispatcher's client gets."""
    response = client.get(address, headers=headers)
    if response.status_code != 200:
        raise SystemExit(f"{address} answered {response.status_code}")
    return response.content


def plain() -> bytes:
    """The same rows, named by column and dumped."""
    found = []
    with connection.cursor() as cursor:
        for statement in ROWS:
            cursor.execute(statement, values)
            names = [column.name for column in cursor.description]
            found.append([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])
    return orjson.dumps(found)


with CaptureQueriesContext(connection) as queries:
    answer = over_the_api()
    count = len(queries)
medians = interleaved(wanted.repeat, api=over_the_api, sql=plain)
report(
    {
        "ratio_to_sql": medians["api"] / medians["sql"],
        "queries": count,
        "api_ms": medians["api"],
        "sql_ms": medians["sql"],
        "bytes": len(answer),
        "bytes_sql": len(plain()),
        "tasks": len(orjson.loads(answer)["hydra:member"]),
    },
    as_json=wanted.json,
)
