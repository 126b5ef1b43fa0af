"""Deliveries that come again. Dates are local dates and windows wall-clock times, so no change of the clocks can move them."""
