"""What a customer's orders say by themselves: rhythm, volume, trends, season and habits, as of any day.

Everything here is measured from orders and what happened to them later, by the same pass over the facts as RFM-T.
"""

from datetime import date, timedelta
from functools import reduce

import ibis
import ibis.expr.types as ir

from shuke.analytics import rfm
from shuke.analytics.tables import Tables

WINDOWS = (30, 90, 180, 365)
SEASON_DAYS = 30
WEEKDAYS, WEEKDAY_BITS = 7, 6
MONTHS, MONTH_BITS = 12, 5
SATURDAY = 5


def features(tables: Tables, *, as_of: date, seen_until: date | None = None) -> ir.Table:
    """The measures of RFM-T and all of `_measures`, one row per customer with an order.

    Facts dated before `seen_until` are seen, `as_of` itself if left out. `season_orders` are of a year ago, of the
    30 days that begin with the day.
    """
    moved = rfm.movements(tables, seen_until=seen_until or as_of)
    sums = {**rfm.sums(moved, as_of=as_of), **_sums(moved, as_of)}
    customers = rfm.by_customer(moved, tables.identities, sums)
    measured = customers.mutate(**rfm.measures(customers, as_of=as_of))
    return measured.select(*rfm.measures(customers, as_of=as_of), **_measures(measured))


def _sums(moved: ir.Table, as_of: date) -> dict[str, ir.Scalar]:
    day, gap = moved.ordered_on, moved.gap.cast("int64")
    since = {days: as_of - timedelta(days) for days in WINDOWS}
    before = (day >= as_of - timedelta(180)) & (day < since[90])
    year_before = (day >= as_of - timedelta(2 * 365)) & (day < since[365])
    season = (day >= since[365]) & (day < since[365] + timedelta(SEASON_DAYS))
    visits = moved.is_visit.cast("int64")
    return {
        "visits": day.count(where=moved.is_visit),
        "longest_gap": moved.gap.max(),
        "squared_gaps": (gap * gap).sum(),
        **{f"orders_{days}": day.count(where=day >= since[days]) for days in WINDOWS},
        **{f"sum_{days}": moved.amount.sum(where=day >= since[days]) for days in WINDOWS if days != 90},
        "orders_90_before": day.count(where=before),
        "orders_365_before": day.count(where=year_before),
        "first_money": moved.amount.sum(where=moved.is_first_day),
        "orders_season": day.count(where=season),
        "weekdays": (visits << _field(day.day_of_week.index(), WEEKDAY_BITS)).sum(where=day >= since[365]),
        "months": (visits << _field(day.month() - 1, MONTH_BITS)).sum(where=day >= since[365]),
    }


def _field(place: ir.IntegerValue, bits: int) -> ir.IntegerValue:
    """Where the field of `place` begins in a number of several: one sum counts the visits of all places at once.

    Visits of one year fit: no weekday comes more than 53 times, and no month has more than 31 days.
    """
    return (place * bits).cast("int32")


def _measures(facts: ir.Table) -> dict[str, ir.Value]:
    """Rates and shares are between 0 and 1, changes between -1 and 1; what cannot be known of a customer is null."""
    windows = {f"money_{days}": facts[f"sum_{days}"].fill_null(0) for days in WINDOWS if days != 90}
    recent_average = facts.sum_180 / facts.orders_180.nullif(0)
    return {
        **_rhythm(facts),
        **{f"orders_{days}": facts[f"orders_{days}"] for days in (*WINDOWS, "365_before")},
        "first_money": facts.first_money,
        **windows,
        "orders_change": _change(facts.orders_90, facts.orders_90_before),
        "money_change": _change(facts.money_90, facts.money_90_before),
        "average_order_trend": recent_average / (facts.money / facts.orders),
        "returned_share": (facts.money - facts.net_money) / facts.money,
        "season_orders": (facts.days_since_first >= 365).ifelse(facts.orders_season, None),
        **_habits(facts),
    }


def _rhythm(facts: ir.Table) -> dict[str, ir.Value]:
    """`lateness`: days since the last order in own cycles; the longest silence so far is the other yardstick."""
    days, known = facts.days_since_last.cast("float64"), facts.visits - 1
    mean_gap = (facts.days_since_first - facts.days_since_last) / known.nullif(0)
    variance = facts.squared_gaps / known.nullif(0) - mean_gap * mean_gap
    return {
        "visits": facts.visits,
        "mean_gap": mean_gap,
        "longest_gap": facts.longest_gap,
        "gap_variation": (facts.visits > 2).ifelse(ibis.greatest(variance, 0.0).sqrt() / mean_gap, None),
        "lateness": days / facts.median_gap,
        "silence": days / facts.longest_gap,
    }


def _change(now: ir.NumericValue, before: ir.NumericValue) -> ir.FloatingValue:
    """From -1, all of it gone, to 1, nothing before; a ratio would be without bound."""
    return (now - before) / (now + before).nullif(0)


def _habits(facts: ir.Table) -> dict[str, ir.Value]:
    """Of the last 365 days: the share of visits on weekends, and the months with a visit."""
    weekdays = _counts(facts.weekdays, WEEKDAYS, WEEKDAY_BITS)
    months = _counts(facts.months, MONTHS, MONTH_BITS)
    weekend = (weekdays[SATURDAY] + weekdays[SATURDAY + 1]) / reduce(lambda a, b: a + b, weekdays).nullif(0)
    return {
        "weekend_share": weekend,
        "active_months": reduce(lambda a, b: a + b, [(count > 0).cast("int64") for count in months]),
    }


def _counts(packed: ir.IntegerValue, places: int, bits: int) -> list[ir.IntegerValue]:
    numbers = packed.cast("int64").fill_null(0)
    return [(numbers >> (place * bits)) & (2**bits - 1) for place in range(places)]
