"""The colours people must read are measured, in both themes, from the very file the browser gets."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopdelivery.kit.contrast import TEXT_TARGET, contrast, readable_on

ROOT = Path(__file__).resolve().parents[2]
CSS = (ROOT / "static" / "css" / "tokens.css").read_text()
TOKENS = {name: (light, dark) for name, light, dark in re.findall(r"--([a-z0-9-]+):\s*light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\)", CSS)}
PAIRS = list(csv.DictReader((Path(__file__).parent / "contrast.csv").read_text().splitlines()))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair['foreground']}-on-{pair['background']}")
def test_every_pair_of_colours_reaches_its_target(pair: dict[str, str], theme: str) -> None:
    side = 0 if theme == "light" else 1
    measured = contrast(TOKENS[pair["foreground"]][side], TOKENS[pair["background"]][side])
    assert measured >= float(pair["required"])
    assert measured == pytest.approx(float(pair[theme]), abs=0.01)


def test_all_hundred_and_one_pairs_are_there() -> None:
    assert len(PAIRS) == 101


def test_browsers_without_two_themes_get_exactly_the_light_colours() -> None:
    fallback = dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9A-F]{6});", CSS.split("@supports not", 1)[1]))
    assert fallback == {name: light for name, (light, _dark) in TOKENS.items()}


@pytest.mark.parametrize(
    ("one", "other", "expected"), [("#000000", "#FFFFFF", 21), ("#2B459F", "#2b459f", 1), ("#777777", "#FFFFFF", 4.48)]
)
def test_contrast_is_the_one_of_the_guidelines(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == pytest.approx(expected, abs=0.01)


@given(st.integers(0, 0xFFFFFF))
def test_letters_on_a_tile_can_be_read_on_any_colour(number: int) -> None:
    colour = f"#{number:06x}"
    assert contrast(readable_on(colour), colour) >= TEXT_TARGET


def test_a_colour_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="is not a colour like"):
        contrast("blue", "#FFFFFF")
