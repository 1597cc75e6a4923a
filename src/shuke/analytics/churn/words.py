"""What the codes of churn say, marked where they stand; a page renders them with their numbers."""

from shuke.core.words import mark as _

__all__ = ["MODELS", "SHORTFALLS"]

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
