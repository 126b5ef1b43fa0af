"""The benchmarks run and print what they promise. How fast they are is read by people, not by tests."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.postgres


def figures(script: str, *sizes: str) -> dict[str, Any]:
    """The one JSON object that a benchmark prints, run small on the test server."""
    env = {**os.environ, "DATABASE_URL_TEST": os.environ["DATABASE_URL"]}
    command = [sys.executable, f"bench/{script}.py", "--json", "--repeat", "2", *sizes]
    answer = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=300)
    assert answer.returncode == 0, answer.stderr[-2000:]
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_the_board_is_measured_beside_plain_sql() -> None:
    found = figures("board", "--tasks", "20", "--couriers", "3", "--old", "2000")
    assert found["tasks"] == 20
    assert found["couriers"] == 3
    assert found["ratio_to_sql"] > 0
    assert 0 < found["queries"] <= 12
    assert 0 < found["queries_page"] <= 12
    assert found["bytes_page"] > found["bytes_page_gzip"] > 0
    assert (found["ratio_old_tasks"], found["old_tasks"]) > (0, 2000 - 1)


def test_a_file_of_deliveries_is_measured_in_lines_a_second() -> None:
    found = figures("imports", "--rows", "30", "--doors", "41")
    assert found["rows_per_s"] > 0
    assert found["orders"] == 60  # one file to warm up, one measured
    assert found["peak_growth_mb"] >= 0


def test_a_price_is_measured_beside_the_bare_engine() -> None:
    found = figures("quote")
    assert found["ratio_to_engine"] > 0
    assert found["service_ms"] > found["rules_alone_ms"]


def test_an_order_is_measured_beside_bare_inserts() -> None:
    found = figures("order")
    assert found["ratio_to_inserts"] > 0
    assert found["inserts_per_s"] > found["api_per_s"] > 0
    assert found["tables"] >= 7  # order, its lines, delivery, stops, parcels, tasks, events
    assert found["rows"] >= found["tables"]


@pytest.mark.browser
def test_a_courier_s_day_is_measured_on_a_slow_phone() -> None:
    found = figures("pocket", "--stops", "6")
    assert 0 < found["list_kb"] < found["first_load_kb"] <= 120
    assert found["slow3g_s"] > 0
    assert found["fresh_s"] > found["repeat_s"] > 0


def test_every_listener_hears_of_every_change() -> None:
    found = figures("live", "--listeners", "5")
    assert (found["changes"], found["listeners"], found["lost"]) == (2, 5, 0)
    assert 0 < found["p50_ms"] <= found["p95_ms"] <= found["max_ms"]


def test_the_list_of_deliveries_is_measured_with_and_without_old_ones() -> None:
    found = figures("deliveries", "--deliveries", "10", "--old", "2000")
    assert (found["ratio_old_deliveries"], found["old_deliveries"]) > (0, 2000 - 1)
    assert 0 < found["queries"] <= 20
    assert found["ratio_old_deliveries"] == max(value for name, value in found.items() if name.startswith("ratio_"))
