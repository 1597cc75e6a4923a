"""Whatever bytes come, a reader refuses the file or loses nothing of it (I3, I5)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.seeds import kept, seeds
from fuzz.targets import TARGETS
from shuke.intake.parsing.parent import looked
from shuke.intake.parsing.wire import Question
from shuke.intake.reading import Unusable

FUZZ = Path(__file__).parent
SOAK_SECONDS = 600
TRIES = {"text": 400, "rows": 20, "workbook": 12, "cells": 8}
"""What each takes a few seconds for."""


@pytest.mark.parametrize("target", TARGETS)
def test_what_was_ever_found_is_refused_or_read(target):
    for known in seeds(target):
        TARGETS[target](known)


@pytest.mark.parametrize("name", kept("workbook"))
def test_whoever_sends_a_workbook_that_breaks_the_reader_is_told_so(tmp_path, name):
    path = tmp_path / "orders.xls"
    path.write_bytes(kept("workbook")[name])
    with pytest.raises(Unusable):
        looked(Question(path, path.name))


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_that_is_tried_breaks_a_reader(target, tmp_path):
    pytest.importorskip("atheris", reason="there is no fuzzer for this machine")
    limit = f"-max_total_time={SOAK_SECONDS}" if os.environ.get("SHUKE_SOAK") else f"-runs={TRIES[target]}"
    command = [sys.executable, FUZZ, target, tmp_path / "corpus", limit, "-seed=1", f"-artifact_prefix={tmp_path}/"]
    search = subprocess.run(command, capture_output=True, check=False)
    assert search.returncode == 0, search.stderr.decode(errors="replace")[-5_000:]
