"""What becomes of a chunk of rows. Apart from the checker, so that who only receives it does not load its engine."""

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

RAW_TEXT = "raw"
"""The column of checked rows with their text as it came, where applying may still set them aside."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one cell; `column` is the file's own name for it, blank where the whole row is meant."""

    code: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row set aside, with its text as it came."""

    line: int
    problems: tuple[Problem, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A chunk's outcome: rows_in = rows.num_rows + len(refused)."""

    number: int
    rows: pa.Table
    """`line`, then one typed column per mapped field: times in UTC, money in minor units, prices in 1/10,000 and
    quantities in 1/1,000 of the unit; `at_on` is the day in the store's zone, `line_amount` belongs to order lines."""
    refused: tuple[Refused, ...]
    warnings: Counter[Problem]
    share: float = 1.0
    """How much of the file is read with this chunk."""

    @property
    def rows_in(self) -> int:
        return self.rows.num_rows + len(self.refused)
