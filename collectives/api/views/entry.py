"""Where clients begin: the entry point, the collective's settings, the phone to push to."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from collectives.api.callers import chosen_slug
from collectives.api.endpoint import METHODS, Answer, Call, Endpoint, Rule
from collectives.api.errors import ApiError, invalid
from collectives.api.shapes import Json
from collectives.models import Collective, PushToken

ENTRIES = {
    "address": "addresses", "delivery": "deliveries", "incident": "incidents", "package": "packages", "store": "stores", "tag": "tags",
    "task": "tasks", "taskList": "task_lists", "timeSlot": "time_slots", "tour": "tours", "user": "users", "webhook": "webhooks",
}  # fmt: skip
LONGEST_TOKEN = 500


class Entrypoint(Endpoint):
    open_because = "clients look here whether this is a server they can talk to"
    rules = {"GET": Rule("", summary="What this server offers", answers="Entrypoint")}

    def get(self, call: Call) -> Answer:
        links = {name: f"/api/{path}" for name, path in ENTRIES.items()}
        return Answer({"@id": "/api", "@type": "Entrypoint", **links}, context="Entrypoint")


class Context(Endpoint):
    open_because = "the meaning of the words of the dialect"
    rules = {"GET": Rule("", summary="The JSON-LD context of a kind of answer")}

    def get(self, call: Call, name: str) -> Answer:
        words = {"@vocab": f"{settings.BASE_URL}/api/docs#", "hydra": "http://www.w3.org/ns/hydra/core#"}
        return Answer({"@context": words})


class Settings(Endpoint):
    """Public facts about the collective that the host name (or `X-Collective`) names; of the whole house when it names none."""

    open_because = "apps and plugins read the name and the map's centre before anybody signs in"
    rules = {"GET": Rule("", summary="Public settings of the collective")}

    def get(self, call: Call) -> Answer:
        known = list(Collective.objects.order_by("pk")[:2])
        slug = chosen_slug(call.request)
        named = Collective.objects.filter(slug=slug).first() or (known[0] if len(known) == 1 else None)
        shown = named or (known[0] if known else Collective(name="Coopdelivery", country="FR"))
        return Answer(settings_of(shown, brand=named.name if named else "Coopdelivery"))


def settings_of(collective: Collective, *, brand: str) -> Json:
    return {
        "brand_name": brand,
        "motto": "",
        "latlng": f"{collective.latitude},{collective.longitude}",
        "country": collective.country.lower(),
        "locale": collective.language,
        "currency_code": collective.currency.lower(),
        "timezone": collective.time_zone,
        "phone_number": collective.phone,
        "administrator_email": collective.email,
        "default_delivery_form_url": "",
        "logo": None,
        "stripe_publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "payment_gateway": "stripe",
        "guest_checkout_enabled": False,
        "split_terms_and_conditions_and_privacy_policy": False,
        "average_preparation_time": 0,
        "average_shipping_time": 0,
    }


class PushTokens(Endpoint):
    """One token for each person and platform; sending it again changes nothing."""

    rules = {
        "POST": Rule("", summary="Remember where a phone gets its pushes", example={"platform": "android", "token": "abc"}, status=201)
    }

    def post(self, call: Call) -> Answer:
        platform, token = call.sent.get("platform"), call.sent.get("token")
        if platform not in PushToken.Platform.values:
            raise invalid("platform", _("Choose android or ios."))
        if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
            raise invalid("token", _("Send the token the phone was given."))
        values = {"token": token, "saved_at": timezone.now()}
        PushToken.objects.update_or_create(person=call.person, platform=platform, defaults=values)
        return Answer({"platform": platform, "token": token}, status=201)


class PushTokenGone(Endpoint):
    rules = {"DELETE": Rule("", summary="Forget a phone's token", status=204)}

    def delete(self, call: Call, token: str) -> Answer:
        PushToken.objects.filter(person=call.person, token=token[:LONGEST_TOKEN]).delete()
        return Answer(status=204)


class Nothing(Endpoint):
    """Any other address under /api: 404 in the dialect, never HTML."""

    open_because = "there is nothing at these addresses"
    rules = {method: Rule("") for method in METHODS}

    def handle_any(self, call: Call, rest: str = "") -> Answer:
        raise ApiError(404, _("There is nothing at this address of the API."))

    get = post = put = patch = delete = handle_any
