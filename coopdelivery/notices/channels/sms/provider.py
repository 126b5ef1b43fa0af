"""What an SMS provider's adapter is. A new one: a module beside this, one class, one line in `channel.PROVIDERS`."""

from typing import Protocol


class Provider(Protocol):
    def send(self, number: str, words: str) -> str:
        """Send `words` to `number` (+ and digits); the provider's own reference. Raises Undeliverable."""
