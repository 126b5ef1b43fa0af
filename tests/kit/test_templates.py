"""What no template may hold: inline styles and scripts (the policy forbids them), unknown icons, and words the law forbids."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
# drawn to PDF, never served: there is no policy on paper
PAPER = {"orders/statement_pdf.html", "orders/labels_pdf.html", "federation/dues_pdf.html"}
# card fields must be Stripe's own, where a publishable key is set
THEIR_SCRIPT = {"orders/pay.html", "front/pay.html", "front/bought.html"}
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "emails" not in path.parts and str(path.relative_to(TEMPLATES)) not in PAPER)
NAMED = [str(path.relative_to(TEMPLATES)) for path in PAGES]
TEXTS = sorted({*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt"), *TEMPLATES.rglob("*.md"), *(ROOT / "coopdelivery").rglob("*.po")})

INLINE_STYLE = re.compile(r"\sstyle\s*=|<style\b", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']|javascript:|hx-on", re.IGNORECASE)
THIRD_PARTY = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE)

# Dir. 2024/825: claims on carbon and "green" words; carbon is shown as figures with their method instead.
CLAIMS = (
    r"zero[- ]emissions?|z[ée]ro[- ][ée]missions?|emission[- ]free|carbon[- ]free|sans carbone|d[ée]carbon\w+",
    r"neutral\w*|neutres?\b|neutralit[ée]",
    r"\bgreen(?:er|est)?\b|\bverte?s?\b",
    r"ecological\w*|[ée]cologi\w+|eco[- ]?friendly|[ée]co[- ]?responsable\w*|climate[- ]friendly|environmentally",
)
FORBIDDEN = re.compile("|".join(CLAIMS), re.IGNORECASE)


def allowed_script(attributes: str) -> bool:
    return "src=" in attributes or 'type="application/json"' in attributes


@pytest.mark.parametrize("path", PAGES, ids=NAMED)
def test_a_page_needs_no_inline_style_script_or_handler(path: Path) -> None:
    text = path.read_text()
    assert not INLINE_STYLE.findall(text)
    assert not HANDLER.findall(text)
    assert all(allowed_script(attributes) for attributes in SCRIPT.findall(text))


@pytest.mark.parametrize("path", PAGES, ids=NAMED)
def test_a_page_loads_nothing_from_elsewhere(path: Path) -> None:
    found = THIRD_PARTY.findall(path.read_text())
    assert not found or str(path.relative_to(TEMPLATES)) in THEIR_SCRIPT


@pytest.mark.parametrize("name", NAMED)
def test_a_template_can_be_read(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_copy_makes_no_claim_the_law_forbids(path: Path) -> None:
    assert not FORBIDDEN.findall(path.read_text())


@pytest.mark.parametrize(
    "claim",
    ["Zero-emission delivery", "livraison zéro émission", "CO2 neutre", "a greener city", "transport écologique", "livraison verte"],
)
def test_the_lint_finds_such_claims(claim: str) -> None:
    assert FORBIDDEN.search(claim)


@pytest.mark.parametrize("fact", ["ouvert de 9h à 18h", "9 g CO2e, ISO 14083", "couverture", "neutron"])
def test_the_lint_leaves_plain_facts_alone(fact: str) -> None:
    assert not FORBIDDEN.search(fact)


@pytest.mark.parametrize("sample", ['<p style="x">', "<style>", "<a href='javascript:x'>", '<button onclick="x">'])
def test_the_lint_finds_what_the_policy_would_block(sample: str) -> None:
    assert INLINE_STYLE.search(sample) or HANDLER.search(sample)


@pytest.mark.parametrize("command", ["bin/icons", "bin/vendor"])
def test_every_icon_used_exists_and_every_vendored_file_is_the_recorded_one(command: str) -> None:
    done = subprocess.run([sys.executable, str(ROOT / command), "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_styles_load_nothing_from_elsewhere() -> None:
    ours = list((ROOT / "static" / "css").rglob("*.css"))
    assert ours
    assert not [path.name for path in ours if re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", path.read_text())]
