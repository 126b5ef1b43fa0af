"""Plain HTTP to a running server: nothing followed, nothing retried, nothing added but `Host` and `Content-Length`."""

import http.client
import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from collectives.services.programs import Keys

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    kind: str
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Http:
    url: str

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None) -> Reply:
        """`body` as it is when it is bytes or text, else as JSON."""
        sent = body if body is None or isinstance(body, bytes | str) else json.dumps(body)
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            raw = sent.encode() if isinstance(sent, str) else sent
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if raw is not None or method in {"POST", "PUT"}:
                connection.putheader("Content-Length", str(len(raw or b"")))
            connection.endheaders(raw)
            answer = connection.getresponse()
            content, kind = answer.read(), answer.headers.get("Content-Type", "")
            found = json.loads(content) if content and "json" in kind else content
            return Reply(answer.status, kind, found, {name.lower(): value for name, value in answer.headers.items()})
        finally:
            connection.close()

    def token(self, keys: Keys, scope: str = "deliveries") -> Reply:
        basic = b64encode(f"{keys.application.client_id}:{keys.secret}".encode()).decode()
        form = urlencode({"grant_type": "client_credentials", "scope": scope})
        return self.ask("POST", "/oauth2/token", {**FORM, "Authorization": f"Basic {basic}"}, form)


def multipart(field: str, name: str, content: bytes) -> tuple[dict[str, str], bytes]:
    """Headers and body of one file, as the app's uploader writes it."""
    line = b"----upload"
    head = f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'.encode()
    body = b"--" + line + b"\r\n" + head + content + b"\r\n--" + line + b"--\r\n"
    return {"Content-Type": f"multipart/form-data; boundary={line.decode()}"}, body
