"""What the codes of churn say, marked where they stand; a page renders them with their numbers."""

from shuke.core.words import mark as _

__all__ = ["FEATURES", "MODELS", "SHORTFALLS"]

SHORTFALLS = {
    "customers": _("%(have)s of %(need)s customers"),
    "history_days": _("%(have)s of %(need)s days of orders"),
    "repeat_share": _("%(have)s of the customers came back; %(need)s are needed"),
    "cut_offs": _("%(have)s of %(need)s earlier days to compare with"),
    "lapsed": _("only %(have)s of %(need)s customers stayed away in the time that is compared"),
    "came": _("only %(have)s of %(need)s customers came in the time that is compared"),
    "no_usable_signal": _("no usable signal: when customers order tells no more than how often and how much"),
}
"""What each code of a `Shortfall` says; shares are shown in percent."""

MODELS = {
    "base_rate": _("the same chance for everybody"),
    "days_since_last": _("days since the last order alone"),
    "frequency": _("number of orders alone"),
    "volume": _("how often and how much, without dates"),
    "bg_nbd": _("lifetime model (BG/NBD)"),
    "additive": _("all features"),
}

FEATURES = {
    "days_since_last": _("last order %(number)s days ago"),
    "lateness": _("silent for %(number)s of their own cycles"),
    "silence": _("silent for %(number)s times their longest gap"),
    "orders_per_month": _("%(number)s orders a month"),
    "orders": _("%(number)s orders in all"),
    "visits": _("%(number)s days with an order"),
    "orders_30": _("%(number)s orders in 30 days"),
    "orders_90": _("%(number)s orders in 90 days"),
    "orders_180": _("%(number)s orders in 180 days"),
    "orders_365": _("%(number)s orders in 365 days"),
    "active_months": _("orders in %(number)s months of the last year"),
    "median_gap": _("usually %(number)s days between orders"),
    "mean_gap": _("on average %(number)s days between orders"),
    "longest_gap": _("longest gap %(number)s days"),
    "gap_variation": _("gaps vary by %(number)s of their mean"),
    "money_365": _("spent %(number)s in 365 days"),
    "money": _("spent %(number)s in all"),
    "money_30": _("spent %(number)s in 30 days"),
    "money_90": _("spent %(number)s in 90 days"),
    "money_180": _("spent %(number)s in 180 days"),
    "average_order": _("average order %(number)s"),
    "orders_change": _("number of orders changed by %(number)s"),
    "money_change": _("spending changed by %(number)s"),
    "average_order_trend": _("average order at %(number)s of what it was"),
    "returned_share": _("%(number)s of the money returned"),
    "season_orders": _("%(number)s orders in this season last year"),
    "days_since_first": _("customer for %(number)s days"),
    "weekend_share": _("%(number)s of the visits at weekends"),
    "no_purchase": _("the lifetime model says %(number)s"),
}
"""What the feature of a `Reason` says; with no number it is not known, as the cycle of who came once."""
