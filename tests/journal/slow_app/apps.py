"""An app for the worker's test: its subscriber writes into a file, slowly the first time."""

import os
import time
from pathlib import Path

from django.apps import AppConfig


class SlowConfig(AppConfig):
    name = "tests.journal.slow_app"
    label = "slow_app"

    def ready(self) -> None:
        from coopdelivery.journal import services as journal

        journal.subscribe("kettle.boiled")(pour)


def pour(event: object) -> None:
    """Notes that it began; with the file `slow` there it then takes a minute."""
    folder = Path(os.environ["DATA_DIR"])
    with (folder / "poured").open("a") as file:
        file.write(f"{getattr(event, 'subject', '')}\n")
    if (folder / "slow").exists():
        time.sleep(60)
