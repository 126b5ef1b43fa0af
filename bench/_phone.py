"""A courier's phone for the fault run: the outbox of static/js/pocket/outbox.js, with the same order, on a network that fails.

Taps go out in their order, and the next batch only after an answer; an undo of a tap that still waits goes out before it. What was
not answered is sent again. A copy of an old request may arrive late, after newer ones.
"""

import contextlib
import datetime as dt
import http.client
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson

PATIENCE_S = 20
TOKEN = "b" * 32


@dataclass(slots=True)
class Tap:
    """`outcome` is what the server said; nothing while it waits."""

    verb: str
    tasks: list[str]
    at: dt.datetime
    order: float
    more: dict[str, Any] = field(default_factory=dict)
    photos: list[str] = field(default_factory=list)
    client_id: str = field(default_factory=lambda: str(uuid4()))
    outcome: str = ""

    def as_json(self) -> dict[str, Any]:
        about = {"client_id": self.client_id, "verb": self.verb, "tasks": self.tasks, "at": self.at.isoformat()}
        return {**about, "photos": self.photos, **self.more}


class Network:
    """To one server. Each request meets a fate, drawn by the phone's own dice; `faults` counts them over all phones."""

    FATES = ("cut on the way there", "answer lost", "sent twice at once", "a copy comes late", "phone killed")

    def __init__(self, port: int) -> None:
        self.port = port
        self.faults: dict[str, int] = dict.fromkeys((*self.FATES, "server killed"), 0)
        self._lock = threading.Lock()
        self._late: list[threading.Thread] = []

    def count(self, fault: str) -> None:
        with self._lock:
            self.faults[fault] += 1

    def ask(self, url: str, body: bytes, kind: str, session: str, dice: random.Random) -> Any:
        """The answer's JSON; None when there was none for the phone, whatever the server did."""
        fate = dice.choice(self.FATES) if dice.random() < 0.4 else ""
        if fate:
            self.count(fate)
        headers = {"Content-Type": kind, "X-CSRFToken": TOKEN, "Cookie": f"sessionid={session}; csrftoken={TOKEN}"}
        request = (url, body, headers)
        if fate == "cut on the way there":
            self._half(request, dice.random())
            return None
        if fate == "answer lost":
            self._send(request, read=False)
            return None
        if fate == "sent twice at once":
            self._again(request, 0)
        elif fate == "a copy comes late":
            self._again(request, dice.uniform(0.2, 3))
        answer = self._send(request)
        return None if fate == "phone killed" else answer

    def _again(self, request: tuple[str, bytes, dict[str, str]], wait: float) -> None:
        def later() -> None:
            time.sleep(wait)
            self._send(request)

        thread = threading.Thread(target=later, daemon=True)
        with self._lock:
            self._late.append(thread)
        thread.start()

    def _send(self, request: tuple[str, bytes, dict[str, str]], *, read: bool = True) -> Any:
        url, body, headers = request
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        with contextlib.closing(line), contextlib.suppress(OSError, http.client.HTTPException, orjson.JSONDecodeError):
            line.request("POST", url, body, headers)
            if not read:
                return None
            answer = line.getresponse()
            content = answer.read()
            return orjson.loads(content) if answer.status < 300 else None
        return None

    def _half(self, request: tuple[str, bytes, dict[str, str]], share: float) -> None:
        url, body, headers = request
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        with contextlib.closing(line), contextlib.suppress(OSError, http.client.HTTPException):
            line.request("POST", url, body[: int(len(body) * share)], {**headers, "Content-Length": str(len(body))})

    def quiet(self, until: float) -> None:
        """Wait for the copies that are still under way."""
        for thread in self._late:
            thread.join(max(0, until - time.monotonic()))


class Phone:
    """One courier's, whose clock is `skew` away from the server's."""

    def __init__(self, person: str, session: str, network: Network, *, skew: dt.timedelta, dice: random.Random, picture: bytes) -> None:
        self.taps: list[Tap] = []
        self.photos: list[tuple[str, Tap]] = []
        self.skew, self.dice = skew, dice
        self._person, self._session, self._network, self._picture = person, session, network, picture

    def tap(self, verb: str, *tasks: str, photo: bool = False, **more: Any) -> Tap:
        made = Tap(verb, list(tasks), dt.datetime.now(dt.UTC) + self.skew, len(self.taps), more)
        if photo:
            made.photos = [str(uuid4())]
            self.photos.append((made.photos[0], made))
        self.taps.append(made)
        return made

    def take_back(self, tap: Tap) -> Tap:
        self.photos = [one for one in self.photos if one[1] is not tap]
        made = self.tap("undo", about=tap.client_id, after_s=3)  # the bar is there for ten seconds, whatever the network does
        if not tap.outcome:
            made.order = tap.order - 0.5
        return made

    def waiting(self) -> list[Tap]:
        return sorted((tap for tap in self.taps if not tap.outcome), key=lambda tap: tap.order)

    def send(self) -> bool:
        """Once what waits; whether everything is answered now."""
        for batch in list(_batches(self.waiting())):
            body = orjson.dumps({"person": self._person, "actions": [tap.as_json() for tap in batch]})
            answer = self._network.ask("/courier/sync/", body, "application/json", self._session, self.dice)
            if answer is None:
                return False
            known = {tap.client_id: tap for tap in batch}
            for result in answer["results"]:
                known[result["client_id"]].outcome = result["outcome"]
        return self._send_photos()

    def _send_photos(self) -> bool:
        for photo in [one for one in self.photos if one[1].outcome]:
            body, kind = _form(photo[0], photo[1], self._picture)
            if self._network.ask("/courier/proofs/", body, kind, self._session, self.dice) is None:
                return False
            self.photos.remove(photo)
        return not self.photos


def _batches(taps: list[Tap], most: int = 50) -> Iterator[list[Tap]]:
    for start in range(0, len(taps), most):
        yield taps[start : start + most]


def _form(client_id: str, tap: Tap, picture: bytes) -> tuple[bytes, str]:
    edge = uuid4().hex
    fields = [("client_id", client_id), ("taken_at", tap.at.isoformat()), *(("tasks", ref) for ref in tap.tasks)]
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="photo"; filename="photo.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    return b"".join([*parts, head.encode(), picture, f"\r\n--{edge}--\r\n".encode()]), f"multipart/form-data; boundary={edge}"
