"""Telling programs what happened: subscriptions, signed calls, every call on a page."""
