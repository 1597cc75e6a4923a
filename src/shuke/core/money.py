"""Money as whole minor units (分): exact, sortable, and the same on every engine."""

from decimal import ROUND_HALF_UP, Decimal

MINOR_PER_UNIT = 100
PRICE_SCALE = 10_000


def to_minor(amount: Decimal) -> int:
    """Minor units of an amount in whole units, half a minor unit rounded away from zero."""
    return int((amount * MINOR_PER_UNIT).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def from_minor(minor: int) -> Decimal:
    """The amount in whole units, with two decimals."""
    return Decimal(minor).scaleb(-2)


def line_amount(quantity: Decimal, unit_price: int) -> int:
    """Minor units of an order line; `unit_price` is in 1/10,000 of the unit."""
    return to_minor(quantity * unit_price / PRICE_SCALE)
