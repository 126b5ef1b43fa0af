"""Servers of other people, on this machine: they keep what they were sent and answer as told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Asked:
    """One request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answering:
    """What came, and what is answered next."""

    url: str = ""
    status: int = 201
    body: bytes = b""
    asked: list[Asked] = field(default_factory=list)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def http_server(status: int = 201, body: bytes = b"") -> Iterator[Answering]:
    """A real HTTP server on a free port of this machine."""
    answering = Answering(status=status, body=body)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answering.asked.append(Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, sent))
            self.send_response(answering.status)
            self.send_header("Content-Length", str(len(answering.body)))
            self.end_headers()
            self.wfile.write(answering.body)

        def log_message(self, *_args: object) -> None:
            """Tests are silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    answering.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield answering
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
