"""The house's own settings, with what the tests need to be fast, alone and silent. DATABASE_URL and REDIS_URL choose what they run on."""

import atexit
import os
import shutil
import tempfile

SCRATCH = tempfile.mkdtemp(prefix="coopdelivery-tests-")
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

# A person's own settings never reach a test: no real key, no real mail server, no real data folder.
os.environ.update(
    DATA_DIR=SCRATCH,
    DJANGO_SECRET_KEY="only for the tests, and long enough for every check of its length",
    DEBUG="0",
    DEMO="0",
    BASE_URL="http://testserver",
    STRIPE_SECRET_KEY="sk_test_tests",
    STRIPE_PUBLISHABLE_KEY="pk_test_tests",
    STRIPE_WEBHOOK_SECRET="whsec_tests",
    GEOCODER="embedded",
)
os.environ.setdefault("DATABASE_URL", "sqlite:///")

from coopdelivery.settings import *  # noqa: E402, F403  the environment above comes first
from coopdelivery.settings import INSTALLED_APPS, LOGGING, MIDDLEWARE, REDIS_URL, STORAGES  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
ZEAL_RAISE = True
# allauth looks at each session and each address of a person one by one; there are a handful
ZEAL_ALLOWLIST = [{"model": name, "field": "get()"} for name in ("sessions.Session", "account.EmailAddress", "people.Person")]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
if not REDIS_URL:
    CELERY_BROKER_URL = "memory://"

# each sign-in, each call to the local Stripe server and each PDF writes several lines: what a failed test shows is about the failure
LOGGING = {**LOGGING, "loggers": {name: {"level": "WARNING"} for name in ("axes", "stripe", "weasyprint.progress")}}
