"""The general assembly: one co-op, one voice, on top of `coopdelivery.decisions`."""
