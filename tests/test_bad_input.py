"""No input breaks a page: odd addresses, fuzzed forms, rubbish bodies, files that lie. What is refused writes nothing."""

import io
import struct
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import Resolver404, resolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image
from pytest_django import Settings

from collectives.access import GRANTS, OFFICER
from collectives.models import Collective, Membership, Role
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from tests import bad_world
from tests.answers import let_go
from tests.dispatch.conftest import eight_in_the_morning  # noqa: F401  it is that Tuesday here too
from tests.forms_on_pages import Form, posting, read
from tests.routes import OURS, Route

pytestmark = pytest.mark.django_db

OUR_APPS = {"journal", "people", "places", "ledger", "notices", "decisions", "collectives", "orders", "dispatch", "federation"}
KEPT = {
    "dispatch_courieraction"
}  # every tap of a courier is remembered with its answer, a refusal too, so that sending it again changes nothing
TABLES = sorted({model._meta.db_table for model in apps.get_models() if model._meta.app_label in OUR_APPS} - KEPT)
COUNT = "SELECT " + ", ".join(f'(SELECT COUNT(*) FROM "{table}")' for table in TABLES)  # one row: its columns keep their order
EXAMPLES = 8
STARTS = {
    "ada": ("/c/montreuil/settings/", "/c/montreuil/partners/", "/c/montreuil/books/", "/c/montreuil/team/", "/c/montreuil/policies/"),
    "dana": (
        "/c/montreuil/board/",
        "/c/montreuil/board/phone/",
        "/c/montreuil/board/incidents/",
        "/c/montreuil/team/",
        "/c/montreuil/places/",
    ),
    "carl": ("/courier/", "/courier/menu/"),
    "sam": ("/c/montreuil/deliveries/", "/c/montreuil/deliveries/addresses/", "/c/montreuil/statements/", "/account/"),
    "fay": ("/federation/",),
    "": ("/", "/account/login/", "/federation/directory/"),
}
ROLES = {"ada": Role.ADMIN, "dana": Role.DISPATCHER, "carl": Role.COURIER, "sam": Role.PARTNER, "fay": OFFICER}
HUGE = "9" * 40
WORDS = (
    *("", " ", "\x00", "a\x00b", "x" * 6000, "é" * 300, "-1", "0", HUGE, f"-{HUGE}", "1e309", "NaN", "Infinity", "1,5", "1 000", "²", "٣"),
    *("2026-13-45", "0001-01-01", "9999-12-31", "10000-01-01", "25:99", "24:00", "00:00", "tomorrow", "90.1,200", "-90.0001", "181"),
    *(
        "<script>alert(1)</script>",
        "'; DROP TABLE people_person; --",
        "../../etc/passwd",
        "%00",
        "\u202egnp",
        "[]",
        "{}",
        "null",
        "{{ 7 }}",
    ),
    *("00000000-0000-4000-8000-000000000000", "not-a-uuid", "on", "true", "a@b", "é@é.é", "+", "tel:+358", "\n", "\r\n\r\n", "😀" * 50),
)
QUERIES = (
    "on=zzz&page=-1&q=%00&day=2026-13-45&month=x&partner=x&view=x&list=%22%3E&ref=x&after=x&r=x&lane=x&done=x&t=x&only=x&lang=xx",
    f"on=9999-12-31&page={HUGE}&q=%27%22%F0%9F%98%80&day={HUGE}&month=10000-01&partner=&year=0&week=99&state=%00&r=%00&v=x&again=x&who=x",
    "on=0001-01-01&page=x&q=%FF%FE&day=&month=0000-00&until=x&from=x&courier=x&layout=x&country=%00&next=//evil.example&x=" + "y" * 3000,
)
BODIES = (
    (b"", "application/x-www-form-urlencoded"),
    (b'{"a": [\xff', "application/json"),
    (b"[" * 5000, "application/json"),
    (b'{"actions": [1, null, {"verb": "\\u0000", "tasks": "x"}], "person": 1, "at": 1e400}', "application/json"),
    (b"\xff\xfe\x00" * 50, "multipart/form-data"),
    (b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n", "multipart/form-data; boundary=x"),
    (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "application/xml"),
    (b"a=%FF%00&t=x&to=c:x&v=x:y&before=x&verb=x&tasks=x&client_id=x&%00=%00", "application/x-www-form-urlencoded; charset=utf-16"),
)


def counts() -> tuple[int, ...]:
    """How many rows each table of ours has."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        found: tuple[int, ...] = cursor.fetchone()
        return found


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class Visitor:
    """Somebody who asks badly. `faults` says what broke, and what a refusal wrote all the same."""

    person: Person | None
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = Client(raise_request_exception=False)
        if self.person is not None:
            self.client.force_login(self.person)

    def ask(self, what: str, send: Callable[[], Any]) -> Any:
        """The answer, its traces taken back; only an answer below 400 to a POST may leave any."""
        with taken_back():
            before = counts()
            answer = send()
            if answer.status_code >= 500 and answer.status_code != 503:
                self.faults.append(f"{answer.status_code} {what}: {getattr(answer, 'exc_info', None) and answer.exc_info[1]!r}")
            elif (answer.status_code >= 400 or what.startswith("GET")) and (after := counts()) != before:
                changed = [table for table, old, new in zip(TABLES, before, after, strict=True) if old != new]
                self.faults.append(f"{answer.status_code} {what}: wrote {changed}")
            if answer.streaming:
                let_go(answer)
            return answer

    def get(self, url: str) -> Any:
        return self.ask(f"GET {url[:120]}", lambda: self.client.get(url))

    def post(self, form: Form, **changes: Any) -> Any:
        sent = {**form.fields, **changes}
        shown = {name: str(value)[:60] for name, value in changes.items()}
        return self.ask(f"POST {form.action} {shown}", lambda: self.client.post(form.action, sent))

    def send(self, url: str, body: bytes, kind: str) -> None:
        self.ask(f"POST {url} {body[:20]!r} {kind}", lambda: self.client.post(url, body, content_type=kind))


def pages_of(visitor: Visitor, starts: tuple[str, ...]) -> list[Form]:
    """Follows every link once for each kind of page; the forms found, once for each place they go to."""
    waiting, seen, forms = deque(f"http://testserver{start}" for start in starts), set[str](), dict[str, Form]()
    while waiting:
        url = waiting.popleft()
        parts = urlsplit(url)
        kind = kind_of(parts.path) if parts.netloc == "testserver" else ""
        if not kind or kind in seen:
            continue
        seen.add(kind)
        answer = visitor.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        if answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming:
            page = read(url, answer.content.decode())
            waiting.extend(page.links)
            forms |= {kind_of(urlsplit(form.action).path): form for form in posting(page.forms)} | forms
    return [form for kind, form in forms.items() if kind and "logout" not in kind]


def kind_of(path: str) -> str:
    try:
        return str(resolve(path).view_name)
    except Resolver404:
        return ""


@pytest.fixture
def cast(montreuil: Collective, ada: Membership, dana: Membership, carl: Membership, sam: Membership, fay: Person) -> dict[str, Visitor]:
    with acting_for(montreuil), journal.source("web"):
        bad_world.furnish(montreuil, office=ada.person, dana=dana, carl=carl, sam=sam)
    bad_world.register_something(fay)
    members = {"ada": ada, "dana": dana, "carl": carl, "sam": sam}
    return {**{name: Visitor(member.person) for name, member in members.items()}, "fay": Visitor(fay), "": Visitor(None)}


@pytest.fixture(autouse=True)
def files_apart(settings: Settings, tmp_path: Any) -> None:
    """Uploads of these tests are gone with them. Whether a page asks too often is for the page's own tests."""
    settings.MEDIA_ROOT = tmp_path
    settings.ZEAL_ALLOWLIST = [{"model": "*"}]


@pytest.mark.parametrize("who", STARTS)
def test_no_answer_in_a_form_breaks_its_page_and_a_refusal_writes_nothing(cast: dict[str, Visitor], who: str) -> None:
    visitor = cast[who]
    forms = pages_of(visitor, STARTS[who])
    assert forms
    for form in forms:
        for word in ("", "\x00", HUGE, "x" * 6000):
            visitor.post(form, **dict.fromkeys(form.fields, word))
        fuzz(visitor, form)
    assert visitor.faults == [], "\n".join(visitor.faults)


def fuzz(visitor: Visitor, form: Form) -> None:
    """Some fields changed to odd words, the others as they stand."""
    names = st.sampled_from(sorted(form.fields) or ["nothing"])
    odd = st.sampled_from(WORDS) | st.text(max_size=40).filter(lambda text: text.isprintable() or len(text) < 8)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.dictionaries(names, odd, min_size=1, max_size=4))
    def try_it(changes: dict[str, str]) -> None:
        visitor.post(form, **{name: encodable(word) for name, word in changes.items()})

    try_it()


