"""Cohorts: customers by the month of their first order, and what they did in each month since.

cells = cohorts.cells(tables, as_of=day)                     # lazy, one row per cohort and month
known = Cohorts.from_rows(<the rows, executed>, as_of=day)   # plain JSON, kept with the run
"""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any, Self

import ibis
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict

from shuke.analytics import rfm
from shuke.analytics.tables import Tables

MONTHS_A_YEAR = 12


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Month(_Kept):
    """What a cohort did in a month, `age` months after its first: who ordered, how often, for how much.

    Money is net of returns and refunds, in minor units.
    """

    age: int
    customers: int
    orders: int
    money: int


class Cohort(_Kept):
    """The customers whose first order fell into the month that begins on `first_month`."""

    first_month: date
    months: tuple[Month, ...]

    @property
    def customers(self) -> int:
        """How many they are: all of them ordered in their first month."""
        return self.months[0].customers

    def retention(self, age: int) -> float:
        """The share of them who ordered in that month."""
        return self._customers_at(age) / self.customers

    def money(self, age: int) -> int:
        """What they brought until the end of that month, in minor units."""
        return sum(month.money for month in self.months if month.age <= age)

    def _customers_at(self, age: int) -> int:
        return next((month.customers for month in self.months if month.age == age), 0)


class Cohorts(_Kept):
    """All cohorts of a shop as known before a day, the oldest first."""

    as_of: date
    cohorts: tuple[Cohort, ...]

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]], *, as_of: date) -> Self:
        """Put the rows of `cells` together; a month in which nothing moved is left out."""
        ordered = sorted(rows, key=lambda row: (row["first"], row["age"]))
        found = [
            Cohort(first_month=_first_day(first), months=tuple(map(_month, months)))
            for first, months in groupby(ordered, key=lambda row: row["first"])
        ]
        return cls(as_of=as_of, cohorts=tuple(found))

    def ages(self, cohort: Cohort) -> int:
        """How many months this cohort has been seen in, the one of the day before `as_of` included."""
        return _number(date.fromordinal(self.as_of.toordinal() - 1)) - _number(cohort.first_month) + 1

    def is_over(self, cohort: Cohort, age: int) -> bool:
        """Had that month of the cohort ended on `as_of`?"""
        return _number(cohort.first_month) + age < _number(self.as_of)


def cells(tables: Tables, *, as_of: date) -> ir.Table:
    """One row per cohort and month in which it moved: `first`, `age`, `customers`, `orders` and `money`.

    Months are numbered from year 0. What is dated before the first order belongs to the first month, so that all
    cells together are all that these customers have ever brought.
    """
    moved = rfm.movements(tables, seen_until=as_of)
    monthly = moved.group_by("identity_id", month=_month_number(moved.on)).agg(
        orders=moved.ordered_on.count(), money=moved.amount.sum()
    )
    ordered_in = (monthly.orders > 0).ifelse(monthly.month, None)
    first = ordered_in.min().over(ibis.window(group_by="identity_id"))
    dated = monthly.mutate(first=first).filter(ibis._.first.notnull()).semi_join(tables.identities, "identity_id")
    aged = dated.mutate(age=ibis.greatest(dated.month - dated["first"], 0))
    return aged.group_by("first", "age").agg(
        customers=aged.count(where=aged.orders > 0), orders=aged.orders.sum(), money=aged.money.sum()
    )


def _month_number(day: ir.DateValue) -> ir.IntegerValue:
    return day.year().cast("int64") * MONTHS_A_YEAR + day.month() - 1


def _number(day: date) -> int:
    return day.year * MONTHS_A_YEAR + day.month - 1


def _first_day(number: int) -> date:
    return date(number // MONTHS_A_YEAR, number % MONTHS_A_YEAR + 1, 1)


def _month(row: Mapping[str, Any]) -> Month:
    return Month(**{name: row[name] for name in Month.model_fields})
