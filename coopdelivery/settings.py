"""One settings file for every place it runs; what differs comes from the environment (docs/operate.md lists it)."""

from pathlib import Path
from urllib.parse import urlsplit

import sentry_sdk
from csp.constants import NONE, SELF

from coopdelivery.env import database, env, env_bool, env_int, env_list, env_secret

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env("DATA_DIR", str(ROOT / "var")))

DEBUG = env_bool("DEBUG", default=False)
DEMO = env_bool("DEMO", default=False)
SECRET_KEY = env_secret("DJANGO_SECRET_KEY", "not-secret-development-only" if DEBUG or DEMO else "")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver")
BASE_URL = env("BASE_URL", "http://localhost:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", BASE_URL)

INSTALLED_APPS = [
    "coopdelivery",
    "coopdelivery.kit",
    "coopdelivery.journal",
    "coopdelivery.people",
    "coopdelivery.places",
    "coopdelivery.ledger",
    "coopdelivery.notices",
    "coopdelivery.decisions",
    "oauth2_provider",
    "collectives",
    "orders",
    "dispatch",
    "federation",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "rest_framework",
    "template_partials",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "coopdelivery.people.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "coopdelivery.kit.received.UnstorableTextMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "coopdelivery.people.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "coopdelivery.kit.htmx.HtmxMiddleware",
    "coopdelivery.kit.access.ClosedByDefaultMiddleware",
    "collectives.middleware.CollectiveMiddleware",
    "dispatch.pinned.PinSessionMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "coopdelivery.urls"
WSGI_APPLICATION = "coopdelivery.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["coopdelivery.kit.templatetags.ui", "template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "collectives.context.shell",
            ],
        },
    },
]
FORM_RENDERER = "coopdelivery.kit.forms.Renderer"

DATABASES = {"default": database(env("DATABASE_URL", f"sqlite:///{DATA_DIR / 'coopdelivery.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People and sign-in
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "coopdelivery.notices.account.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_FORMS = {"login": "coopdelivery.people.forms.SignInForm", "request_login_code": "coopdelivery.people.forms.AskForCodeForm"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,10/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # not everyone has an e-mail address
MFA_TOTP_ISSUER = "Coopdelivery"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or DEMO
USERSESSIONS_TRACK_ACTIVITY = False  # it would write a row at every page
AXES_FAILURE_LIMIT = 10
AXES_USERNAME_CALLABLE = "coopdelivery.people.adapter.name_to_lock"
AXES_CLIENT_IP_CALLABLE = "coopdelivery.people.adapter.address_of"
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SAMESITE = "Lax"

# Words, times
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LOCALE_PATHS = [ROOT / "coopdelivery" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True

# Files
STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", str(DATA_DIR / "static")))
MEDIA_ROOT = DATA_DIR / "media"
BACKUP_DIR = env("BACKUP_DIR")
BACKUP_KEEP_DAYS = env_int("BACKUP_KEEP_DAYS", 14)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or DEMO
        else "coopdelivery.kit.storage.HashedStaticFiles"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or DEMO
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Celery: durable work is a row (journal.Errand); the broker only wakes the worker
REDIS_URL = env_secret("REDIS_URL")
BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 3600, "unacked_restore_interval": 2, "unacked_restore_throttle": 1}
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_DIR),
        "data_folder_out": str(BROKER_DIR),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ALWAYS_EAGER = False
CELERY_TASK_TIME_LIMIT = 900
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# Live stream: its own process. In development it listens on another port of the same host; in production the proxy routes /live/.
LIVE_PORT = env_int("LIVE_PORT", 0)

# Outgoing messages
EMAIL_HOST = env("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = env_int("EMAIL_PORT", 1025)
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env_bool("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "Coopdelivery <no-reply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
VAPID_PRIVATE_KEY = env_secret("VAPID_PRIVATE_KEY")
VAPID_PUBLIC_KEY = env("VAPID_PUBLIC_KEY")
VAPID_SUBJECT = env("VAPID_SUBJECT", "mailto:operator@localhost")
PUSH_TO_PRIVATE_ADDRESSES = env_bool("PUSH_TO_PRIVATE_ADDRESSES", default=False)
WEBHOOKS_TO_PRIVATE_ADDRESSES = env_bool("WEBHOOKS_TO_PRIVATE_ADDRESSES", default=DEMO)
SMS_PROVIDER = env("SMS_PROVIDER")
SMS_API_URL = env("SMS_API_URL")
SMS_API_KEY = env_secret("SMS_API_KEY")
SMS_SENDER = env("SMS_SENDER", "Coopdelivery")

# Places
GEOCODER = env("GEOCODER", "embedded")
GEOCODER_URL = env("GEOCODER_URL")
GEOCODER_USER_AGENT = env("GEOCODER_USER_AGENT", "coopdelivery")
ROUTER = env("ROUTER", "auto")
ROUTER_URL = env("ROUTER_URL")
ROUTER_TILES = env("ROUTER_TILES")
MAP_TILES_URL = env("MAP_TILES_URL")

# Money
STRIPE_API_BASE = env("STRIPE_API_BASE")
STRIPE_SECRET_KEY = env_secret("STRIPE_SECRET_KEY")
STRIPE_PUBLISHABLE_KEY = env("STRIPE_PUBLISHABLE_KEY")
STRIPE_WEBHOOK_SECRET = env_secret("STRIPE_WEBHOOK_SECRET")

# What the browser may do: our own files, nothing else
_TILES = urlsplit(MAP_TILES_URL.replace("{s}", "*"))
TILE_ORIGINS = [f"{_TILES.scheme}://{_TILES.netloc}"] if MAP_TILES_URL else []
LIVE_ORIGINS = [f"http://*:{LIVE_PORT}"] if LIVE_PORT else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *TILE_ORIGINS],
        "font-src": [SELF],
        "connect-src": [SELF, *LIVE_ORIGINS],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
HTTPS = BASE_URL.startswith("https://")
BEHIND_PROXY = env_bool("BEHIND_PROXY", default=False)
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS

# The API's own classes stand on collectives.api.endpoint.Endpoint; what is not said there is closed.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}
# Only client credentials are offered (collectives.api.oauth); what else the toolkit could do is held to RFC 9700.
OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "collectives.api.oauth.Programs",
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    **{
        f"COMPLIANT_BCP_RFC9700_{gate}": True
        for gate in (
            "IMPLICIT_GRANT", "PASSWORD_GRANT", "PKCE_METHOD", "ACCESS_TOKEN_TRANSPORT", "AUTHZ_RESPONSE_ISS", "TOKEN_STORAGE",
            "REFRESH_TOKEN", "REDIRECT_URI_SCHEME", "REDIRECT_URI_MATCHING", "PKCE_REQUIRED",
        )
    },
}  # fmt: skip

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "INFO")},
}
SENTRY_DSN = env_secret("SENTRY_DSN")
if SENTRY_DSN:
    sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False, max_request_body_size="never")
