"""The contract as a list: every row has a test, every test is there, every address is an endpoint."""

import re
from pathlib import Path

from collectives.api.openapi import routes
from tests.wire.contract import ADDRESSES, NAMED, NUMBERED, ROWS

HERE = Path(__file__).resolve().parent


def test_every_row_of_the_contract_has_its_test() -> None:
    wanted = {(section, str(n)) for section, most in NUMBERED.items() for n in range(1, most + 1)}
    wanted |= {(section, name) for section, names in NAMED.items() for name in names}
    assert (sorted(wanted - set(ROWS)), sorted(set(ROWS) - wanted)) == ([], [])


def test_the_tests_of_the_rows_are_there() -> None:
    gone = []
    for row, where in ROWS.items():
        file, _colons, name = where.partition("::")
        if not re.search(rf"^def {name}\(", (HERE / f"{file}.py").read_text(encoding="utf-8"), re.MULTILINE):
            gone.append((row, where))
    assert gone == []


def test_every_address_that_clients_call_is_an_endpoint() -> None:
    known = {f"{method} {route.path}" for route in routes() for method in route.endpoint.rules}
    wanted = {entry.strip() for line in ADDRESSES.splitlines() for entry in line.split("|") if entry.strip()}
    assert sorted(wanted - known) == []
