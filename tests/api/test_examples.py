"""The examples that people copy: those of the reference are sent, that of the manual is run."""

import json
import os
import re
import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from collectives.api.openapi import routes
from collectives.models import Collective, Membership
from collectives.tenancy import acting_for
from orders.models import Delivery
from tests.api.world import as_application, as_member, make_application
from tests.orders import world
from tests.orders.conftest import florist, open_montreuil

__all__ = ["florist", "open_montreuil"]
MANUAL = Path(__file__).resolve().parent.parent.parent / "docs" / "api.md"
BY_PROGRAMS = {"/api/deliveries", "/api/quotes", "/api/retail_prices/calculate", "/api/deliveries/assert", "/api/webhooks"}
BY_PEOPLE = {"/api/tours", "/api/me/remote_push_tokens"}


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(BY_PROGRAMS | BY_PEOPLE))
def test_an_example_of_the_reference_works(path: str, florist: Any, dana: Membership) -> None:
    rule = next(route.endpoint.rules["POST"] for route in routes() if route.path == path)
    api = as_application(make_application(florist.collective, florist).application) if path in BY_PROGRAMS else as_member(dana)
    assert api.post(path, rule.example).status_code == rule.status


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(which("curl") is None, reason="the manual's example in the shell needs curl")
def test_the_script_of_the_manual_orders_a_delivery(montreuil: Collective, live_server: LiveServer) -> None:
    with acting_for(montreuil):
        world.open_all_week(montreuil)
        keys = make_application(montreuil, world.make_partner(montreuil))
    said = {"SERVER": live_server.url, "KEY": keys.application.client_id, "SECRET": keys.secret}
    script = re.findall(r"```sh\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)[0]
    told = subprocess.run(["bash", "-euc", script], env={**os.environ, **said}, capture_output=True, timeout=60, check=True)
    with acting_for(montreuil):
        delivery = Delivery.objects.get()
    assert json.loads(told.stdout)["@id"] == f"/api/deliveries/{delivery.pk}"


@pytest.mark.django_db(transaction=True)
def test_the_program_of_the_manual_orders_a_delivery(
    montreuil: Collective, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with acting_for(montreuil):
        world.open_all_week(montreuil)
        world.make_parcel_type(montreuil)
        keys = make_application(montreuil, world.make_partner(montreuil))
    for name, value in (("SERVER", live_server.url), ("KEY", keys.application.client_id), ("SECRET", keys.secret)):
        monkeypatch.setitem(os.environ, name, value)
    program = re.findall(r"```python\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)[0]
    exec(compile(program, str(MANUAL), "exec"), {})  # noqa: S102  our own manual
    with acting_for(montreuil):
        delivery = Delivery.objects.get()
        parcel = delivery.parcels.get()
    assert capsys.readouterr().out.startswith(f"/api/deliveries/{delivery.pk} http")
    assert (parcel.name, parcel.quantity) == ("Bouquet", 2)
