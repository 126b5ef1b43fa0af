"""The Stripe-compatible server of the demo, on a free port of this machine, for as long as the tests last."""

import hashlib
import hmac
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
SECRET = "whsec_tests"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def stripe_address() -> Iterator[str]:
    """Where it answers; it forgets everything when it ends."""
    port = free_port()
    command = [sys.executable, str(ROOT / "bin" / "_stripe.py"), "--port", str(port)]
    with subprocess.Popen(command, env={**os.environ, "STRIPE_WEBHOOK_SECRET": SECRET}) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address, process)
            yield address
        finally:
            process.terminate()


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(150):
        try:
            requests.get(f"{address}/v1/payment_intents", timeout=1)
        except requests.ConnectionError:
            assert process.poll() is None, "the local Stripe server ended"
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the local Stripe server did not start")


@pytest.fixture
def stripe_server(stripe_address: str, settings: Any) -> str:
    """The product talks to it."""
    settings.STRIPE_API_BASE = stripe_address
    settings.STRIPE_SECRET_KEY = "sk_test_tests"
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    return stripe_address


def at_the_bank(url: str, answer: str) -> str:
    """Confirm or refuse on the bank's page; where the browser is sent back to."""
    response = requests.post(url, data={"answer": answer}, allow_redirects=False, timeout=5)
    assert response.status_code == 303
    return response.headers["Location"]


def signed(body: bytes, *, at: float | None = None, secret: str = SECRET) -> str:
    """Stripe's signature header for this body."""
    when = int(time.time() if at is None else at)
    mark = hmac.new(secret.encode(), b"%d.%s" % (when, body), hashlib.sha256).hexdigest()
    return f"t={when},v1={mark}"


def event(name: str, **replace: str) -> bytes:
    """A captured event of tests/payloads/stripe, with its placeholders filled."""
    text = (ROOT / "tests" / "payloads" / "stripe" / f"{name}.json").read_text(encoding="utf-8")
    for key, value in replace.items():
        text = text.replace(f"«{key}»", value)
    return json.dumps(json.loads(text)).encode()
