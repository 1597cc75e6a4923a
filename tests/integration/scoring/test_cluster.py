"""A real cluster of Spark: a master and two workers of their own, on this machine's loopback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sparks
from integration.scoring import lively
from shuke.scoring import services
from shuke.scoring.models import Run
from two_engines import assert_same, rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cluster]

ROOT = Path(__file__).resolve().parents[3]
SCORE = """
import sys, django
django.setup()
from datetime import date
from shuke.scoring import services
services.run(as_of=date.fromisoformat(sys.argv[1]))
"""


def test_a_cluster_comes_to_the_same_as_this_machine(tmp_path):
    sparks.needed()
    as_of = lively.fill()
    here = services.run(as_of=as_of)
    with sparks.cluster(tmp_path, workers=2) as master:
        _score(as_of, tmp_path, SHUKE_ENGINE=master, SHUKE_MIRROR=str(tmp_path / "shared"))
    there = Run.objects.latest("pk")
    assert there.pk > here.pk
    assert_same(here.parameters, there.parameters)
    assert_same(rows(here), rows(there))
    assert all(list((tmp_path / f"worker-{number}").glob("app-*/*/stderr")) for number in range(2))


def _score(as_of, folder: Path, **engine: str) -> None:
    """As the worker does: in a process of its own, which is the driver."""
    env = {**os.environ, **sparks.configured(folder / "conf"), **engine}
    env |= {"DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"}
    command = [sys.executable, "-c", SCORE, as_of.isoformat()]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3_000:]
