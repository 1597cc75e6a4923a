"""What the codes of potential say, marked where they stand; a page renders them with their numbers."""

from shuke.core.words import mark as _

__all__ = ["KINDS", "SHORTFALLS"]

SHORTFALLS = {
    "lines": _("no order tells what was in it"),
    "customers": _("%(have)s of %(need)s customers who bought lately"),
    "history_days": _("%(have)s of %(need)s days of orders"),
    "categories": _("articles have no categories, so there is no better one of the same"),
    "rules": _("no pair comes together more often than chance"),
    "new_buyers": _("%(have)s of %(need)s customers who had a suggestion and then bought something new"),
    "no_usable_pattern": _("no usable pattern: what most customers buy tells as much"),
}
"""What each code of a `Shortfall` says."""

KINDS = {
    "next": _("Comes next"),
    "complement": _("Goes with it"),
    "upgrade": _("A step up"),
}
