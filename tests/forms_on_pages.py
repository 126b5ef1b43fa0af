"""What a browser would find on a page: the links, and the forms with their fields as they stand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

SKIPPED = {"submit", "button", "image", "reset"}


@dataclass
class Form:
    """Where it goes and what it would send if nobody touched it; a button's name and value count as a field."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


class Reader(HTMLParser):
    """Feed it a page; `links` and `forms` are then complete."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url, self.links = url, list[str]()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.inside: Form | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in found:
            self.links.append(urljoin(self.url, found["href"]))
        elif tag == "form":
            self.inside = Form(urljoin(self.url, found.get("action", "")), found.get("method", "get").lower())
            self.forms.append(self.inside)
            self.by_id[found.get("id", "")] = self.inside
        elif tag in {"input", "textarea", "select", "button"} and found.get("name"):
            self._field(tag, found)
        elif tag == "option" and self.select and self.inside and ("selected" in found or not self.inside.fields[self.select]):
            self.inside.fields[self.select] = found.get("value", "")

    def _field(self, tag: str, found: dict[str, str]) -> None:
        form = self.by_id.get(found.get("form", "")) or self.inside
        kind = found.get("type", "")
        if form is None:
            return
        if kind == "file":
            form.files.append(found["name"])
        elif kind not in {"checkbox", "radio"} or "checked" in found or found["name"] not in form.fields:
            form.fields[found["name"]] = found.get("value", "on" if kind == "checkbox" else "")
        self.select = found["name"] if tag == "select" else ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        elif tag == "select":
            self.select = ""


def read(url: str, html: str) -> Reader:
    reader = Reader(url)
    reader.feed(html)
    return reader


def posting(forms: list[Form]) -> Iterator[Form]:
    return (form for form in forms if form.method == "post")
