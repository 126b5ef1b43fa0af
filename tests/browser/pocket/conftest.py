"""Carl's phone and its cellar, as in tests/browser/test_pocket.py."""

from tests.browser.test_pocket import cellar, context, florist, gate, phone, stops

__all__ = ["cellar", "context", "florist", "gate", "phone", "stops"]
