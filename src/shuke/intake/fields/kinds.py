"""Kinds of files, and what a field of one is."""

from dataclasses import dataclass
from enum import StrEnum

from shuke.core.words import mark as _


class Kind(StrEnum):
    ORDERS = "orders"
    CUSTOMERS = "customers"
    INTERACTIONS = "interactions"
    LINES = "lines"
    RETURNS = "returns"
    CONTRACTS = "contracts"
    COSTS = "costs"
    ACQUISITION = "acquisition"
    SPEND = "spend"
    BEHAVIOURS = "behaviours"

    @property
    def words(self) -> str:
        """What its rows are, marked for translation."""
        return _KIND_WORDS[self]

    @property
    def names_customers(self) -> bool:
        """Whether every file of this kind has to say whom its rows are about."""
        return self in (Kind.ORDERS, Kind.CUSTOMERS, Kind.INTERACTIONS, Kind.CONTRACTS)

    @property
    def builds_on_orders(self) -> bool:
        """Whether its rows are about orders that their source has told before; a row may come too early."""
        return self in (Kind.LINES, Kind.RETURNS)


class Form(StrEnum):
    """How the text of a cell is read."""

    KEY = "key"
    TEXT = "text"
    TIME = "time"
    DAY = "day"
    PERIOD = "period"
    """A day, or a month, which stands for its first day."""
    BIRTHDAY = "birthday"
    MONEY = "money"
    PRICE = "price"
    QUANTITY = "quantity"
    SHARE = "share"
    PHONE = "phone"
    EMAIL = "email"
    RATING = "rating"
    SECONDS = "seconds"


class Need(StrEnum):
    COLUMN = "column"
    """The column must exist; a cell may be blank."""
    CELL = "cell"
    """The column must exist and every cell must be readable, or its row is set aside."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a row can say. `names` are column names, the best first, written as `plain_name` leaves them."""

    key: str
    label: str
    form: Form
    names: tuple[str, ...]
    need: Need = Need.NOTHING
    longest: int = 200


_KIND_WORDS = {
    Kind.ORDERS: _("orders"),
    Kind.CUSTOMERS: _("customers"),
    Kind.INTERACTIONS: _("interactions"),
    Kind.LINES: _("order lines"),
    Kind.RETURNS: _("returns and refunds"),
    Kind.CONTRACTS: _("contracts"),
    Kind.COSTS: _("product costs"),
    Kind.ACQUISITION: _("acquisition costs"),
    Kind.SPEND: _("marketing spend"),
    Kind.BEHAVIOURS: _("behaviour"),
}
LIVE_ONLY = frozenset({Kind.BEHAVIOURS})
"""Kinds that are told the moment they happen, and of which there are no files."""


def plain_name(column: str) -> str:
    """A column's name without case, blanks, punctuation and signs, as `Field.names` are written."""
    return "".join(filter(str.isalnum, column.casefold()))
