"""Every setting of an installation: declared once, typed, bounded, and explained in one line."""

import re
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from platformdirs import user_data_dir
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from shuke.core.errors import Invalid
from shuke.core.words import mark as _

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
DUCKDB = "duckdb"
SPARK = re.compile(r"local\[(\*|[1-9][0-9]*)\]|spark://[^\s,/]+:[1-9][0-9]*(,[^\s,/]+:[1-9][0-9]*)*")
OBJECT_STORE = re.compile(r"s3://[^\s/?]+/[^\s?]+(\?\S+)?")


class WrongSetting(Invalid):
    code = "wrong_setting"
    message = _("The setting %(name)s cannot be used: %(reason)s.")
    marked = ("reason",)


class TooSmall(WrongSetting):
    message = _("The setting %(name)s must be at least %(ge)s.")


class TooLarge(WrongSetting):
    message = _("The setting %(name)s must be at most %(le)s.")


class TooShort(WrongSetting):
    message = _("The setting %(name)s needs at least %(min_length)s characters.")


class NotOneOf(WrongSetting):
    message = _("The setting %(name)s must be one of these: %(choices)s.")


class WrittenOtherwise(WrongSetting):
    message = _("The setting %(name)s must be written like this: %(example)s.")


KINDS = {
    "greater_than_equal": TooSmall,
    "less_than_equal": TooLarge,
    "too_short": TooShort,
    "literal_error": NotOneOf,
    "string_pattern_mismatch": WrittenOtherwise,
}
REASONS = {
    "int_parsing": _("it must be a whole number"),
    "bool_parsing": _("it must be true or false"),
}
"""pydantic's name of what is wrong → how we say it; what is in neither is said in pydantic's words."""


def _networks(words: str) -> list[IPv4Network | IPv6Network]:
    return [ip_network(word.strip()) for word in words.split(",") if word.strip()]


