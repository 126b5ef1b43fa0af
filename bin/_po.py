"""Compile gettext catalogues (.po → .mo) without the gettext programs, which bare Debian lacks. Standard library only.

python bin/_po.py        compiles every coopdelivery/locale/*/LC_MESSAGES/*.po that changed
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

MAGIC = 0x950412DE
FIELD = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d+)\])?)?\s*(".*")$')


class BadCatalogue(Exception):
    """A line of a .po file that is neither comment, keyword nor text; the message says where."""


def entries(path: Path) -> Iterator[tuple[dict[str, str], bool]]:
    """Each entry of a .po file as keyword → text, with whether it is marked fuzzy."""
    fields: dict[str, str] = {}
    fuzzy, keyword = False, ""
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], 1):
        text = line.strip()
        if text.startswith("#~"):
            continue
        complete = any(name.startswith("msgstr") for name in fields)
        if fields and (not text or text.startswith("#") or (complete and text.startswith(("msgid ", "msgctxt ")))):
            yield fields, fuzzy
            fields, fuzzy, keyword = {}, False, ""
        if text.startswith("#,"):
            fuzzy = "fuzzy" in text
        if not text or text.startswith("#"):
            continue
        match = FIELD.match(text)
        if not match or not (match[1] or keyword):
            raise BadCatalogue(f"{path}:{number}: this is neither a keyword nor a text: {text}")
        keyword = match[1] or keyword
        fields[keyword] = fields.get(keyword, "") + ast.literal_eval(match[3])


def messages(path: Path) -> dict[str, str]:
    """What gettext looks up → what it answers; untranslated and fuzzy entries are left out, so the English shows."""
    found: dict[str, str] = {}
    for fields, fuzzy in entries(path):
        key = fields.get("msgid", "")
        if "msgctxt" in fields:
            key = f"{fields['msgctxt']}\x04{key}"
        if "msgid_plural" in fields:
            key = f"{key}\x00{fields['msgid_plural']}"
        forms = [text for name, text in sorted(fields.items()) if name.startswith("msgstr")]
        if all(forms) and forms and (not fuzzy or not key):
            found[key] = "\x00".join(forms)
    return found


def binary(found: dict[str, str]) -> bytes:
    """The .mo file of these messages (GNU format, no hash table)."""
    pairs = sorted((key.encode(), text.encode()) for key, text in found.items())
    offset = 28 + 16 * len(pairs)
    tables: list[bytes] = []
    blob = b""
    for column in (0, 1):
        table = b""
        for pair in pairs:
            table += struct.pack("<II", len(pair[column]), offset + len(blob))
            blob += pair[column] + b"\x00"
        tables.append(table)
    head = struct.pack("<7I", MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, offset)
    return head + tables[0] + tables[1] + blob


def compile_catalogues(root: Path) -> int:
    """Bring every .mo up to date with its .po; how many had to be written."""
    written = 0
    for source in sorted((root / "coopdelivery" / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime <= source.stat().st_mtime:
            fresh = target.with_suffix(".new")
            fresh.write_bytes(binary(messages(source)))
            fresh.replace(target)
            written += 1
    return written


if __name__ == "__main__":
    sys.stdout.write(f"{compile_catalogues(Path(__file__).resolve().parent.parent)} catalogues compiled\n")
