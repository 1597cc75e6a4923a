"""What customers do in a shop without anybody of ours: days, log-ins, taking part, checkouts that end in an order.

Measured as of any day by one pass over the behaviours. An event that nobody told is no event: whoever has not been seen
at all has no row, and whoever was seen and did nothing of a kind has 0.
"""

from datetime import date, timedelta

import ibis.expr.types as ir

from shuke.analytics.rfm import days_until
from shuke.analytics.tables import Tables

REMEMBERED_DAYS = 365
"""Who was last seen longer ago is unknown to us, and not idle."""
WINDOWS = {"30": (0, 30), "90": (0, 90), "90_before": (90, 180)}
COMPLETED_AFTER_DAYS = 1
COUNTED = {"logins": "login", "joins": "join", "shares": "share"}


def usage(tables: Tables, *, as_of: date, seen_until: date | None = None) -> ir.Table:
    """One row per customer who was seen within the last 365 days; facts before `seen_until` (`as_of` if left out).

    - `active_days_30`, `active_days_90`, `active_days_90_before` (the 90 days before those): days with anything at all.
    - `logins_…`, `joins_…`, `shares_…` of the same windows: how many times; `shares_365`.
    - `checkouts_90`: days with a checkout; `completed_90`: those of them with an order on the same day or the next.
    - `looked_30`, `chose_30`: whether the customer looked or searched, and put something into the cart or went to the
      checkout, within the last 30 days.
    """
    seen_until = seen_until or as_of
    days = _by_day(tables, as_of=as_of, seen_until=seen_until)
    completed = _completing(tables, as_of=as_of, seen_until=seen_until)
    held = days.left_join(completed, ["customer_id", "ago"])
    held = held.select(*days.columns, completed=held.completes.fill_null(False) & held.checked_out)
    return held.group_by("customer_id").agg(**_sums(held))


def _behaviours(tables: Tables, *, as_of: date, seen_until: date, days: int) -> ir.Table:
    """With the customer, and how many days ago."""
    told = tables.behaviours
    seen = told.filter(told.happened_on >= as_of - timedelta(days), told.happened_on < seen_until)
    known = seen.inner_join(tables.identities, "identity_id")
    return known.select("customer_id", "kind", "times", ago=days_until(as_of, known.happened_on))


def _by_day(tables: Tables, *, as_of: date, seen_until: date) -> ir.Table:
    told = _behaviours(tables, as_of=as_of, seen_until=seen_until, days=REMEMBERED_DAYS)
    kind, times = told.kind, told.times
    return told.group_by("customer_id", "ago").agg(
        **{name: times.sum(where=kind == each).fill_null(0) for name, each in COUNTED.items()},
        looked=kind.isin(("view", "search")).any(),
        chose=kind.isin(("cart", "checkout")).any(),
        checked_out=(kind == "checkout").any(),
    )


def _completing(tables: Tables, *, as_of: date, seen_until: date) -> ir.Table:
    """By customer, how many days ago a checkout ended in an order: on its day, or on the one before it."""
    _, days = WINDOWS["90"]
    told = _behaviours(tables, as_of=as_of, seen_until=seen_until, days=days)
    buyers = tables.identities.semi_join(told.filter(told.kind == "checkout"), "customer_id")
    orders = tables.orders
    placed = orders.filter(
        orders.kind == "sale",
        orders.amount > 0,
        orders.ordered_on >= as_of - timedelta(days),
        orders.ordered_on < seen_until,
    ).inner_join(buyers, "identity_id")
    same_day = placed.select("customer_id", ago=days_until(as_of, placed.ordered_on))
    day_before = same_day.mutate(ago=same_day.ago + COMPLETED_AFTER_DAYS)
    return same_day.union(day_before, distinct=True).mutate(completes=True)


def _sums(days: ir.Table) -> dict[str, ir.Scalar]:
    found: dict[str, ir.Scalar] = {}
    for window, (until, since) in WINDOWS.items():
        within = (days.ago <= since) & (days.ago > until) if until else days.ago <= since
        found[f"active_days_{window}"] = days.count(where=within)
        found |= {f"{name}_{window}": days[name].sum(where=within).fill_null(0) for name in COUNTED}
    quarter, month = days.ago <= WINDOWS["90"][1], days.ago <= WINDOWS["30"][1]
    return found | {
        "shares_365": days.shares.sum(),
        "checkouts_90": days.count(where=days.checked_out & quarter),
        "completed_90": days.count(where=days.completed & quarter),
        "looked_30": (days.looked & month).any(),
        "chose_30": (days.chose & month).any(),
    }
