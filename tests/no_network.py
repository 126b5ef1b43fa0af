"""Tests talk to this machine only: a name that is looked up or an address that is dialled outside it fails the test."""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest


class OutsideWorld(RuntimeError):
    """A test tried to reach another machine. No network error on purpose: code that forgives those must not hide it."""


OUR_NAMES = {None, "", "localhost", b"localhost", "testserver"}


def number(host: object) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address a text spells out in numbers; None for a name."""
    try:
        return ipaddress.ip_address(str(host))
    except ValueError:
        return None


def is_here(host: object) -> bool:
    """Whether dialling this stays on this machine."""
    address = number(host)
    return host in OUR_NAMES or (address is not None and address.is_loopback)


def asks_nobody(host: object) -> bool:
    """Whether looking this up needs no name server."""
    return host in OUR_NAMES or number(host) is not None


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Refuses connections and look-ups that leave this machine; unix sockets stay open."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def refuse(sock: socket.socket, address: Any) -> None:
        if sock.family in {socket.AF_INET, socket.AF_INET6} and not is_here(address[0]):
            raise OutsideWorld(f"a test dialled {address[0]}: answer it from this machine instead")

    def guarded_connect(sock: socket.socket, address: Any) -> None:
        refuse(sock, address)
        return connect(sock, address)

    def guarded_connect_ex(sock: socket.socket, address: Any) -> int:
        refuse(sock, address)
        return connect_ex(sock, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not asks_nobody(host):
            raise OutsideWorld(f"a test looked up {host}: answer it from this machine instead")
        return look_up(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
    patch.undo()
