"""Making the calls: at least once, in order for each delivery, again with growing delays for three days."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, QuerySet
from django.utils import timezone

from collectives.models import ApiApplication, Webhook, WebhookCall
from collectives.webhooks.sign import headers
from coopdelivery.journal import services as journal
from coopdelivery.kit.http import OutsideFailed, fetch

DELAYS_S = (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 12 * 3600, 24 * 3600)
TRIED_FOR = timedelta(days=3)
OFF_AFTER = timedelta(days=5)
CLAIMED_FOR = timedelta(seconds=60)
SPARED_FOR = timedelta(seconds=60)
TIMEOUT_S = 10.0
KEPT_OF_ANSWER = 2000
BATCH = 100


def waiting() -> list[tuple[int, str]]:
    """Receivers of the acting collective (application, address) that have calls due, those that answer first.

    Each is served by itself, so that a slow one delays nobody else.
    """
    each = due(timezone.now()).order_by().values_list("webhook__application_id", "webhook__url")
    found = each.annotate(failing=Min("webhook__failing_since")).order_by(F("failing").asc(nulls_first=True), "webhook__application_id")
    return [(application, url) for application, url, _failing in found]


def due(now: datetime) -> QuerySet[WebhookCall]:
    """Calls whose time has come and that no earlier call about the same delivery to the same address holds back."""
    earlier = WebhookCall.objects.filter(
        webhook__application=OuterRef("webhook__application"),
        webhook__url=OuterRef("webhook__url"),
        subject=OuterRef("subject"),
        pk__lt=OuterRef("pk"),
        done_at=None,
        given_up_at=None,
    )
    open_calls = WebhookCall.objects.filter(done_at=None, given_up_at=None, next_at__lte=now, webhook__is_active=True)
    return open_calls.exclude(Exists(earlier))


def send_for(application: ApiApplication, url: str = "") -> int:
    """Make the calls of one application that are due (to one of its addresses), in order; how many went through.

    An address that fails is left for this time.
    """
    sent, failing = 0, set[str]()
    for _round in range(BATCH):
        call = _claim(application, url, failing)
        if call is None:
            return sent
        if send(call):
            sent += 1
        else:
            failing.add(call.webhook.url)
    return sent


def _claim(application: ApiApplication, url: str, failing: set[str]) -> WebhookCall | None:
    """The next due call, kept from others for a minute by one conditional UPDATE."""
    now = timezone.now()
    rows = due(now).filter(webhook__application=application).exclude(webhook__url__in=failing).order_by("pk")
    rows = rows.filter(webhook__url=url) if url else rows
    for call in rows.select_related("webhook__application")[:5]:
        mine = WebhookCall.objects.filter(pk=call.pk, next_at=call.next_at, done_at=None, given_up_at=None)
        if mine.update(next_at=now + CLAIMED_FOR, attempts=F("attempts") + 1):
            call.attempts += 1
            return call
    return None


def send(call: WebhookCall) -> bool:
    """One call over the network, and its outcome on the row. True when the other side took it (2xx)."""
    webhook, body = call.webhook, call.body.encode()
    signed = headers(body, webhook.secret, message_id=f"msg_{call.ref.hex}", timestamp=int(timezone.now().timestamp()))
    status: int | None = None
    try:
        allowed = settings.WEBHOOKS_TO_PRIVATE_ADDRESSES
        status, answer = fetch("POST", webhook.url, timeout_s=TIMEOUT_S, allow_private=allowed, data=body, headers=signed)
        said = answer[:KEPT_OF_ANSWER].decode(errors="replace").replace("\0", "")
    except OutsideFailed as error:
        said = str(error)
    taken = status is not None and 200 <= status < 300
    _note(call, status, said, taken=taken)
    return taken


@transaction.atomic
def _note(call: WebhookCall, status: int | None, said: str, *, taken: bool) -> None:
    now = timezone.now()
    row = WebhookCall.objects.filter(pk=call.pk)
    webhook = Webhook.objects.filter(pk=call.webhook_id)
    if taken:
        row.update(done_at=now, status=status, answer=said)
        webhook.exclude(failing_since=None).update(failing_since=None)
        return
    wait = timedelta(seconds=DELAYS_S[min(call.attempts, len(DELAYS_S)) - 1])
    given_up = now if now + wait > call.created_at + TRIED_FOR else None
    row.update(status=status, answer=said, next_at=now + wait, given_up_at=given_up)
    webhook.filter(failing_since=None).update(failing_since=now)
    _spare(call.webhook, now + min(wait, SPARED_FOR))
    _switch_off(call.webhook, now)


def _spare(webhook: Webhook, until: datetime) -> None:
    """What else waits for this address waits a moment longer: hundreds of calls to a dead one would keep workers from the living."""
    there = Webhook.objects.filter(application=webhook.application_id, url=webhook.url).values("pk")
    WebhookCall.objects.filter(webhook__in=there, done_at=None, given_up_at=None, next_at__lt=until).update(next_at=until)


def _switch_off(webhook: Webhook, now: datetime) -> None:
    """After long failure, with notice."""
    tired = Webhook.objects.filter(pk=webhook.pk, is_active=True).filter(failing_since__lt=now - OFF_AFTER)
    if tired.update(is_active=False):
        WebhookCall.objects.filter(webhook=webhook, done_at=None, given_up_at=None).update(given_up_at=now)
        journal.record(
            "webhook.switched_off",
            subject=webhook.application.ref,
            collective_id=webhook.collective_id,
            application=webhook.application.name,
            event=webhook.event,
            url=webhook.url,
        )
