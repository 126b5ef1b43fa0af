"""Subscriptions and what they are told. Rows only: `deliver` does the calling."""

import json
from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.models import ApiApplication, Webhook, WebhookCall
from collectives.webhooks.sign import new_secret
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person

EVENTS = (
    "delivery.assigned", "delivery.started", "delivery.picked", "delivery.in_transit", "delivery.completed", "delivery.failed",
    "delivery.cancelled",
)  # fmt: skip
MOST = 50


class Refused(Exception):
    """`field` of the subscription, and a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


@transaction.atomic
def subscribe(*, application: ApiApplication, event: str, url: str, by: Person | None) -> Webhook:
    """Tell this address of this event from now on. Raises Refused."""
    if event not in EVENTS:
        raise Refused(
            "event", _("There is no event “%(event)s”. Choose one of: %(known)s.") % {"event": event[:40], "known": ", ".join(EVENTS)}
        )
    if not _can_be_called(url):
        raise Refused("url", _("Write an address that begins with https://."))
    if Webhook.objects.filter(application=application, is_active=True).count() >= MOST:
        raise Refused("url", _("An application has at most %(most)s webhooks.") % {"most": MOST})
    webhook = Webhook.objects.create(
        collective_id=application.collective_id, application=application, event=event, url=url, secret=new_secret()
    )
    journal.record("webhook.added", subject=application.ref, collective_id=application.collective_id, by=by, event=event, url=url)
    return webhook


def _can_be_called(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port_is_good and len(url) <= 500 and url.isprintable()


@transaction.atomic
def unsubscribe(*, webhook: Webhook, by: Person | None) -> None:
    """It is told nothing more, and what waits is given up."""
    if Webhook.objects.filter(pk=webhook.pk, is_active=True).update(is_active=False):
        WebhookCall.objects.filter(webhook=webhook, done_at=None, given_up_at=None).update(given_up_at=timezone.now())
        application = webhook.application
        journal.record(
            "webhook.removed", subject=application.ref, collective_id=webhook.collective_id, by=by, event=webhook.event, url=webhook.url
        )


def announce(
    *,
    event: str,
    subject: str,
    event_id: int,
    partner_ref: UUID | None = None,
    once: bool = False,
    only: ApiApplication | None = None,
) -> Sequence[WebhookCall]:
    """A call for each webhook that wants this event of this partner; asked again for the same fact, none is added.

    `once`: only the first time that anything of this kind happens to the subject. `only`: it concerns one sandbox, and nobody else.
    """
    everybody = Q(application__partner_ref=None) | Q(application__partner_ref=partner_ref)
    whose = Q(application=only) if only else everybody & Q(application__is_sandbox=False)
    wanted = Webhook.objects.filter(whose, event=event, is_active=True, application__is_active=True)
    if once:
        wanted = wanted.exclude(calls__subject=subject)
    calls = [
        WebhookCall(collective_id=webhook.collective_id, webhook=webhook, event_id=event_id, subject=subject, body=body_of(event, subject))
        for webhook in wanted
    ]
    return WebhookCall.objects.bulk_create(calls, ignore_conflicts=True) if calls else []


def body_of(event: str, subject: str) -> str:
    """As the dialect writes it, slashes escaped."""
    return json.dumps({"data": {"object": subject, "event": event}}, separators=(",", ":")).replace("/", "\\/")


@transaction.atomic
def send_again(*, call: WebhookCall, by: Person | None) -> WebhookCall:
    """Another call with the same words, whatever became of the first."""
    again = WebhookCall.objects.create(collective_id=call.collective_id, webhook=call.webhook, subject=call.subject, body=call.body)
    application = call.webhook.application
    journal.record("webhook.sent_again", subject=application.ref, collective_id=call.collective_id, by=by, url=call.webhook.url)
    return again
