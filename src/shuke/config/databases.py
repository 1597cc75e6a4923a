"""The two doors to the database: `default` runs the program, `owner` upgrades it."""

from urllib.parse import unquote, urlsplit

from shuke.config.environment import Environment
from shuke.runtime.cluster import Cluster
from shuke.runtime.home import Home


def settings(env: Environment) -> dict:
    """Django's DATABASES. Nothing connects while they are made."""
    app, owner = urls(env)
    return {"default": _entry(app), "owner": _entry(owner)}


def urls(env: Environment) -> tuple[str, str]:
    """Connection URLs of the running and of the owning role."""
    if env.database_url:
        app = env.database_url.get_secret_value()
        return app, env.migrate_url.get_secret_value() if env.migrate_url else app
    cluster = Cluster(Home(env.home))
    return cluster.dsn("app"), cluster.dsn("owner")


def _entry(url: str) -> dict:
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.pop("host", parts.hostname or "")),
        "PORT": query.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 12, "timeout": 10}, **query},
    }
