"""Sufficient statistics: what the likelihoods need of a population, each distinct history once, with a count."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shuke.core.money import MINOR_PER_UNIT

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

DAYS_A_WEEK = 7
PART = 50_000
"""As many distinct histories say within a percent where the optimum of all of them lies."""


def dot(left: Floats, right: Floats) -> float:
    """The sum of products, in one thread: the last digit must not depend on the number of cores."""
    return float(np.einsum("i,i->", left, right))


@dataclass(frozen=True, slots=True)
class Histories:
    """Distinct purchase histories and how many customers share each.

    `frequency` counts repeat purchases (x of the papers), `last_days` are from the first to the last purchase (their
    recency t_x), `age_days` from the first purchase to the last day seen (T). The models take both in weeks.
    """

    frequency: Floats
    last_days: Whole
    age_days: Whole
    customers: Floats
    age_at_last: Floats = field(init=False)
    age: Floats = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "age_at_last", self.last_days / DAYS_A_WEEK)
        object.__setattr__(self, "age", self.age_days / DAYS_A_WEEK)

    @classmethod
    def of(cls, frequency: npt.ArrayLike, last_days: npt.ArrayLike, age_days: npt.ArrayLike) -> Self:
        """Of one entry per customer."""
        (x, last, age), customers = _distinct(frequency, last_days, age_days)
        return cls(x.astype(np.float64), last, age, customers)

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Self:
        """Of the executed result of `purchases.histories`, put in order: sums of floats depend on it."""
        x, last, age, customers = _in_order(table, "frequency", "age_at_last_days", "age_days", "customers")
        return cls(x.astype(np.float64), last, age, customers.astype(np.float64))

    def log_age(self, more: float) -> Floats:
        """ln(age + more); there are few days and many histories, so each day's is taken once."""
        return _log_of_days(self.age_days, more)

    def log_age_at_last(self, more: float) -> Floats:
        """ln(age at the last purchase + more)."""
        return _log_of_days(self.last_days, more)

    def parts(self, size: int) -> Iterator[Self]:
        """The same histories, at most `size` at a time."""
        for begin in range(0, len(self.customers), size):
            part = slice(begin, begin + size)
            yield type(self)(self.frequency[part], self.last_days[part], self.age_days[part], self.customers[part])

    def part(self) -> Self | None:
        """Every so many of many histories; None where they are few."""
        every = len(self.customers) // PART
        if every < 2:
            return None
        return type(self)(
            self.frequency[::every], self.last_days[::every], self.age_days[::every], self.customers[::every]
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
    log_money: Floats = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "log_money", np.log(self.money))

    @classmethod
    def of(cls, frequency: npt.ArrayLike, minor: npt.ArrayLike) -> Self:
        """Of one entry per customer, in minor units; who bought once says nothing and is left out."""
        x, money = np.asarray(frequency), np.asarray(minor)
        (x, money), customers = _distinct(x[x > 0], money[x > 0])
        return cls(x.astype(np.float64), money / MINOR_PER_UNIT, customers)

    @classmethod
    def from_arrow(cls, table: pa.Table) -> Self:
        """Of the executed result of `purchases.spends`, put in order."""
        frequency, money, customers = _in_order(table, "frequency", "repeat_money", "customers")
        return cls(frequency.astype(np.float64), money / MINOR_PER_UNIT, customers.astype(np.float64))

    def part(self) -> Self | None:
        """Every so many of many pairs; None where they are few."""
        every = len(self.customers) // PART
        if every < 2:
            return None
        return type(self)(self.frequency[::every], self.money[::every], self.customers[::every])

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


def _log_of_days(days: Whole, more: float) -> Floats:
    every_day = np.arange(days.max(initial=0) + 1) / DAYS_A_WEEK
    logs: Floats = np.log(every_day + more)[days]
    return logs


def _in_order(table: pa.Table, *names: str) -> list[Whole]:
    """The columns, ordered by all but the last of them, which is the count."""
    columns = [table[name].to_numpy().astype(np.int64) for name in names]
    order = np.lexsort(columns[-2::-1])
    return [column[order] for column in columns]


def _distinct(*columns: npt.ArrayLike) -> tuple[list[Whole], Floats]:
    """Each combination once, in order, and how often it is there: one number for each, for numbers sort fast."""
    values = [np.asarray(column, np.int64) for column in columns]
    sizes = [int(column.max(initial=0)) + 1 for column in values]
    distinct, counts = np.unique(np.ravel_multi_index(values, sizes), return_counts=True)
    return list(np.unravel_index(distinct, sizes)), counts.astype(np.float64)