def encodable(text: str) -> str:
    """A browser sends no half characters."""
    return text.encode("utf-8", "ignore").decode()


def may_enter(route: Route) -> str:
    """The first of the cast whom the table of grants lets in; what is open to all, or guarded by a token, is asked by the office."""
    allowed = GRANTS.get(str(route.rule))
    return "ada" if allowed is None else next(name for name, role in ROLES.items() if role in allowed)


@pytest.mark.parametrize("who", ROLES)
def test_no_address_and_no_body_breaks_a_route(cast: dict[str, Visitor], who: str) -> None:
    visitor = cast[who]
    for route in (route for route in OURS if may_enter(route) == who):
        url = route.url()
        for query in QUERIES:
            visitor.get(f"{url}?{query}")
        for body, kind in BODIES:
            visitor.send(url, body, kind)
    assert visitor.faults == [], "\n".join(visitor.faults)


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it is 60,000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 7501 * 400)) + chunk(b"IEND", b"")


def cut_short() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 300), "red").save(buffer, "JPEG")
    return buffer.getvalue()[:400]


FILES = {
    "empty.jpg": b"",
    "text.jpg": b"not a picture at all",
    "cut.jpg": cut_short(),
    "bomb.png": bomb(),
    "script.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "page.pdf": b"<html><script>alert(1)</script></html>",
    "archive.odt": b"PK\x03\x04" + b"\0" * 60,
    "\u202egpj.exe": b"MZ" + b"\0" * 200,
    "x" * 300 + ".csv": "Straße;\x00;\n".encode("utf-16"),
    "deep.json": b'{"type": "Polygon", "coordinates": ' + b"[" * 3000 + b"]" * 3000 + b"}",
}


@pytest.mark.parametrize("who", ["ada", "carl", "fay"])
def test_no_file_breaks_its_page_and_a_refusal_writes_nothing(cast: dict[str, Visitor], who: str) -> None:
    visitor = cast[who]
    forms = [form for form in pages_of(visitor, STARTS[who]) if form.files]
    assert forms
    for form in forms:
        for name, content in FILES.items():
            visitor.post(form, **{each: SimpleUploadedFile(name, content) for each in form.files})
    assert visitor.faults == [], "\n".join(visitor.faults)
