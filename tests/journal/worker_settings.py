"""The product's settings with the slow subscriber."""

from coopdelivery.settings import *  # noqa: F403  all of them
from coopdelivery.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.journal.slow_app"]
