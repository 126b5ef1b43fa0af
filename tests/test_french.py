"""French is whole: every text has an answer, and the answers keep to the house's words and typography (docs of the visual language)."""

import re
from collections import Counter
from pathlib import Path

import pytest
from _catalogue import Entry, PutTogether, Text, answers, collect, merge, python_texts, template_texts, unbroken

from coopdelivery.kit import words
from coopdelivery.people import library_words

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "coopdelivery" / "locale" / "fr" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd](?![a-z])|%%|\{\w*\}|</?[a-z]+>")
BARE_MARK = re.compile(r"(?<![\u00a0/&])(?:[;!?»](?=$|[\s)»”<.…])|:(?=$|[\s<]))|«(?!\u00a0)|(?<![\u00a0%(])%%(?=$|[\s)».,<])|\d %%")
FORBIDDEN = re.compile(r"\bzéro émission|\bneutres?\b|\bverte?s?\b|\bécologi|\bverdir", re.IGNORECASE)
TU = re.compile(r"\b(?:tu|toi|ton|ta|tes)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    known = answers(CATALOGUE)
    return [Entry(entry.text, entry.places, known.get(entry.text, [])) for entry in collect(ROOT)]


def wrong(entries: list[Entry], pattern: re.Pattern[str]) -> list[str]:
    return [answer for entry in entries for answer in entry.answers if pattern.search(answer)]


def test_every_text_has_its_french(entries: list[Entry]) -> None:
    missing = [f"{entry.places[0]}: {entry.text.msgid}" for entry in entries if not entry.complete]
    assert missing == [], "run bin/messages and write the French"


def test_the_catalogue_holds_nothing_that_nobody_reads(entries: list[Entry]) -> None:
    assert set(answers(CATALOGUE)) - {entry.text for entry in entries} == set()


def test_placeholders_are_the_same_in_both_languages(entries: list[Entry]) -> None:
    differing = []
    for entry in entries:
        forms = (entry.text.msgid, entry.text.plural) if entry.text.plural else (entry.text.msgid,)
        for form, answer in zip(forms, entry.answers, strict=False):
            if answer and Counter(PLACEHOLDER.findall(form)) != Counter(PLACEHOLDER.findall(answer)):
                differing.append(f"{form} → {answer}")
    assert differing == []


def test_both_forms_begin_and_end_with_the_same_white_space(entries: list[Entry]) -> None:
    edge = re.compile(r"^\s*|\s*$")
    assert [answer for entry in entries for answer in entry.answers if edge.findall(answer)[:1] != edge.findall(entry.text.msgid)[:1]] == []


def test_no_midpoints(entries: list[Entry]) -> None:
    assert wrong(entries, re.compile(r"\w·\w")) == []


def test_apostrophes_are_typographic(entries: list[Entry]) -> None:
    assert wrong(entries, re.compile(r"'")) == []


def test_high_punctuation_never_begins_a_line(entries: list[Entry]) -> None:
    assert wrong(entries, BARE_MARK) == []


def test_what_may_not_be_claimed_is_not_claimed(entries: list[Entry]) -> None:
    assert wrong(entries, FORBIDDEN) == []


def test_everybody_is_addressed_as_vous(entries: list[Entry]) -> None:
    assert wrong(entries, TU) == []


def test_a_text_put_together_before_translation_is_refused() -> None:
    source = 'from django.utils.translation import gettext as _\n_(f"{count} stops")\n'
    with pytest.raises(PutTogether, match=r"board\.py:2: "):
        list(python_texts(source, "board.py"))


def test_python_texts_are_found_under_any_name() -> None:
    source = (
        "from django.utils import translation\n"
        "from django.utils.translation import gettext_lazy as later, npgettext, ngettext as many\n"
        'later("one" " and two")\nmany("%(n)s stop", "%(n)s stops", 2)\nnpgettext("bike", "wheel", "wheels", 2)\n'
        'translation.gettext("three")\n'
        'other("four")\nlater(name)\n'
    )
    assert list(python_texts(source, "x.py")) == [
        Text("one and two"), Text("%(n)s stop", plural="%(n)s stops"), Text("wheel", "bike", "wheels"), Text("three"),
    ]  # fmt: skip


def test_template_texts_are_found_as_django_looks_them_up() -> None:
    source = (
        '{% translate \'Open\' %}{% translate "5 % off" context \'price\' %}{% st "ok" _("100 % kept") %}{{ "x"|default:_(\'none\') }}'
        "{% blocktranslate count n=n %}{{ n }} stop{% plural %}{{ n }} stops{% endblocktranslate %}"
    )
    assert list(template_texts(source, "x.html")) == [
        Text("Open"), Text("5 %% off", "price"), Text("100 %% kept"), Text("none"), Text("%(n)s stop", plural="%(n)s stops"),
    ]  # fmt: skip


def test_merging_keeps_answers_and_drops_what_vanished(tmp_path: Path) -> None:
    source = tmp_path / "orders" / "refusals.py"
    source.parent.mkdir()
    catalogue = tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    source.write_text('from django.utils.translation import gettext as _\n_("Closed: call.")\n_("Gone")\n')
    merge(tmp_path, catalogue)
    written = catalogue.read_text()
    catalogue.write_text(written.replace('msgid "Closed: call."\nmsgstr ""', 'msgid "Closed: call."\nmsgstr "Fermé : « appelez » !"'))
    source.write_text('from django.utils.translation import gettext as _\n_("New")\n_("Closed: call.")\n')
    merge(tmp_path, catalogue)
    gap = words.NBSP
    assert answers(catalogue) == {Text("New"): [""], Text("Closed: call."): [f"Fermé{gap}: «{gap}appelez{gap}»{gap}!"]}
    assert "#: orders/refusals.py\n" in catalogue.read_text()


def test_unbroken_leaves_times_addresses_and_placeholders_alone() -> None:
    kept = "à 10:42 https://exemple.fr %(count)s %(name)s {stop} 100%"
    assert unbroken(kept) == kept


def test_our_words_for_the_librarys_are_whole() -> None:
    english = answers(CATALOGUE.parents[2] / "en" / "LC_MESSAGES" / "django.po")
    assert {text.msgid for text in english} == set(library_words.WORDS)
    for text, (answer,) in english.items():
        assert answer
        assert Counter(PLACEHOLDER.findall(text.msgid)) == Counter(PLACEHOLDER.findall(answer))
        assert not re.search(r"\bplease\b|'", answer, re.IGNORECASE)
