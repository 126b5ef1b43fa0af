"""An outside geocoder behind a cache, a rate limit and a breaker."""

import time
from collections.abc import Callable
from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone

from coopdelivery.places.addresses import normalised
from coopdelivery.places.breaker import Breaker
from coopdelivery.places.geocode.base import GeocoderFailed, Suggestion
from coopdelivery.places.geocode.online import Online
from coopdelivery.places.geometry import Point
from coopdelivery.places.models import GeocodeCache

KEEP_FOUND = timedelta(days=180)
KEEP_NOT_FOUND = timedelta(days=2)
LONGEST_QUEUE_S = 0.5


class Remembering:
    """Asks the provider at most once per text. Call it outside a transaction: it waits for the network."""

    def __init__(self, provider: Online) -> None:
        self.name = provider.name
        self._provider = provider
        self._breaker = Breaker(f"geocoder-{provider.name}")

    def suggest(self, text: str, *, near: Point | None, country: str, limit: int) -> list[Suggestion]:
        if not self._provider.may_suggest or not normalised(text):
            return []
        return self._remembered("s", text, near, country, lambda: self._provider.suggest(text, near=near, country=country, limit=limit))

    def locate(self, text: str, *, near: Point | None, country: str) -> Suggestion | None:
        def ask() -> list[Suggestion]:
            found = self._provider.locate(text, near=near, country=country)
            return [found] if found else []

        found = self._remembered("l", text, near, country, ask)
        return found[0] if found else None

    def _remembered(self, kind: str, text: str, near: Point | None, country: str, ask: Callable[[], list[Suggestion]]) -> list[Suggestion]:
        around = f"{near.latitude:.1f},{near.longitude:.1f}" if near else ""
        key = f"{kind}|{country}|{around}|{normalised(text)}"[:400]
        row = GeocodeCache.objects.filter(provider=self.name, key=key).first()
        if row and timezone.now() - row.at < (KEEP_FOUND if row.result else KEEP_NOT_FOUND):
            return [Suggestion.from_json(data) for data in row.result]
        found = self._guarded(ask)
        result = [suggestion.as_json() for suggestion in found]
        GeocodeCache.objects.update_or_create(provider=self.name, key=key, defaults={"result": result, "at": timezone.now()})
        return found

    def _guarded(self, ask: Callable[[], list[Suggestion]]) -> list[Suggestion]:
        if self._breaker.is_open:
            raise GeocoderFailed(f"{self.name} did not answer a moment ago and is left alone for now")
        self._take_turn()
        try:
            found = ask()
        except GeocoderFailed:
            self._breaker.failed()
            raise
        self._breaker.worked()
        return found

    def _take_turn(self) -> None:
        """Keeps to the provider's requests per second, waiting a little rather than a lot."""
        if not self._provider.rate_per_s:
            return
        give_up = time.monotonic() + LONGEST_QUEUE_S
        while not cache.add(f"geocoder:{self.name}:turn", 1, timeout=1 / self._provider.rate_per_s):
            if time.monotonic() > give_up:
                raise GeocoderFailed(f"{self.name} may not be asked so often")
            time.sleep(0.05)
