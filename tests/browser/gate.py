"""A network that can be cut: everything the phone sends passes through it, and nothing does while it is shut."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class Gate:
    """Forwards a port of its own to the server's. `shut()` cuts every connection, also those under way; `open()` lets new ones in.

    `refuse(line)` hangs up on each request that begins with it: here and not in the browser, which asks nobody about what a page sends
    that a service worker looks after. `hold(line)` keeps the next such request waiting until `let_go()`; `held` says that one waits.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._let_in = True
        self._refused: bytes | None = None
        self._holds: bytes | None = None
        self._go = threading.Event()
        self.held = threading.Event()
        self._lines: set[socket.socket] = set()
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def shut(self) -> None:
        self._let_in = False
        for line in list(self._lines):
            self._hang_up(line)

    def open(self) -> None:
        self._let_in = True

    def refuse(self, line: str) -> None:
        """Such as `POST /courier/sync/`; an empty one lets everything through again."""
        self._refused = line.encode() or None

    def hold(self, line: str) -> None:
        self._holds = line.encode()

    def let_go(self) -> None:
        self._go.set()

    def close(self) -> None:
        self.shut()
        self._door.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                phone, _address = self._door.accept()
                if self._let_in:
                    self._connect(phone)
                else:
                    phone.close()

    def _connect(self, phone: socket.socket) -> None:
        server = socket.create_connection(self._server)
        self._lines |= {phone, server}
        for source, target in ((phone, server), (server, phone)):
            threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                if self._refused is not None and chunk.startswith(self._refused):
                    break
                if self._holds is not None and chunk.startswith(self._holds):
                    self._holds = None
                    self.held.set()
                    self._go.wait(60)
                target.sendall(chunk)
        for line in (source, target):
            self._hang_up(line)

    def _hang_up(self, line: socket.socket) -> None:
        self._lines.discard(line)
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()


@contextlib.contextmanager
def gate_to(host: str, port: int) -> Iterator[Gate]:
    gate = Gate(host, port)
    try:
        yield gate
    finally:
        gate.close()
