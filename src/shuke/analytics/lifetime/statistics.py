"""Sufficient statistics: what the likelihoods need of a population, each distinct history once, with a count."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shuke.core.money import MINOR_PER_UNIT

Floats = npt.NDArray[np.float64]

DAYS_A_WEEK = 7


def dot(left: Floats, right: Floats) -> float:
    """The sum of products, in one thread: the last digit must not depend on the number of cores."""
    return float(np.einsum("i,i->", left, right))


@dataclass(frozen=True, slots=True)
class Histories:
    """Distinct purchase histories and how many customers share each.

    `frequency` counts repeat purchases (x of the papers), `age_at_last` is from the first to the last purchase (their
    recency t_x), `age` from the first purchase to the last day seen (T); both in weeks.
    """

    frequency: Floats
    age_at_last: Floats
    age: Floats
    customers: Floats
    _lasts: "_Times" = field(init=False)
    _ages: "_Times" = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lasts", _Times.of(self.age_at_last))
        object.__setattr__(self, "_ages", _Times.of(self.age))

    @classmethod
    def of(cls, frequency: npt.ArrayLike, age_at_last: npt.ArrayLike, age: npt.ArrayLike) -> Self:
        """Of one entry per customer, in weeks."""
        return cls(*_distinct(frequency, age_at_last, age))

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Self:
        """Of the executed result of `purchases.histories`, put in order: sums of floats depend on it."""
        columns = _in_order(table, ("frequency", "age_at_last_days", "age_days", "customers"))
        frequency, last, age, customers = columns
        return cls(frequency, last / DAYS_A_WEEK, age / DAYS_A_WEEK, customers)

    def log_age(self, more: float) -> Floats:
        """ln(age + more); there are few distinct days and many histories, so each day's is taken once."""
        return np.log(self._ages.distinct + more)[self._ages.place]

    def log_age_at_last(self, more: float) -> Floats:
        """ln(age at the last purchase + more)."""
        return np.log(self._lasts.distinct + more)[self._lasts.place]

    def parts(self, size: int) -> Iterator[Self]:
        """The same histories, at most `size` at a time."""
        for begin in range(0, len(self.customers), size):
            part = slice(begin, begin + size)
            yield replace(
                self,
                frequency=self.frequency[part],
                age_at_last=self.age_at_last[part],
                age=self.age[part],
                customers=self.customers[part],
            )

    def total(self) -> float:
        return float(self.customers.sum())

    def repeat_buyers(self) -> int:
        return int(self.customers[self.frequency > 0].sum())

    def weeks_a_purchase(self) -> float:
        """The weeks that the customers waited, for each repeat purchase they made."""
        weeks, purchases = dot(self.customers, self.age), dot(self.customers, self.frequency)
        return max(weeks, 1.0) / max(purchases, 1.0)

    def beyond(self) -> Floats:
        """At place k, how many customers have more than k repeat purchases."""
        counts = np.bincount(self.frequency.astype(np.int64), weights=self.customers)
        beyond: Floats = (counts.sum() - np.cumsum(counts))[:-1]
        return beyond


@dataclass(frozen=True, slots=True)
class Spends:
    """Distinct pairs of repeat purchases and the money of all of them together, in whole units of the currency."""

    frequency: Floats
    money: Floats
    customers: Floats

    @classmethod
    def of(cls, frequency: npt.ArrayLike, money: npt.ArrayLike) -> Self:
        """Of one entry per customer; who bought once says nothing and is left out."""
        counts, totals = np.asarray(frequency, np.float64), np.asarray(money, np.float64)
        known = (counts > 0) & (totals > 0)
        return cls(*_distinct(counts[known], totals[known]))

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Self:
        """Of the executed result of `purchases.spends`, put in order."""
        frequency, money, customers = _in_order(table, ("frequency", "repeat_money", "customers"))
        return cls(frequency, money / MINOR_PER_UNIT, customers)

    def total(self) -> float:
        return float(self.customers.sum())

    def correlation(self) -> float:
        """Between how often and how much a time customers buy; 0 where either is always the same."""
        mean = self.money / self.frequency
        return weighted_correlation(self.frequency, mean, self.customers)


def weighted_correlation(left: Floats, right: Floats, weights: Floats) -> float:
    """Pearson's, each pair counted `weights` times; 0 where there is nothing to correlate."""
    total = weights.sum()
    if not total:
        return 0.0
    left, right = left - dot(weights, left) / total, right - dot(weights, right) / total
    spread = np.sqrt(dot(weights, left**2) * dot(weights, right**2))
    return dot(weights, left * right) / float(spread) if spread > 0 else 0.0


@dataclass(frozen=True, slots=True)
class _Times:
    """Distinct moments, and where each history has its own."""

    distinct: Floats
    place: npt.NDArray[np.intp]

    @classmethod
    def of(cls, weeks: Floats) -> Self:
        return cls(*np.unique(weeks, return_inverse=True))


def _in_order(table: pa.Table, names: Sequence[str]) -> list[Floats]:
    """The columns as floats, ordered by all but the last of them, which is the count."""
    columns = [table[name].to_numpy().astype(np.float64) for name in names]
    order = np.lexsort(columns[-2::-1])
    return [column[order] for column in columns]


def _distinct(*columns: npt.ArrayLike) -> list[Floats]:
    """Each combination once, in order, and behind them how often it is there."""
    values = [np.asarray(column, np.float64) for column in columns]
    order = np.lexsort(values[::-1])
    ordered = [column[order] for column in values]
    changes = np.zeros(max(len(order) - 1, 0), bool)
    for column in ordered:
        changes |= column[1:] != column[:-1]
    first = np.flatnonzero(np.append(len(order) > 0, changes)) if len(order) else order
    counts = np.diff(np.append(first, len(order))).astype(np.float64)
    return [*(column[first] for column in ordered), counts]
