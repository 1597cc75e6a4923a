"""The models that are compared in every run, from the simplest on, and what each feature is called as a reason."""

REASONS: dict[str, tuple[str, ...]] = {
    "silent": ("days_since_last", "lateness", "silence"),
    "how_often": (
        "orders_per_month",
        "orders",
        "visits",
        "orders_30",
        "orders_90",
        "orders_180",
        "orders_365",
        "active_months",
    ),
    "own_cycle": ("median_gap", "mean_gap", "longest_gap", "gap_variation"),
    "spend": ("money_365", "money", "money_30", "money_90", "money_180", "average_order"),
    "trend": ("orders_change", "money_change", "average_order_trend"),
    "returns": ("returned_share",),
    "season": ("season_orders",),
    "tenure": ("days_since_first",),
    "habit": ("weekend_share",),
    "lifetime_model": ("no_purchase",),
}
"""Features that say the same thing are one reason, so that a customer is not told three times for one silence."""

BASE_RATE = "base_rate"
DAYS_SINCE_LAST, FREQUENCY, VOLUME = "days_since_last", "frequency", "volume"
LIFETIME, ADDITIVE = "bg_nbd", "additive"
NO_CALENDAR = (BASE_RATE, FREQUENCY, VOLUME)
"""They know how much somebody bought and nothing of when: what does not beat them has found no sign of leaving."""

CANDIDATES: dict[str, tuple[str, ...]] = {
    BASE_RATE: (),
    DAYS_SINCE_LAST: ("days_since_last",),
    FREQUENCY: ("orders",),
    VOLUME: ("orders", "money", "average_order", "returned_share"),
    LIFETIME: ("no_purchase",),
    ADDITIVE: tuple(name for code, names in REASONS.items() if code != "lifetime_model" for name in names),
}
