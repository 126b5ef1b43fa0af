"""A real HTTP server on this machine that plays the geocoder or the router."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Outside:
    """Answers each path with what `answers` says; remembers what it was asked."""

    def __init__(self, answers: dict[str, Any], status: int = 200) -> None:
        self.answers = answers
        self.status = status
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.url = ""


@contextmanager
def outside(answers: dict[str, Any], status: int = 200) -> Iterator[Outside]:
    """`answers`: beginning of a path → JSON, or bytes as they are."""
    service = Outside(answers, status)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            service.asked.append((parts.path, parse_qs(parts.query)))
            answer = next((value for path, value in service.answers.items() if parts.path.startswith(path)), None)
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(service.status if answer is not None else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
