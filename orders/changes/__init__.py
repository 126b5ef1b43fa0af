"""Changing a delivery that is already ordered: what it would cost, who may do it at once, and what waits for an answer."""
