"""What a co-op shows to everybody: its prices, where the money goes, and a delivery for people without an account, paid by card."""
