"""How often a caller may call, counted by the minute, told in headers."""

import time
from dataclasses import dataclass

from django.utils.translation import gettext as _

from collectives.api.callers import Caller
from collectives.api.errors import ApiError
from coopdelivery.kit.limits import count

MINUTE = 60
OF_A_PERSON = 1200


@dataclass(frozen=True, slots=True)
class Spent:
    limit: int
    left: int
    resets_in_s: int

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.left),
            "X-RateLimit-Reset": str(self.resets_in_s),
        }


def spend(caller: Caller, *, now: float | None = None) -> Spent:
    """Count one call. Raises ApiError (429) with `Retry-After` once the minute's calls are used up."""
    moment = int(now if now is not None else time.time())
    limit = caller.application.rate_per_minute if caller.application else OF_A_PERSON
    used = count(f"api-calls:{caller.collective.pk}:{caller.key}", within_s=MINUTE, now=moment)
    spent = Spent(limit, max(0, limit - used), MINUTE - moment % MINUTE)
    if used > limit:
        headers = {"Retry-After": str(spent.resets_in_s), **spent.headers()}
        raise ApiError(429, _("Too many calls: wait %(seconds)s seconds.") % {"seconds": spent.resets_in_s}, headers=headers)
    return spent
