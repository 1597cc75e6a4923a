"""PostgreSQL's settings for the machine it runs on."""

import os
from pathlib import Path

from shuke.runtime.address import Address
from shuke.runtime.home import Home

MB = 1024 * 1024


def settings(home: Home, address: Address, *, memory: int, cores: int) -> dict[str, str]:
    """Settings by name for `memory` bytes and `cores`, of which web and workers want their share too."""
    return {
        **address.settings(),
        "unix_socket_permissions": "0700",
        "max_connections": "60",
        "shared_preload_libraries": "pg_stat_statements",
        "shared_buffers": _megabytes(memory // 8, at_least=64, at_most=2048),
        "effective_cache_size": _megabytes(memory // 2, at_least=256, at_most=32768),
        "maintenance_work_mem": _megabytes(memory // 16, at_least=64, at_most=512),
        "work_mem": _megabytes(memory // 512, at_least=4, at_most=32),
        "max_parallel_workers_per_gather": str(min(max(cores // 2, 1), 4)),
        "jit": "off",  # our statements are short, compiling them costs more than it saves
        "random_page_cost": "1.1",
        "max_wal_size": "2GB",
        "min_wal_size": "256MB",
        "checkpoint_timeout": "15min",
        "wal_compression": "off",  # a run writes much at once, and compressing it takes longer than writing
        "max_locks_per_transaction": "256",  # scores are partitioned by run
        "client_connection_check_interval": "5s",  # a killed worker must not keep its locks
        "timezone": "UTC",
        "log_timezone": "UTC",
        "default_text_search_config": "pg_catalog.simple",
        **_logging(home),
    }


def render(chosen: dict[str, str]) -> str:
    """The settings as a configuration file."""
    lines = [f"{name} = '{_escaped(value)}'\n" for name, value in chosen.items()]
    return "# Written at every start; changes belong into ALTER SYSTEM.\n" + "".join(lines)


def total_memory() -> int:
    """Bytes of memory we may use: of the machine, or of the container around us."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return machine
    return min(machine, int(limit)) if limit.isdigit() else machine


def _logging(home: Home) -> dict[str, str]:
    """One file per weekday, overwritten a week later. Statements and values may name a person: not kept."""
    return {
        "logging_collector": "on",
        "log_directory": str(home.pg_logs.resolve()),
        "log_filename": "%a.log",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
        "log_line_prefix": "%m [%p] %u ",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    }


def _megabytes(size: int, *, at_least: int, at_most: int) -> str:
    return f"{min(max(size // MB, at_least), at_most)}MB"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
