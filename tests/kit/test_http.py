"""Outgoing requests against a real server on this machine."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from coopdelivery.kit.http import OutsideFailed, fetch


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/slow":
            threading.Event().wait(1)
        status = 302 if self.path == "/elsewhere" else 200
        body = b"x" * (5000 if self.path == "/big" else 5)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "/big")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_body_and_status_come_back(address: str) -> None:
    assert fetch("GET", f"{address}/", allow_private=True) == (200, b"xxxxx")


def test_a_redirect_is_not_followed(address: str) -> None:
    assert fetch("GET", f"{address}/elsewhere", allow_private=True)[0] == 302


def test_an_answer_that_is_too_big_is_refused(address: str) -> None:
    with pytest.raises(OutsideFailed, match="more than 1000 bytes"):
        fetch("GET", f"{address}/big", allow_private=True, max_bytes=1000)


def test_a_slow_server_is_given_up(address: str) -> None:
    with pytest.raises(OutsideFailed, match="did not answer"):
        fetch("GET", f"{address}/slow", allow_private=True, timeout_s=0.1)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://localhost:1/", "http://[::1]/", "http://10.1.2.3/", "http://169.254.1.1/"])
def test_private_addresses_are_refused_unless_the_operator_named_them(url: str) -> None:
    with pytest.raises(OutsideFailed, match="private") as refused:
        fetch("GET", url)
    assert refused.value.permanent


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/", "nonsense", "http://"])
def test_only_web_addresses_can_be_called(url: str) -> None:
    with pytest.raises(OutsideFailed):
        fetch("GET", url)
