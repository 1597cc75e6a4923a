"""Django's settings, made from the environment; importing them starts nothing."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from shuke.config import databases
from shuke.config.environment import environment
from shuke.config.secrets import key_ring, secret_key

ENV = environment()

SECRET_KEY = secret_key(ENV)
DEBUG = False
ALLOWED_HOSTS = [ENV.host, "127.0.0.1", "localhost"]
ROOT_URLCONF = "shuke.config.urls"
WSGI_APPLICATION = "shuke.config.wsgi.application"
DATABASES = databases.settings(ENV)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "shuke.web",  # before the packages whose pages it draws in its own look
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "ninja",
    "procrastinate.contrib.django",
    "shuke.core",
    "shuke.staff",
    "shuke.customers",
    "shuke.history",
    "shuke.intake",
    "shuke.beacon",
    "shuke.pulls",
    "shuke.scoring",
    "shuke.suggestions",
    "shuke.segments",
    "shuke.followups",
    "shuke.lab",
    "shuke.webhooks",
    "shuke.reports",
    "shuke.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "shuke.web.middleware.Readable",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shuke.web.middleware.SessionAge",
    "shuke.web.middleware.Language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "shuke.web.middleware.LoginRequired",
    "shuke.web.middleware.SecondFactor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "shuke.web.middleware.ForeseenFailures",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shuke.web.context.frame",
            ]
        },
    }
]

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entry"},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.secure
CSRF_TRUSTED_ORIGINS = [ENV.url]
SECURE_HSTS_SECONDS = 31_536_000 if ENV.secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.secure else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if ENV.secure else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "shuke.web.entrance.AccountAdapter"
ACCOUNT_FORMS = {"login": "shuke.web.entrance.LoginForm"}
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "30/5m/ip,5/5m/key"}
MFA_ADAPTER = "shuke.web.entrance.SecondFactorAdapter"
MFA_TOTP_ISSUER = "Shuke"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

LANGUAGE_CODE = ENV.language
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [Path(__file__).parents[1] / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = ENV.time_zone

STATIC_URL = "static/"
STATIC_ROOT = ENV.home / "static"
WHITENOISE_ROOT = Path(__file__).parents[1] / "web/public"
WHITENOISE_MAX_AGE = 60 * 60
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Source maps take as long to compress as all else, and no page asks for one.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": ENV.log_level.upper()},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "procrastinate": {"level": "WARNING"},
        "asyncssh": {"level": "WARNING"},
        "py4j": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},  # it would write down whole addresses, and the tokens in them
    },
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

SHUKE = ENV
KEY_RING = SimpleLazyObject(key_ring)
