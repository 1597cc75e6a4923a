"""When a program is started again."""

import os
import sys
import time
from pathlib import Path

import pytest
import structlog

from shuke.runtime.child import HEALTHY_AFTER, LOADS_WITHIN, LOG_BYTES, Backoff, Child, Program
from shuke.runtime.home import Home

SLEEPS = (sys.executable, "-c", "import time; time.sleep(60)")


@pytest.fixture
def make(tmp_path):
    home, made = Home(tmp_path / "home").make(), []

    def _make(argv, **options):
        made.append(
            Child(Program("it", argv, **options), home, structlog.wrap_logger(structlog.testing.CapturingLogger()))
        )
        return made[-1]

    yield _make
    for child in made:
        child.kill()
        until_ended(child, 1e9)


def until_ended(child, now):
    while child.is_alive:
        child.watch(now)
        time.sleep(0.01)


def test_waiting_doubles_up_to_its_limit_and_is_forgiven():
    backoff = Backoff(first=1, longest=5)
    assert [backoff.next_delay() for _ in range(4)] == [1, 2, 4, 5]
    backoff.forgive()
    assert backoff.next_delay() == 1


def test_it_starts_again_after_the_wait_and_not_before(make):
    child = make([sys.executable, "-c", ""])
    child.start_if_due(0)
    until_ended(child, 1)
    child.start_if_due(1.2)
    assert not child.is_alive
    child.start_if_due(1.25)
    assert child.is_alive


def test_it_loads_until_it_is_ready_or_has_taken_too_long(make):
    serves = False
    child = make(SLEEPS, ready=lambda: serves)
    assert not child.is_loading(0)
    child.start_if_due(0)
    child.watch(1)
    assert child.is_loading(1)
    assert not child.is_loading(LOADS_WITHIN)
    serves = True
    child.watch(2)
    assert not child.is_loading(2)


def test_what_has_ended_does_not_load(make):
    child = make([sys.executable, "-c", ""], ready=lambda: False)
    child.start_if_due(0)
    until_ended(child, 1)
    assert not child.is_loading(1)


def test_a_healthy_minute_clears_the_record(make):
    child = make([sys.executable, "-c", ""])
    for start in (0.0, 10.0):
        child.start_if_due(start)
        until_ended(child, start + HEALTHY_AFTER)
        child.start_if_due(start + HEALTHY_AFTER + 0.2)
        assert not child.is_alive
        child.start_if_due(start + HEALTHY_AFTER + 0.25)
        until_ended(child, start + 2 * HEALTHY_AFTER + 1)
        child.forgive()


def test_a_heartbeat_counts_by_our_clock_not_by_its_date(make, tmp_path):
    beat = tmp_path / "beat"
    beat.touch()
    os.utime(beat, (1, 1))
    child = make(SLEEPS, heartbeat=beat, heartbeat_within=90, grace=5)
    child.start_if_due(1000)
    child.watch(1080)
    os.utime(beat, (2, 2))
    child.watch(1085)
    child.watch(1174)
    assert child.is_ready
    child.watch(1176)
    until_ended(child, 1177)
    child.start_if_due(1177)
    assert child.is_alive


def test_a_full_log_is_emptied_and_the_program_goes_on_writing(make, tmp_path):
    child = make([sys.executable, "-c", "import sys; print('end')"])
    log = tmp_path / "home" / "logs" / "it.log"
    log.write_bytes(b"x" * (LOG_BYTES + 1))
    child.trim_log()
    child.start_if_due(0)
    until_ended(child, 1)
    assert log.read_text() == "end\n"
    assert log.with_suffix(".log.1").stat().st_size == LOG_BYTES + 1


def test_what_a_program_leaves_in_its_group_ends_with_it(make, tmp_path):
    left = tmp_path / "left.pid"
    leaves = "import subprocess, sys; p = subprocess.Popen(['sleep', '60']); open(sys.argv[1], 'w').write(str(p.pid))"
    child = make([sys.executable, "-c", leaves, str(left)])
    child.start_if_due(0)
    until_ended(child, 1)
    seen = Path("/proc", left.read_text(), "cmdline")
    end = time.monotonic() + 5
    while seen.exists() and seen.read_bytes() and time.monotonic() < end:
        time.sleep(0.01)
    assert not seen.exists() or seen.read_bytes() == b""  # a zombie has no command line
