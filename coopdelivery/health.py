"""Whether this instance can work: asked by the proxy, by the container engine and by whoever watches."""

from datetime import datetime
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from coopdelivery.journal.models import Errand
from coopdelivery.kit.access import open_to_all

BEHIND_AFTER_S = 300
PATIENCE_S = 2


def broker_answers() -> bool:
    """Redis answers; on the embedded broker, its folder is there."""
    if not settings.REDIS_URL:
        return Path(settings.BROKER_DIR).is_dir()
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def errands(now: datetime) -> dict[str, int | bool] | None:
    """How many errands are due, for how many seconds the oldest has been, whether the worker is behind; None: no database."""
    due = Errand.objects.filter(done_at=None, given_up_at=None, next_at__lte=now)
    try:
        oldest = due.order_by("next_at").values_list("next_at", flat=True).first()
        oldest_s = int((now - oldest).total_seconds()) if oldest else 0
        given_up = Errand.objects.filter(given_up_at__isnull=False).count()
        return {"due": due.count(), "oldest_s": oldest_s, "behind": oldest_s > BEHIND_AFTER_S, "given_up": given_up}
    except DatabaseError:
        return None


@open_to_all("machines ask whether the house stands; it names nobody and counts only")
@never_cache
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """200 when database and broker answer, else 503. A worker that is behind is told, but restarting the pages would not help it."""
    backlog, broker = errands(timezone.now()), broker_answers()
    well = backlog is not None and broker
    found = {"ok": well, "database": backlog is not None, "broker": broker, "errands": backlog}
    return JsonResponse(found, status=200 if well else 503)
