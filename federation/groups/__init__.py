"""The six working groups: who works in them, on which mandate, and what they spend of the common pot."""
