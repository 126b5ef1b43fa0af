"""The manual: docs/*.md, rendered as pages, with a search through all of them. The files are ours; markup inside them is shown as text.

A page that stands in docs/<language>/ too is read in that language.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from markdown_it import MarkdownIt

from coopdelivery.kit.access import open_to_all

FOLDER: Path = settings.ROOT / "docs"
LOCAL_PAGE = re.compile(r'href="(?:\.\.?/)?([a-z0-9-]+)\.md(#[^"]*)?"')
LOCAL_IMAGE = re.compile(r'src="(?:\.\.?/)?(img/[a-z0-9-]+\.png)"')


@dataclass(frozen=True, slots=True)
class Page:
    """One file. `summary` is its first paragraph."""

    slug: str
    title: str
    summary: str
    text: str
    language: str = "en"

    def html(self) -> SafeString:
        html = str(MarkdownIt("commonmark", {"html": False}).enable("table").render(self.text))
        html = LOCAL_PAGE.sub(r'href="/docs/\1/\2"', html)
        html = LOCAL_IMAGE.sub(r'loading="lazy" src="/docs/\1"', html)
        html = html.replace("<pre>", '<pre tabindex="0">')  # a long line is scrolled by key too
        return mark_safe(html)  # noqa: S308  rendered from our own files, with raw markup switched off


def _page(path: Path, language: str) -> Page:
    text = path.read_text(encoding="utf-8")
    heading, _, rest = text.partition("\n")
    paragraph = next((part.strip() for part in rest.split("\n\n") if part.strip() and part.strip()[0].isalnum()), "")
    return Page(path.stem, heading.lstrip("# ").strip(), " ".join(re.sub(r"[*`\[]|\]\([^)]*\)", "", paragraph).split()), text, language)


@lru_cache
def pages(language: str = "en") -> dict[str, Page]:
    """All pages by slug, in the order of their titles, those in this language instead of the English ones; read once per process."""
    english = {path.stem: _page(path, "en") for path in FOLDER.glob("*.md")}
    found = english | {path.stem: _page(path, language) for path in FOLDER.glob(f"{language}/*.md")}
    return {page.slug: page for page in sorted(found.values(), key=lambda page: page.title)}


def pages_here() -> dict[str, Page]:
    """The pages as the reader's language has them."""
    chosen = get_language() or "en"
    return pages(chosen if chosen in dict(settings.LANGUAGES) else "en")


def search(words: str) -> list[Page]:
    """Pages that hold every word, those with it in the title first."""
    wanted = words.casefold().split()
    hits = [page for page in pages_here().values() if all(word in page.text.casefold() for word in wanted)]
    return sorted(hits, key=lambda page: not any(word in page.title.casefold() for word in wanted))


@open_to_all("the manual says how to use the program, not what is in it")
def index(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:80]
    found = search(asked) if asked else list(pages_here().values())
    return TemplateResponse(request, "docs/index.html", {"pages": found, "asked": asked})


@open_to_all("the manual says how to use the program, not what is in it")
def page(request: HttpRequest, slug: str) -> HttpResponse:
    found = pages_here().get(slug)
    if found is None:
        raise Http404
    return TemplateResponse(request, "docs/page.html", {"page": found, "pages": pages_here().values()})


@open_to_all("pictures of the demo, for the manual")
def picture(request: HttpRequest, name: str) -> FileResponse:
    path = FOLDER / "img" / f"{name}.png"
    if not path.is_file():
        raise Http404
    answer = FileResponse(path.open("rb"), content_type="image/png")
    answer["Cache-Control"] = "public, max-age=86400"
    return answer
