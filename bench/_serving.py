"""The product's pages as in production, on 127.0.0.1, for the benchmarks that need a network."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path

from _servers import free_port, private
from django.db import connection

from bench._common import ROOT


def serve(stack: ExitStack, folder: Path) -> tuple[int, int]:
    """The product's pages on 127.0.0.1 as in production; their port, and the process whose workers may be killed."""
    port = free_port()
    database = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{connection.settings_dict['NAME']}"
    os.environ |= {"DATABASE_URL": database, "BASE_URL": f"http://127.0.0.1:{port}"}
    pid = folder / "pid"
    words = f"gunicorn coopdelivery.wsgi --bind 127.0.0.1:{port} --workers 3 --threads 2 --timeout 60 --pid {pid} --chdir {ROOT}"
    stack.enter_context(private("gunicorn", [sys.executable, "-m", *words.split()], port, folder / "gunicorn.log"))
    return port, int(pid.read_text())
