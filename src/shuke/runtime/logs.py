"""Structured log lines: readable on the console, JSON in the installation's folder. Ids only, never personal data."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from typing import Any, cast

import structlog
from structlog.typing import FilteringBoundLogger, Processor

from shuke.runtime.home import Home

FILE_BYTES = 10 * 1024 * 1024
FILES_KEPT = 3


def logger(home: Home, name: str, *, console: bool = True) -> FilteringBoundLogger:
    """A logger that writes `logs/<name>.log` and, if wanted, the console. Changes no global configuration."""
    target = logging.getLogger(f"shuke.runtime.{name}.{home.root}")
    target.setLevel(logging.INFO)
    target.propagate = False
    _close(target)
    target.addHandler(_handler(_file(home, name), structlog.processors.JSONRenderer(ensure_ascii=False)))
    if console:
        colours = sys.stderr.isatty()
        target.addHandler(_handler(logging.StreamHandler(), structlog.dev.ConsoleRenderer(colors=colours)))
    return cast(FilteringBoundLogger, structlog.wrap_logger(target, processors=_steps(), **_classes()))


def _classes() -> dict[str, Any]:
    return {"wrapper_class": structlog.stdlib.BoundLogger, "cache_logger_on_first_use": True}


def _steps() -> list[Processor]:
    return [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ]


def _handler(handler: logging.Handler, renderer: Processor) -> logging.Handler:
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[strip, renderer]))
    return handler


def _file(home: Home, name: str) -> logging.Handler:
    path = home.logs / f"{name}.log"
    return RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")


def _close(target: logging.Logger) -> None:
    for handler in list(target.handlers):
        target.removeHandler(handler)
        handler.close()
