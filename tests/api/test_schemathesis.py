"""Every operation of the OpenAPI document with generated input: no 5xx, every refusal in a documented shape and status."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from collectives.api.openapi import document
from collectives.models import Membership
from coopdelivery.wsgi import application
from orders.models import Partner
from tests.api.world import Api, as_application, as_member, make_application
from tests.orders.conftest import florist, open_montreuil

__all__ = ["florist", "open_montreuil"]
pytestmark = [pytest.mark.django_db]
CHECKS = [not_a_server_error, response_schema_conformance, status_code_conformance]
EXAMPLES = 5


@pytest.fixture
def callers(florist: Partner, dana: Membership, carl: Membership) -> list[Api]:
    keys = make_application(florist.collective, florist, scopes=("deliveries", "tasks", "orders"))
    keys.application.rate_per_minute = 10**6
    keys.application.save()
    return [as_application(keys.application), as_member(dana), as_member(carl)]


@pytest.fixture
def connection_stays() -> Iterator[None]:
    """The test's own transaction lives on the connection that each request would give back at its end."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("connection_stays")
@pytest.mark.parametrize("caller", [0, 1, 2], ids=["program", "dispatcher", "courier"])
def test_generated_input_never_breaks_it(callers: list[Api], caller: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectives.api.limits.OF_A_PERSON", 10**6)
    schema = schemathesis.openapi.from_dict(document(server="http://testserver"))
    schema.app = application
    headers = callers[caller].headers
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        try_operation(result.ok(), headers)


def try_operation(operation: Any, headers: dict[str, str]) -> None:
    """What each request did is taken back."""

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
    @given(case=operation.as_strategy() | operation.as_strategy(GenerationMode.NEGATIVE))
    def holds(case: Any) -> None:
        with transaction.atomic():
            case.call_and_validate(headers=headers, checks=CHECKS)
            transaction.set_rollback(True)

    holds()
