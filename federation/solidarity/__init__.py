"""The solidarity fund: the co-ops together help one of them, by a gift or a loan."""
