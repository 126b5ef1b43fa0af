"""Stop asking a service that does not answer, and ask again after a pause."""

from dataclasses import dataclass

from django.core.cache import cache

FAILURES_BEFORE_PAUSE = 3
PAUSE_S = 60


@dataclass(frozen=True)
class Breaker:
    """Shared by the processes that share the cache; with a cache per process each finds out by itself."""

    name: str

    @property
    def is_open(self) -> bool:
        """True while the service is left alone."""
        return bool(cache.get(f"breaker:{self.name}:open"))

    def failed(self) -> None:
        count_key = f"breaker:{self.name}:failures"
        cache.add(count_key, 0, timeout=PAUSE_S)
        try:
            failures = cache.incr(count_key)
        except ValueError:  # expired in between
            return
        if failures >= FAILURES_BEFORE_PAUSE:
            cache.set(f"breaker:{self.name}:open", 1, timeout=PAUSE_S)
            cache.delete(count_key)

    def worked(self) -> None:
        cache.delete(f"breaker:{self.name}:failures")
