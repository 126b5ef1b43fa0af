"""How often somebody may do a thing that costs others something, counted in the cache."""

import time

from django.core.cache import cache


def count(key: str, *, within_s: int, now: float | None = None) -> int:
    """One more in the running span of `within_s` seconds; how many there were with this one."""
    moment = int(now if now is not None else time.time())
    spanned = f"{key}:{moment // within_s}"
    cache.add(spanned, 0, timeout=2 * within_s)
    try:
        return int(cache.incr(spanned))
    except ValueError:  # the cache forgot it between the two: count anew, nobody is refused for that
        cache.set(spanned, 1, timeout=2 * within_s)
        return 1


def spend(what: str, who: str, *, at_most: int, within_s: int) -> bool:
    """Count one more; False once `who` has done `what` more than `at_most` times in the running span of `within_s` seconds."""
    return count(f"limit:{what}:{who}", within_s=within_s) <= at_most
