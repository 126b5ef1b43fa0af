"""Collect the texts people read from the sources, and bring a catalogue up to date with them. Used by `bin/messages` and its tests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import _po
from django.utils.translation.template import templatize

PACKAGES = ("collectives", "coopdelivery", "dispatch", "federation", "orders")
TEMPLATES = {".html", ".txt", ".xml", ".js", ".webmanifest"}
SHAPES = {
    "gettext": ("msgid",),
    "ngettext": ("msgid", "plural"),
    "pgettext": ("context", "msgid"),
    "npgettext": ("context", "msgid", "plural"),
}
CALL = re.compile(r"\b(_|n?p?gettext)\((?=u?[\"'])")
STRING = re.compile(r"""\s*,?\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", re.DOTALL)
BREAKING = re.compile(r"(?<=\S) (?=(?:[;:!?»€]|%%?)(?:$|[\s)»”<.,…]))|(?<=«) ")
NBSP = "\N{NO-BREAK SPACE}"
HEAD = """# Kept up to date with the sources by `bin/messages`.
msgid ""
msgstr ""
"Project-Id-Version: Coopdelivery\\n"
"Language: %s\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"""


class PutTogether(Exception):
    """A text is put together before it is translated, so no catalogue can hold it; the message says where."""


class Text(NamedTuple):
    """What gettext looks up; `plural` is empty for a text that counts nothing."""

    msgid: str
    context: str = ""
    plural: str = ""


@dataclass
class Entry:
    """One text of a catalogue: the files it stands in and its answers, one per plural form."""

    text: Text
    places: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return len(self.answers) == (2 if self.text.plural else 1) and all(self.answers)


def _text(shape: str, literals: list[str]) -> Text:
    return Text(**dict(zip(SHAPES[shape], literals, strict=True)))


def _called(node: ast.Call, names: dict[str, str]) -> str:
    """The gettext function this call names, or nothing."""
    if isinstance(node.func, ast.Name):
        return names.get(node.func.id, "")
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id == "translation":
        return _plain(node.func.attr)
    return ""


def _plain(name: str) -> str:
    return name.removesuffix("_lazy").removesuffix("_noop")


def python_texts(source: str, where: str) -> Iterator[Text]:
    """Texts given to gettext and its kin, under any name they were imported by, in the order of the file."""
    tree = ast.parse(source)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"]
    names = {alias.asname or alias.name: _plain(alias.name) for node in imports for alias in node.names}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node, names) in SHAPES]
    for node in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        shape = _called(node, names)
        arguments = node.args[: len(SHAPES[shape])]
        if any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in arguments):
            raise PutTogether(f"{where}:{node.lineno}: a text is put together before it is translated")
        literals = [argument.value for argument in arguments if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
        if len(literals) == len(SHAPES[shape]):
            yield _text(shape, literals)


def template_texts(source: str, where: str) -> Iterator[Text]:
    """Texts of `translate`, `blocktranslate` and `_("…")` in a template, as Django will look them up."""
    code = templatize(source, origin=where)
    for found in CALL.finditer(code):
        shape = "gettext" if found[1] == "_" else found[1]
        literals, end = [], found.end()
        for _part in SHAPES[shape]:
            match = STRING.match(code, end)
            if match:
                literals.append(str(ast.literal_eval(match[1])))
                end = match.end()
        yield _text(shape, [text.replace("%", "%%") for text in literals] if found[1] == "_" else literals)


def sources(root: Path) -> Iterator[Path]:
    """Files whose texts people read: our Python without migrations, and every template."""
    for package in PACKAGES:
        yield from (path for path in sorted((root / package).rglob("*.py")) if "migrations" not in path.parts)
    yield from (path for path in sorted((root / "templates").rglob("*")) if path.suffix in TEMPLATES)


def collect(root: Path) -> list[Entry]:
    """Every text in the order of its first place; a text that counts somewhere has its plural everywhere."""
    found: dict[tuple[str, str], Entry] = {}
    for path in sources(root):
        where = str(path.relative_to(root))
        read = python_texts if path.suffix == ".py" else template_texts
        for text in read(path.read_text(encoding="utf-8"), where):
            entry = found.setdefault((text.context, text.msgid), Entry(text))
            entry.text = text if text.plural else entry.text
            if where not in entry.places:
                entry.places.append(where)
    return list(found.values())


def answers(catalogue: Path) -> dict[Text, list[str]]:
    """What a catalogue says for each text; fuzzy answers count as none."""
    known = {}
    for fields, fuzzy in _po.entries(catalogue) if catalogue.exists() else ():
        text = Text(fields.get("msgid", ""), fields.get("msgctxt", ""), fields.get("msgid_plural", ""))
        if text.msgid and not fuzzy:
            known[text] = [answer for name, answer in sorted(fields.items()) if name.startswith("msgstr")]
    return known


def unbroken(answer: str) -> str:
    """French typography: no line may break before `; : ! ? % » €` or after `«`."""
    return BREAKING.sub(NBSP, answer)


def _quoted(keyword: str, text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
    lines = [line for line in re.split(r"(?<=\\n)", escaped) if line]
    if len(lines) < 2:
        return f'{keyword} "{escaped}"\n'
    return f'{keyword} ""\n' + "".join(f'"{line}"\n' for line in lines)


def written(entry: Entry) -> str:
    """The entry as a paragraph of a .po file."""
    text = entry.text
    lines = [f"#: {place}\n" for place in entry.places]
    lines += [_quoted("msgctxt", text.context)] if text.context else []
    lines.append(_quoted("msgid", text.msgid))
    if not text.plural:
        return "".join([*lines, _quoted("msgstr", entry.answers[0] if entry.answers else "")])
    forms = entry.answers if len(entry.answers) == 2 else ["", ""]
    return "".join([*lines, _quoted("msgid_plural", text.plural), *(_quoted(f"msgstr[{n}]", form) for n, form in enumerate(forms))])


def merge(root: Path, catalogue: Path) -> list[Entry]:
    """Write the catalogue again: answers are kept, texts nobody uses any more leave it. Returns all its entries."""
    known = answers(catalogue)
    entries = collect(root)
    for entry in entries:
        entry.answers = [unbroken(answer) for answer in known.get(entry.text, [])]
    language = catalogue.parent.parent.name
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    catalogue.write_text("\n".join([HEAD % language, *(written(entry) for entry in entries)]), encoding="utf-8")
    return entries
