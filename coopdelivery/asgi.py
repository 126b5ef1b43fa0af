"""Live streams and the API's realtime channel only: served by uvicorn. Pages are faster under `wsgi`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopdelivery.settings")
django.setup()

from coopdelivery.journal.sse import Receive, Scope, Send  # noqa: E402  the apps must be ready before their modules are imported
from coopdelivery.journal.stream import Reader  # noqa: E402
from dispatch.api import realtime  # noqa: E402
from dispatch.board.live import application as streams  # noqa: E402


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Sockets and streams share the one reader of this process."""
    if scope["type"] != "websocket":
        await streams(scope, receive, send)
        return
    streams.reader = streams.reader or Reader()
    await realtime.serve(streams.reader, scope, receive, send)


__all__ = ["application"]
