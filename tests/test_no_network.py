"""The tests' own fence."""

import socket

import pytest

from tests.no_network import OutsideWorld


def test_a_name_outside_this_machine_is_not_looked_up() -> None:
    with pytest.raises(OutsideWorld, match=r"a test looked up example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_an_address_outside_this_machine_is_not_dialled() -> None:
    with socket.socket() as sock, pytest.raises(OutsideWorld, match=r"a test dialled 192\.0\.2\.1"):
        sock.connect(("192.0.2.1", 443))


def test_this_machine_may_be_dialled() -> None:
    with socket.socket() as listener, socket.socket() as sock:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        sock.connect(listener.getsockname())
        assert socket.getaddrinfo("localhost", 80)
