"""What every endpoint of the public API shares: who calls, what they may, the shapes of the dialect, errors, dates."""