class Environment(BaseSettings):
    """The settings, read from environment variables of the given names."""

    model_config = SettingsConfigDict(extra="ignore")

    home: Path = Field(
        default_factory=lambda: Path(user_data_dir("shuke")),
        validation_alias="SHUKE_HOME",
        description="Folder that holds all data of this installation.",
    )
    url: str = Field(
        "http://127.0.0.1:8420",
        validation_alias="SHUKE_URL",
        description="Address at which people open Shuke; plain http only on this computer itself.",
    )
    listen: str = Field(
        "127.0.0.1:8420",
        validation_alias="SHUKE_LISTEN",
        pattern=r"^[^:\s]+:[1-9][0-9]{0,4}$",
        description="Where pages are served when SHUKE_URL is https: a proxy that speaks https passes requests on.",
    )
    database_url: SecretStr | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="Another PostgreSQL (15 or newer) instead of the embedded one.",
    )
    migrate_url: SecretStr | None = Field(
        None,
        validation_alias="SHUKE_MIGRATE_URL",
        description="The same PostgreSQL as the role that owns the tables; used for upgrades only.",
    )
    secret_key: SecretStr | None = Field(
        None,
        validation_alias="SHUKE_SECRET_KEY",
        min_length=32,
        description="Signs log-in sessions; made and kept in the home folder when it is not given.",
    )
    language: Literal["zh-hans", "en"] = Field(
        "zh-hans",
        validation_alias="SHUKE_LANGUAGE",
        description="Language for those who have not chosen one.",
    )
    time_zone: str = Field(
        "Asia/Shanghai",
        validation_alias="SHUKE_TIME_ZONE",
        description="Zone in which a business day begins and ends.",
    )
    currency: str = Field(
        "CNY",
        validation_alias="SHUKE_CURRENCY",
        pattern="^[A-Z]{3}$",
        description="Currency of all amounts (ISO 4217).",
    )
    region: str = Field(
        "CN",
        validation_alias="SHUKE_REGION",
        pattern="^[A-Z]{2}$",
        description="Country whose telephone numbers need no prefix (ISO 3166).",
    )
    workers: int = Field(1, validation_alias="SHUKE_WORKERS", ge=1, le=64, description="Processes that work on jobs.")
    web_processes: int = Field(
        2, validation_alias="SHUKE_WEB_PROCESSES", ge=1, le=64, description="Processes that serve pages."
    )
    web_threads: int = Field(
        4,
        validation_alias="SHUKE_WEB_THREADS",
        ge=1,
        le=256,
        description="Pages that one of these serves at the same time.",
    )
    analytics_memory: str = Field(
        "2GB",
        validation_alias="SHUKE_ANALYTICS_MEMORY",
        pattern="^[1-9][0-9]*(MB|GB)$",
        description="Memory that a scoring run may use before it spills to disk.",
    )
    engine: str = Field(
        DUCKDB,
        validation_alias="SHUKE_ENGINE",
        description="What computes scores: duckdb here, local[*] for Spark here, spark://host:7077 for a cluster.",
    )
    mirror: str | None = Field(
        None,
        validation_alias="SHUKE_MIRROR",
        description="Where all machines of the cluster read the facts: a folder, or s3://bucket/folder.",
    )
    webhook_allow: str = Field(
        "",
        validation_alias="SHUKE_WEBHOOK_ALLOW",
        description="Networks of your own that webhooks may reach, parted by commas, such as 10.0.0.0/8.",
    )
    pull_allow: str = Field(
        "",
        validation_alias="SHUKE_PULL_ALLOW",
        description="Networks that scheduled pulls may reach beyond the usual ones, parted by commas.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", validation_alias="SHUKE_LOG_LEVEL", description="How much is written to the log."
    )
    demo: bool = Field(
        False,
        validation_alias="SHUKE_DEMO",
        description="Demo installation: a banner on every page, second factor not asked for.",
    )

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        from zoneinfo import available_timezones  # noqa: PLC0415  reads the disk; needed once

        if name not in available_timezones():
            raise ValueError(_("there is no such time zone"))
        return name

    @field_validator("url")
    @classmethod
    def _plain_http_stays_here(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(_("it must look like https://shuke.example.com"))
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError(_("other computers need https"))
        return url.rstrip("/")

    @field_validator("engine")
    @classmethod
    def _engine_is_one(cls, engine: str) -> str:
        if engine != DUCKDB and not SPARK.fullmatch(engine):
            raise ValueError(_("it must be duckdb, local[*] or spark://host:7077"))
        return engine

    @field_validator("mirror")
    @classmethod
    def _mirror_is_a_place(cls, mirror: str | None) -> str | None:
        if mirror and not OBJECT_STORE.fullmatch(mirror) and not Path(mirror).is_absolute():
            raise ValueError(_("it must look like /mnt/shared/shuke or s3://bucket/shuke"))
        return mirror or None

    @field_validator("webhook_allow", "pull_allow")
    @classmethod
    def _networks_are_networks(cls, networks: str) -> str:
        try:
            _networks(networks)
        except ValueError:
            raise ValueError(_("it must look like 10.0.0.0/8,192.168.1.0/24")) from None
        return networks

    @property
    def webhook_networks(self) -> list[IPv4Network | IPv6Network]:
        """The networks beside the public internet that webhooks may reach."""
        return _networks(self.webhook_allow)

    @property
    def pull_networks(self) -> list[IPv4Network | IPv6Network]:
        """The networks that scheduled pulls may reach, whatever lies in them."""
        return _networks(self.pull_allow)

    @property
    def spark(self) -> str | None:
        """The master of Spark that computes scores; None where DuckDB does."""
        return None if self.engine == DUCKDB else self.engine

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or "127.0.0.1"

    @property
    def listens_at(self) -> tuple[str, int]:
        """Host and port that pages are served at: those of the URL, or the ones that a proxy in front passes on to."""
        if self.secure:
            host, port = self.listen.rsplit(":", 1)
            return host, int(port)
        return self.host, urlsplit(self.url).port or 80

    @property
    def secure(self) -> bool:
        return self.url.startswith("https://")


@cache
def environment() -> Environment:
    """The settings of this process; WrongSetting names the first one that cannot be used."""
    try:
        return Environment()
    except ValidationError as error:
        raise _wrong(error.errors()[0]) from None


def _wrong(found: ErrorDetails) -> WrongSetting:
    """What pydantic found, as a sentence of ours."""
    kind, name, limits = found["type"], found["loc"][0], found.get("ctx", {})
    declared_as = next(field for field in Environment.model_fields.values() if field.validation_alias == name)
    return KINDS.get(kind, WrongSetting)(
        name=name,
        reason=REASONS.get(kind) or str(limits.get("error") or found["msg"]),
        choices=", ".join(get_args(declared_as.annotation)) if kind == "literal_error" else "",
        example=declared_as.default,
        **{limit: limits[limit] for limit in ("ge", "le", "min_length") if limit in limits},
    )


def declared() -> list[tuple[str, str, str]]:
    """Name, default and help of every setting, for the reference page."""
    return [
        (str(field.validation_alias), _default_words(field), str(field.description))
        for field in Environment.model_fields.values()
    ]


def _default_words(field) -> str:
    if field.default_factory:
        return "the platform's data folder"
    return "" if field.default is None else str(field.default)
