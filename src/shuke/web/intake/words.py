"""Words of the import pages: for figures, standings, and what a problem is called."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shuke.intake.checks.problems import PROBLEMS
from shuke.intake.mapping import DayOrder, Grain

ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "cp1252")
DELIMITERS = {
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
    "|": gettext_lazy("bar"),
    "^": "^",
    "~": "~",
    "\x01": "0x01",
    "\x1f": "0x1F",
}
GRAINS = {
    Grain.ORDER: gettext_lazy("one order a row"),
    Grain.LINE: gettext_lazy("one article of an order a row"),
}
DAY_ORDERS = {
    DayOrder.DAY_FIRST: gettext_lazy("3/4 is the 3rd of April"),
    DayOrder.MONTH_FIRST: gettext_lazy("3/4 is the 4th of March"),
}
FIGURES = (
    ("rows_in", gettext_lazy("Rows read"), "list-details", "slate"),
    ("inserted", pgettext_lazy("rows", "New"), "plus", "green"),
    ("updated", pgettext_lazy("rows", "Updated"), "refresh", "blue"),
    ("unchanged", gettext_lazy("Unchanged"), "check", "slate"),
    ("quarantined", gettext_lazy("Set aside"), "alert-triangle", "amber"),
    ("orders", gettext_lazy("Orders"), "shopping-bag", "violet"),
    ("customers", gettext_lazy("Paying customers"), "users", "green"),
)
UNDONE = (
    ("orders_removed", gettext_lazy("Orders taken away")),
    ("orders_restored", gettext_lazy("Orders that are again as they were")),
    ("orders_kept", gettext_lazy("Orders that stay: something came later")),
    ("profiles_restored", gettext_lazy("Profiles that are again as they were")),
    ("profiles_kept", gettext_lazy("Profiles that stay: somebody has edited them since")),
    ("interactions_removed", gettext_lazy("Contacts taken away")),
    ("interactions_kept", gettext_lazy("Contacts that stay: something came later")),
    ("records_removed", gettext_lazy("Records taken away")),
    ("records_restored", gettext_lazy("Records that are again as they were")),
    ("records_kept", gettext_lazy("Records that stay: something came later")),
    ("behaviours_removed", gettext_lazy("What customers did in the shop, taken away")),
    ("customers_removed", gettext_lazy("Customers taken away")),
    ("customers_kept", gettext_lazy("Customers that stay: colleagues have worked with them")),
)
STANDINGS = {
    "paid": gettext_lazy("Paid"),
    "unpaid": gettext_lazy("Not paid"),
    "cancelled": gettext_lazy("Cancelled"),
    "refunded": gettext_lazy("Refunded"),
    "returned": gettext_lazy("Returned"),
}


def told(code: str, column: str, count: int = 0) -> dict:
    """A problem as the pages show it."""
    return {"words": _(PROBLEMS.get(code, code)), "column": column, "count": count}
