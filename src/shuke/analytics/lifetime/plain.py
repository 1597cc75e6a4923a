"""Lifetime value by plain formulas, over columns or numbers: what is left where the data do not carry a model.

Money in minor units, lifetimes in years. Source of (a) and (c): R. C. Blattberg, J. Deighton: Manage Marketing by the
Customer Equity Test. Harvard Business Review 74 (1996), 136-144; F. R. Dwyer: Customer Lifetime Valuation to Support
Marketing Decision Making. Journal of Direct Marketing 3 (1989), 8-15.
"""

from typing import TypeVar

import ibis.expr.types as ir

Money = TypeVar("Money", float, ir.NumericValue)


def lifetime_years(retention: float) -> float:
    """How long a customer stays who comes back each year with probability `retention`."""
    return 1 / (1 - retention)


def simple(contribution: Money, *, years: float, acquisition_cost: Money) -> Money:
    """(a): what a year contributes × lifetime − what winning the customer has cost."""
    return contribution * years - acquisition_cost


def by_arpu(arpu: float, *, retention: float, years: float, acquisition_cost: Money) -> Money:
    """(b): revenue of an average customer a year × retention × lifetime − what winning the customer has cost."""
    return arpu * retention * years - acquisition_cost


def discounted(contribution: Money, *, retention: float, discount: float, years: int) -> Money:
    """(c) before what winning the customer has cost: a year's contribution in each year still to come, discounted."""
    return contribution * annuity(retention=retention, discount=discount, years=years)


def annuity(*, retention: float, discount: float, years: int) -> float:
    """What 1 a year is worth today, paid at the end of each year in which the customer still comes."""
    return float(sum((retention / (1 + discount)) ** year for year in range(1, years + 1)))
