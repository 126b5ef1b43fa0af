"""The courier's pages: today's rounds in the order dispatch gave, and taps that count with or without network."""
