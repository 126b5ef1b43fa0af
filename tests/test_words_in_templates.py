"""No template says a word to anybody that a catalogue cannot hold."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
TAGS = re.compile(
    r"{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}|{%\s*comment\b.*?{%\s*endcomment\s*%}"
    r"|{%\s*block \w*(?:class|size|viewport)\s*%}.*?{%\s*endblock\s*%}|{#.*?#}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
SILENT = {"script", "style", "pre", "code"}
SAID = {"aria-label", "aria-description", "aria-roledescription", "placeholder", "title", "alt"}
# Names, units and how our keys begin, which are the same in every language.
SAME_EVERYWHERE = {"Coopdelivery", "CSV", "PDF", "XLSX", "Ctrl", "Alt", "kg", "km", "min", "CO", "ADEME", "Impact", "Dana", "ak"}


class Words(HTMLParser):
    """The bare words of a page: text between tags, and attributes that are read aloud or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        for name, value in attrs:
            if name in SAID or name.startswith("data-w-"):
                self.say(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.say(data)

    def say(self, text: str) -> None:
        self.found += [word for word in re.findall(r"[^\W\d_]{2,}", text) if word not in SAME_EVERYWHERE]


def bare_words(source: str, *, html: bool = True) -> list[str]:
    words, text = Words(), TAGS.sub(" ", source)
    words.feed(text) if html else words.say(text)
    return words.found


def test_no_template_says_a_word_that_is_not_translated() -> None:
    pages = [path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt"}]
    found = {str(path.relative_to(TEMPLATES)): bare_words(path.read_text(), html=path.suffix == ".html") for path in pages}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>{% translate 'Fine' %} {{ name }}</p>", []),
        ("<p>Not fine</p>", ["Not", "fine"]),
        ('<a aria-label="Open it" class="wide">{% icon "x" %}</a>', ["Open", "it"]),
        ('<ul data-w-undo="Undo"></ul>', ["Undo"]),
        ("{% block body_class %}wide{% endblock %}<style>.wide {}</style>", []),
    ],
)
def test_the_reader_of_bare_words(source: str, words: list[str]) -> None:
    assert bare_words(source) == words


def test_months_and_weekdays_are_shortened_as_the_language_does() -> None:
    """Django's `date` writes `27 Sep` and `sam` in French; our `dated` writes `27 sept.` and `sam.`."""
    short = re.compile(r"\|date:[\"'](?![A-Z_]+_FORMAT)[^\"']*[DM]")
    assert [str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*") if short.search(path.read_text())] == []
