"""Group purchases: co-ops say what they want, buy together once it is enough, and share what it cost to the cent."""
