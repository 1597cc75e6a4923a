"""A measured figure beside its goal: what every script of this folder comes to, and how it is told."""

from collections.abc import Iterable
from dataclasses import dataclass

HOLDS, DOES_NOT = "✓", "✗"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value and the bounds promised for it, all of one unit."""

    words: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    beside: str = ""
    """What else was measured on the way, in words."""

    @property
    def holds(self) -> bool:
        enough = self.at_least is None or self.value >= self.at_least
        return enough and (self.at_most is None or self.value <= self.at_most)

    @property
    def goal(self) -> str:
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        return ", ".join(f"{words} {bound:,g} {self.unit}" for words, bound in bounds if bound is not None)

    def __str__(self) -> str:
        mark, verdict = (HOLDS, "") if self.holds else (DOES_NOT, ": does not hold here")
        beside = f"; {self.beside}" if self.beside else ""
        goal = f" ({self.goal}{verdict})" if self.goal else ""
        return f"{mark} {self.words}: {_number(self.value)} {self.unit}{goal}{beside}"


def show(figures: Iterable[Figure]) -> None:
    """A line for each figure, as soon as it is known."""
    for figure in figures:
        print(figure, flush=True)


def _number(value: float) -> str:
    """Exact enough to stand on the side of its goal on which it is: 39.96, 2,345.6."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.{2 if value < 100 else 1}f}"
