"""The product's apps and files under a strict content security policy, without a person or a database."""

import os
import tempfile

HOME = os.environ.get("GALLERY_HOME") or tempfile.mkdtemp(prefix="shuke-gallery-")
os.environ |= {
    "SHUKE_HOME": HOME,
    "DATABASE_URL": "postgresql://nobody@127.0.0.1/nothing",  # named so that none is made; never reached
    "SHUKE_MIGRATE_URL": "postgresql://nobody@127.0.0.1/nothing",
}

from shuke.config.settings import *  # noqa: E402, F403
from shuke.config.settings import INSTALLED_APPS as APPS  # noqa: E402

INSTALLED_APPS = [*APPS, "browser.gallery"]
ROOT_URLCONF = "browser.gallery.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
LANGUAGE_CODE = "zh-hans"
STATIC_URL = "/static/"
STATIC_ROOT = f"{HOME}/static"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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
                "browser.gallery.data.frame",
            ]
        },
    }
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
