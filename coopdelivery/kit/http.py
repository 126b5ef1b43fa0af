"""Outgoing requests: with a time limit, a size limit, and not to private addresses unless the operator configured them.

A name is looked up once, and the addresses that were looked at are the ones that are dialled: a name server that answers differently the
second time finds nobody asking. The host's name stays in the Host header, in TLS's SNI and in the check of the certificate.
"""

import ipaddress
import queue
import socket
import threading
import time
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.poolmanager import PoolManager

DEFAULT_TIMEOUT_S = 3.0
MAX_BYTES = 2 * 1024 * 1024
Address = tuple[socket.AddressFamily, tuple[Any, ...]]


class OutsideFailed(Exception):
    """The other side did not answer as it should; the message is for people."""

    def __init__(self, why: str, *, permanent: bool = False, status: int | None = None) -> None:
        super().__init__(why)
        self.permanent = permanent
        self.status = status


class Gate:
    """The limits of one call: where it may go, and until when. Used as a context, it hangs up when the time is over."""

    def __init__(self, *, allow_private: bool, timeout_s: float) -> None:
        self.allow_private, self.ends, self.late = allow_private, time.monotonic() + timeout_s, False
        self._line: socket.socket | None = None
        self._watch: threading.Timer | None = None

    def left_s(self) -> float:
        """Raises TimeoutError when nothing is left."""
        left = self.ends - time.monotonic()
        if left <= 0:
            self.late = True
            raise TimeoutError
        return left

    def addresses(self, host: str, port: int) -> list[Address]:
        """What the name stands for, looked up here and nowhere else. Raises OutsideFailed for none, or for one that is private."""
        found = _look_up(host, port, self.left_s())
        if not self.allow_private and any(is_private(str(address[0])) for _family, address in found):
            raise OutsideFailed(f"{host} is a private address", permanent=True)
        return found

    def dial(self, host: str, port: int, options: Any) -> socket.socket:
        """Connected to the first of the addresses that answers. Raises OutsideFailed, or OSError of the last one tried."""
        failed: OSError = OSError(f"{host} has no address")
        for family, address in self.addresses(host, port):
            with ExitStack() as hung_up:
                line = hung_up.enter_context(socket.socket(family, socket.SOCK_STREAM))
                for option in options or ():
                    line.setsockopt(*option)
                line.settimeout(self.left_s())
                try:
                    line.connect(address)
                except OSError as error:
                    failed = error
                    continue
                self._hang_up_when_late(line)
                hung_up.pop_all()
                return line
        raise failed

    def _hang_up_when_late(self, line: socket.socket) -> None:
        """A server that sends a byte now and then keeps every single read in time; the whole call still ends."""
        self._line = line.dup()  # TLS takes the socket itself over; hanging up works through any handle of it
        self._watch = threading.Timer(max(0.0, self.ends - time.monotonic()), self._hang_up)
        self._watch.daemon = True
        self._watch.start()

    def _hang_up(self) -> None:
        self.late = True
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> "Gate":
        return self

    def __exit__(self, *_why: object) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch.join()
        if self._line is not None:
            self._line.close()


def is_private(address: str) -> bool:
    """Loopback, private, link-local or otherwise not public."""
    return not ipaddress.ip_address(address).is_global


def _look_up(host: str, port: int, within_s: float) -> list[Address]:
    """In a thread, as the system's resolver knows no time limit. Raises OutsideFailed for a name without address, or after `within_s`."""
    answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:  # noqa: BLE001  raised again below, by the thread that waits for it
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=within_s)
    except queue.Empty as error:
        raise OutsideFailed(f"{host} was not found in time") from error
    if isinstance(answer, (OSError, UnicodeError)):
        raise OutsideFailed(f"{host} has no address") from answer
    if isinstance(answer, Exception):
        raise answer
    return [(info[0], info[4]) for info in answer]


class _Dialled(HTTPConnection):
    """Connects through the gate."""

    def __init__(self, *args: Any, gate: Gate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gate = gate

    def _new_conn(self) -> socket.socket:
        try:
            return self._gate.dial(self._dns_host, self.port, self.socket_options)
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error


class _DialledSafely(_Dialled, HTTPSConnection):
    """The same under TLS."""


class _ByGate(HTTPAdapter):
    """requests, with every connection of its own dialled through the gate."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002  requests' own
        class Plain(HTTPConnectionPool):
            ConnectionCls = partial(_Dialled, gate=self._gate)  # type: ignore[assignment]  # called with the same words as the class

        class Safe(HTTPSConnectionPool):
            ConnectionCls = partial(_DialledSafely, gate=self._gate)  # type: ignore[assignment]  # as above

        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": Plain, "https": Safe}


def fetch(
    method: str,
    url: str,
    *,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    allow_private: bool = False,
    max_bytes: int = MAX_BYTES,
    **kwargs: Any,
) -> tuple[int, bytes]:
    """Status and body (at most `max_bytes`), all within `timeout_s`.

    Raises OutsideFailed when it cannot be reached, is too slow, is too big or is not allowed. Through a proxy of the operator's
    (HTTPS_PROXY and its like) the proxy dials, so the name is only looked at before.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise OutsideFailed("only http and https addresses can be called", permanent=True)
    with Gate(allow_private=allow_private, timeout_s=timeout_s) as gate:
        try:
            status, body = _answer(gate, method, url, parts.hostname, max_bytes, **kwargs)
        except (requests.RequestException, HTTPError, OSError) as error:
            why = f"not within {timeout_s:g} s" if gate.late else type(error).__name__
            raise OutsideFailed(f"{parts.hostname} did not answer: {why}") from error
        if gate.late:
            raise OutsideFailed(f"{parts.hostname} did not answer: not within {timeout_s:g} s")
    if len(body) > max_bytes:
        raise OutsideFailed(f"{parts.hostname} sent more than {max_bytes} bytes", permanent=True)
    return status, body


def _answer(gate: Gate, method: str, url: str, host: str, max_bytes: int, **kwargs: Any) -> tuple[int, bytes]:
    with requests.Session() as session:
        session.mount("http://", _ByGate(gate))
        session.mount("https://", _ByGate(gate))
        if select_proxy(url, get_environ_proxies(url)):
            gate.addresses(host, 0)
        with session.request(method, url, timeout=gate.left_s(), stream=True, allow_redirects=False, **kwargs) as answer:
            return answer.status_code, answer.raw.read(max_bytes + 1, decode_content=True)
