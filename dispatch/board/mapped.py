"""The day as data: each column with its figures, each stop with its promise and plan, lines for `static/js/map.js`.

Instants are in UTC. A stop nobody has located has no pin, it is in `nowhere`; a hidden round is left out.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dispatch.board.day import BoardDay, Lane
from dispatch.models import TaskStatus
from dispatch.outlook.promises import OK
from dispatch.selectors import Freights, Row

STATES: dict[str, str] = {TaskStatus.DOING: "going", TaskStatus.DONE: "done", TaskStatus.FAILED: "failed"}


def drawing_of(board: BoardDay) -> dict[str, Any]:
    lanes = [lane for lane in board.lanes if lane.membership is not None or not lane.rounds[0].hidden]
    stops = [stop for lane in lanes for stop in _stops(lane, board.freights)]
    stops += [_stop(row, "", 0, group.outlook.state, "tray", None, board.freights) for group in board.groups for row in group.rows]
    lines = [_line(lane) for lane in lanes]
    return {
        "pins": [stop for stop in stops if stop["lat"] is not None],
        "nowhere": [stop for stop in stops if stop["lat"] is None],
        "lines": [line for line in lines if len(line["points"]) > 1],
        "lanes": [_lane(lane) for lane in lanes],
        "left": [row.ref for row in board.left_over],
        "incidents": [incident.ref for incident in board.open_incidents],
    }


def _stops(lane: Lane, freights: Freights) -> list[dict[str, Any]]:
    found, number = [], 0
    for row, arrival, outlook in zip(lane.rows, lane.day.arrivals, lane.outlooks, strict=True):
        if row.status == TaskStatus.CANCELLED:
            continue
        number += 1
        state = STATES.get(row.status) or outlook.state
        found.append(_stop(row, str(number), lane.colour, state, lane.key, arrival, freights))
    return found


def _stop(row: Row, label: str, thread: int, state: str, lane: str, arrival: datetime | None, freights: Freights) -> dict[str, Any]:
    where, freight = row.where, freights.of(row)
    return {
        "id": row.ref,
        "delivery": row.delivery_id,
        "number": row.number,
        "lane": lane,
        "lat": row.latitude,
        "lng": row.longitude,
        "label": label,
        "kind": "pickup" if row.is_pickup else "drop",
        "state": "" if state == OK else state,
        "thread": thread,
        "note": row.has_note,
        "title": f"{label}. {where}" if label else where,
        "promised": (row.window_start, row.window_end),
        "planned": arrival,
        "finished": row.finished_at,
        "seen": row.seen_at,
        "weight_g": freight.weight_g,
        "unknown": freight.unknown,
    }


def _lane(lane: Lane) -> dict[str, Any]:
    return {
        "key": lane.key,
        "name": lane.name,
        "thread": lane.colour,
        "rounds": [{"id": owned.ref, "name": owned.name, "version": owned.version} for owned in lane.rounds],
        "shifts": [(shift.starts_at, shift.ends_at) for shift in lane.shifts],
        "ends": lane.day.ends_at,
        "distance_m": lane.day.distance_m,
        "peak_g": lane.load.peak_g,
        "peak_l": lane.load.peak_l,
        "late": lane.late,
        "risk": lane.risk,
        "done": lane.done,
        "stops": lane.counted,
    }


def _line(lane: Lane) -> dict[str, Any]:
    points: Sequence[Any] = [(row.latitude, row.longitude) for row in lane.rows if row.is_live and row.latitude is not None]
    return {"lane": lane.key, "thread": lane.colour, "points": points, "estimated": True}
