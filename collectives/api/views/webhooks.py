"""Subscriptions of the calling application."""

from collectives.api.endpoint import Answer, Call, Endpoint, Rule
from collectives.api.errors import ApiError, invalid, not_found, translates
from collectives.api.shapes import Json, collection, iri
from collectives.models import ApiApplication, Webhook
from collectives.webhooks import services

ANY = frozenset({"deliveries", "tasks", "orders", "tasks:all", "orders:all"})
EXAMPLE = {"event": "delivery.completed", "url": "https://shop.example/hook"}


@translates(services.Refused)
def bad_request(error: services.Refused) -> ApiError:
    return invalid(error.field, error.sentence)


def shaped(webhook: Webhook) -> Json:
    return {"@id": iri("webhooks", webhook.pk), "@type": "Webhook", "id": webhook.pk, "url": webhook.url, "event": webhook.event}


def own(call: Call) -> ApiApplication:
    """Raises ApiError (403) for people: webhooks belong to programs."""
    if call.caller.application is None:
        raise ApiError(403, "Webhooks belong to applications: call with their keys.")
    return call.caller.application


class Webhooks(Endpoint):
    """The secret is told once, with the answer that makes it."""

    rules = {
        "GET": Rule("programs.manage", ANY, summary="Subscriptions", answers="Webhook"),
        "POST": Rule("programs.manage", ANY, summary="Subscribe to an event", example=EXAMPLE, answers="Webhook", status=201),
    }

    def get(self, call: Call) -> Answer:
        found = Webhook.objects.filter(application=own(call), is_active=True)
        return Answer(collection(call.request.path, [shaped(webhook) for webhook in found]), context="Webhook")

    def post(self, call: Call) -> Answer:
        body, application = call.sent, own(call)
        event, url = str(body.get("event") or ""), str(body.get("url") or "")
        webhook = services.subscribe(application=application, event=event, url=url, by=None)
        return Answer({**shaped(webhook), "secret": webhook.secret}, 201, "Webhook")


class OneWebhook(Endpoint):
    rules = {
        "GET": Rule("programs.manage", ANY, summary="One subscription", answers="Webhook"),
        "DELETE": Rule("programs.manage", ANY, summary="Unsubscribe", status=204),
    }

    def get(self, call: Call, pk: int) -> Answer:
        return Answer(shaped(self.find(call, pk)), context="Webhook")

    def delete(self, call: Call, pk: int) -> Answer:
        services.unsubscribe(webhook=self.find(call, pk), by=None)
        return Answer(status=204)

    def find(self, call: Call, pk: int) -> Webhook:
        rows = Webhook.objects.filter(application=own(call), is_active=True).select_related("application")
        webhook = rows.filter(pk=pk).first() if pk < 10**18 else None
        if webhook is None:
            raise not_found()
        return webhook
