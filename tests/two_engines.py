"""What two engines come to, held against each other: floats to nine digits, all else exactly."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isclose
from typing import Any

from installation import Installation
from shuke.scoring import queries
from shuke.scoring.models import Run, Score
from shuke.scoring.packing import unpacked

Rows = dict[int, dict[str, Any]]
LIVE = "FROM score WHERE run_id = (SELECT run_id FROM live_run)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run has learned, and the score of each customer."""

    parameters: dict[str, Any]
    rows: Rows


def rows(of: Run) -> Rows:
    scores = Score.objects.filter(run_id=of.pk).values(*_columns())
    return {row["customer_id"]: row for row in scores}


def scored(site: Installation, *, as_of: str) -> Outcome:
    """The outcome of a run of an installation, by the engine that its settings name."""
    site.json("score", "--as-of", as_of)
    names = _columns()
    found = [dict(zip(names, row, strict=True)) for row in site.sql(f"SELECT {', '.join(names)} {LIVE}")]
    ((parameters,),) = site.sql("SELECT parameters FROM run JOIN live_run ON live_run.run_id = run.id")
    return Outcome(parameters, {row["customer_id"]: row for row in found})


def assert_same(ours: object, theirs: object) -> float:
    """They are the same; returns by how much, relatively, two floats differ at most."""
    left, right = dict(flat(ours)), dict(flat(theirs))
    assert left.keys() == right.keys()
    assert {path: (value, right[path]) for path, value in left.items() if not _is_same(value, right[path])} == {}
    return max((_apart(value, right[path]) for path, value in left.items() if isinstance(value, float)), default=0.0)


def flat(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Each value by itself, with the names that lead to it."""
    if isinstance(value, bytes):
        value = unpacked(value)
    if isinstance(value, dict | list):
        for name, found in value.items() if isinstance(value, dict) else enumerate(value):
            yield from flat(found, f"{path}/{name}")
    else:
        yield path, value


def _columns() -> list[str]:
    return queries.columns().remove(0).names


def _is_same(left: object, right: object) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)
    return left == right


def _apart(left: float, right: Any) -> float:
    return abs(left - right) / max(abs(left), abs(right)) if left != right else 0.0
