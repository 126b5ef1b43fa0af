"""What makes the pages an installed app: manifest, service worker, and the page for a phone that loaded nothing yet."""

import hashlib

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coopdelivery.kit.access import open_to_all

SHELL = (
    "css/tokens.css",
    "css/courier-kit.css",
    "css/courier.css",
    "js/base.js",
    "js/pocket/app.js",
    "js/pocket/codes.js",
    "js/pocket/outbox.js",
    "js/pocket/phone.js",
    "js/pocket/photo.js",
    "js/pocket/position.js",
    "js/pocket/reader.js",
    "js/pocket/scan.js",
    "js/pocket/screens.js",
    "js/pocket/sealed.js",
    "js/pocket/shift.js",
    "js/pocket/signature.js",
    "js/pocket/visits.js",
    "vendor/idb-keyval/index.js",
    "vendor/signature_pad/signature_pad.min.js",
    "fonts/atkinson-next-latin.woff2",
    "img/icons.svg",
    "img/favicon.svg",
)


@open_to_all("a browser fetches the manifest without signing in; it names the app and its pictures")
@require_safe
def manifest(_request: HttpRequest) -> JsonResponse:
    icon = {"type": "image/png", "purpose": "any maskable"}
    return JsonResponse(
        {
            "id": reverse("pocket:day"),
            "name": _("Coopdelivery, my day"),
            "short_name": _("My day"),
            "description": _("The courier's stops, with or without network."),
            "start_url": reverse("pocket:day"),
            "scope": reverse("pocket:day"),
            "display": "standalone",
            "orientation": "portrait",
            "background_color": "#EDEBE3",
            "theme_color": "#2B459F",
            "icons": [
                {"src": static("img/icon-192.png"), "sizes": "192x192", **icon},
                {"src": static("img/icon-512.png"), "sizes": "512x512", **icon},
            ],
        },
        content_type="application/manifest+json",
    )


@open_to_all("a service worker is fetched by the browser without meaning; it holds no data")
@require_safe
def service_worker(_request: HttpRequest) -> HttpResponse:
    """Served here and not as a static file, so that it may answer for everything under /courier/."""
    shell = orjson.dumps([*(static(name) for name in SHELL), reverse("pocket:offline")]).decode()
    scripts = ", ".join(f'"{static(name)}"' for name in ("js/push-events.js", "js/pocket/worker.js"))
    day, fallback = reverse("pocket:day"), reverse("pocket:offline")
    version = hashlib.sha256(shell.encode()).hexdigest()[:12]
    versioned = f'self.VERSION = "{version}";\n'
    body = f'{versioned}self.SHELL = {shell};\nself.DAY = "{day}";\nself.OFFLINE = "{fallback}";\nimportScripts({scripts});\n'
    return HttpResponse(body, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@open_to_all("says that nothing was loaded yet; holds no data")
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "courier/offline.html")
