"""A Stripe-compatible server for the demo and the tests: localstripe, on this machine only, with its memory in a file of ours.

    python bin/_stripe.py --port 8002 --state var/stripe.pickle --webhook http://127.0.0.1:8000/hooks/stripe/

Events are signed with STRIPE_WEBHOOK_SECRET. On its own localstripe listens on every interface and unpickles a file from /tmp, where
anybody may have put it.
"""

from __future__ import annotations

import argparse
import os
import pickle
from pathlib import Path

from _stripe_bank import install
from aiohttp import web
from localstripe import server, webhooks


def keep_in(state: Path) -> None:
    """Point localstripe's memory at our file, and read back what an earlier run left there."""

    def dump_to_disk() -> None:
        fresh = state.with_suffix(".new")
        fresh.write_bytes(pickle.dumps(dict(server.store)))
        fresh.replace(state)

    server.store.dump_to_disk = dump_to_disk
    if state.exists():
        server.store.update(pickle.loads(state.read_bytes()))  # noqa: S301 — written by the lines above, in a folder of ours


def main() -> None:
    parser = argparse.ArgumentParser(description="A Stripe-compatible server on 127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, help="file that keeps its memory between runs; none: forget")
    parser.add_argument("--webhook", help="address that gets the events")
    options = parser.parse_args()
    if options.state:
        keep_in(options.state)
    else:
        server.store.dump_to_disk = lambda: None
    if options.webhook:
        webhooks.register_webhook("coopdelivery", options.webhook, os.environ.get("STRIPE_WEBHOOK_SECRET", ""), None)
    install(f"http://127.0.0.1:{options.port}")
    web.run_app(server.app, host="127.0.0.1", port=options.port, print=None)


if __name__ == "__main__":
    main()
