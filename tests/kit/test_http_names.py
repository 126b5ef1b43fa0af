"""Outgoing requests: the address that was looked at is the one that is dialled, and the whole call ends in time."""

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from coopdelivery.kit.http import OutsideFailed, fetch
from tests.no_network import OutsideWorld

NAME = "hooks.example.test"
PUBLIC = "93.184.215.14"
Names = Callable[..., list[str]]


class Remembers(BaseHTTPRequestHandler):
    """Answers with the Host header; `/drip` sends a byte every tenth of a second, and says no length on `/drip/forever`."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.headers["Host"])  # type: ignore[attr-defined]  # put there by `serve`
        body = str(self.headers["Host"]).encode()
        self.send_response(200)
        if self.path != "/drip/forever":
            self.send_header("Content-Length", str(500 if self.path == "/drip" else len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.path.startswith("/drip"):
            self.drip()
        else:
            self.wfile.write(body)

    def drip(self) -> None:
        for _ in range(100):
            try:
                self.wfile.write(b"x")
            except OSError:
                return
            time.sleep(0.1)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@dataclass
class Served:
    port: int
    asked: list[str]
    names: list[str] = field(default_factory=list)  # what TLS was asked for


def serve(tls: ssl.SSLContext | None = None) -> Iterator[Served]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Remembers)
    server.handle_error = lambda *_args: None  # type: ignore[method-assign]  # a caller that hangs up is what is tested
    served = Served(server.server_port, [])
    server.asked = served.asked  # type: ignore[attr-defined]  # read by the handler
    if tls is not None:
        tls.sni_callback = lambda _line, name, _context: served.names.append(name)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield served
    server.shutdown()
    server.server_close()


@pytest.fixture
def plain() -> Iterator[Served]:
    yield from serve()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of NAME, signed by itself; the key beside it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    paper = x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(days=1))
    signed = paper.add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False).sign(key, hashes.SHA256())
    (tmp_path / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    words = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "key.pem").write_bytes(key.private_bytes(*words))
    return tmp_path / "cert.pem"


@pytest.fixture
def secure(certificate: Path) -> Iterator[Served]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, certificate.parent / "key.pem")
    yield from serve(tls)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """The name server: each look-up gets the next answer. Gives back the list of names that were looked up."""

    def answers(*addresses: str | Exception) -> list[str]:
        looked_up: list[str] = []

        def look_up(host: str, port: int, *_args: Any, **_kwargs: Any) -> list[Any]:
            looked_up.append(host)
            answer = addresses[min(len(looked_up), len(addresses)) - 1]
            if isinstance(answer, Exception):
                raise answer
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, port))]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        return looked_up

    return answers


def test_a_name_that_changes_its_address_after_the_check_reaches_nothing_private(plain: Served, names: Names) -> None:
    looked_up = names(PUBLIC, "127.0.0.1")
    with pytest.raises(OutsideWorld, match=f"dialled {PUBLIC}"):
        fetch("GET", f"http://{NAME}:{plain.port}/")
    assert (looked_up, plain.asked) == ([NAME], [])


def test_a_name_with_a_private_address_is_refused(plain: Served, names: Names) -> None:
    names("127.0.0.1")
    with pytest.raises(OutsideFailed, match="private address") as refused:
        fetch("GET", f"http://{NAME}:{plain.port}/")
    assert refused.value.permanent
    assert plain.asked == []


def test_a_name_without_an_address_may_have_one_later(names: Names) -> None:
    names(socket.gaierror("nobody knows it"))
    with pytest.raises(OutsideFailed, match="has no address") as refused:
        fetch("GET", f"http://{NAME}/")
    assert not refused.value.permanent


def test_the_server_hears_its_name_though_its_address_is_dialled(plain: Served, names: Names) -> None:
    names("127.0.0.1")
    assert fetch("GET", f"http://{NAME}:{plain.port}/", allow_private=True) == (200, f"{NAME}:{plain.port}".encode())


def test_the_certificate_is_that_of_the_name(secure: Served, names: Names, certificate: Path) -> None:
    looked_up = names("127.0.0.1")
    status, body = fetch("GET", f"https://{NAME}:{secure.port}/", allow_private=True, verify=str(certificate))
    assert (status, body) == (200, f"{NAME}:{secure.port}".encode())
    assert (secure.names, looked_up) == ([NAME], [NAME])


@pytest.mark.parametrize("host", ["other.example.test", NAME])
def test_a_certificate_of_another_name_or_of_nobody_known_is_refused(secure: Served, names: Names, certificate: Path, host: str) -> None:
    names("127.0.0.1")
    verify: Any = True if host == NAME else str(certificate)
    with pytest.raises(OutsideFailed, match="SSLError"):
        fetch("GET", f"https://{host}:{secure.port}/", allow_private=True, verify=verify)
    assert secure.asked == []


@pytest.mark.parametrize("path", ["/drip", "/drip/forever"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_sends_a_byte_now_and_then_is_hung_up_on(
    path: str, scheme: str, names: Names, plain: Served, secure: Served, certificate: Path
) -> None:
    names("127.0.0.1")
    port = (plain if scheme == "http" else secure).port
    with pytest.raises(OutsideFailed, match=r"not within 0\.5 s"):
        fetch("GET", f"{scheme}://{NAME}:{port}{path}", allow_private=True, timeout_s=0.5, verify=str(certificate))


def test_a_name_server_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    silence = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: silence.wait())
    with pytest.raises(OutsideFailed, match="not found in time"):
        fetch("GET", f"http://{NAME}/", timeout_s=0.2)
    silence.set()
