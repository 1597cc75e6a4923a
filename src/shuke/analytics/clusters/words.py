"""What the codes of clusters say, marked where they stand; a page renders them with their numbers."""

from shuke.core.words import mark as _

__all__ = ["FEATURES", "SHORTFALLS", "TRAITS"]

FEATURES = {
    "money": _("Money in all"),
    "orders": _("Orders in all"),
    "average_order": _("Average order"),
    "days_since_last": _("Days since last order"),
    "own_cycle": _("Days between orders"),
    "returns": _("Share paid back"),
    "trend": _("Change of money in 90 days"),
}

TRAITS = {
    ("money", True): _("spend much"),
    ("money", False): _("spend little"),
    ("orders", True): _("order often"),
    ("orders", False): _("order rarely"),
    ("average_order", True): _("large orders"),
    ("average_order", False): _("small orders"),
    ("days_since_last", True): _("long silent"),
    ("days_since_last", False): _("here lately"),
    ("own_cycle", True): _("long between orders"),
    ("own_cycle", False): _("back within days"),
    ("returns", True): _("send much back"),
    ("returns", False): _("send little back"),
    ("trend", True): _("spend more and more"),
    ("trend", False): _("spend less and less"),
}
"""What a trait is called, by its feature and whether it is high."""

SHORTFALLS = {
    "customers": _("%(have)s of %(need)s customers"),
    "features": _("only %(have)s of the measures differ between customers; %(need)s are needed"),
    "alike": _("only %(have)s customers buy differently from each other; %(need)s are needed"),
    "one_lump": _(
        "one crowd without gaps: groups would part it with a silhouette of %(have)s; to mean something, it would have "
        "to be %(need)s, which is above what the same numbers give when they are shuffled"
    ),
    "unstable": _("groups that change when other customers are drawn: agreement %(have)s, of %(need)s that is asked"),
    "too_small": _("groups too small to be one: the smallest would hold %(have)s of the customers, of %(need)s"),
}
"""What each code of a `Shortfall` says; stability and sizes are shown in percent."""
