"""What a file of each kind can tell us, and the words by which shops, tills and CRMs call it."""

from shuke.intake.fields.costs import ACQUISITION, COSTS, SPEND
from shuke.intake.fields.kinds import LIVE_ONLY, Field, Form, Kind, Need, plain_name
from shuke.intake.fields.orders import LINES, ORDERS, RETURNS
from shuke.intake.fields.people import BEHAVIOURS, CONTRACTS, CUSTOMERS, INTERACTIONS

__all__ = ["FIELDS", "LIVE_ONLY", "Field", "Form", "Kind", "Need", "field", "plain_name"]

FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.ORDERS: ORDERS,
    Kind.CUSTOMERS: CUSTOMERS,
    Kind.INTERACTIONS: INTERACTIONS,
    Kind.LINES: LINES,
    Kind.RETURNS: RETURNS,
    Kind.CONTRACTS: CONTRACTS,
    Kind.COSTS: COSTS,
    Kind.ACQUISITION: ACQUISITION,
    Kind.SPEND: SPEND,
    Kind.BEHAVIOURS: BEHAVIOURS,
}


def field(kind: Kind, key: str) -> Field:
    """The field `key` of a kind of file; KeyError if there is none."""
    for candidate in FIELDS[kind]:
        if candidate.key == key:
            return candidate
    raise KeyError(key)
