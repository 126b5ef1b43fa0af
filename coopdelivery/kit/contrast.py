"""WCAG 2 contrast between two colours, for the design tokens and for the tile colour a collective chooses."""

import re

HEX = re.compile(r"^#[0-9a-fA-F]{6}$")
TEXT_TARGET = 4.5
WHITE, BLACK = "#FFFFFF", "#000000"


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, of `#rrggbb`."""
    if not HEX.match(colour):
        raise ValueError(f"{colour!r} is not a colour like #2B459F")
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (same) to 21 (black on white)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def readable_on(colour: str) -> str:
    """White or black, whichever reads better on this colour; one of them always reaches the target for text."""
    return max((WHITE, BLACK), key=lambda text: contrast(text, colour))
