"""Who a page speaks for: the shop's server signs the customer's number, with a day in it, so that it expires."""

import hmac
from datetime import date, datetime, timedelta

__all__ = ["day_of", "holds", "sign", "signs"]

EITHER_WAY = timedelta(days=1)
"""A page may be open past midnight, and servers live in many zones: a signature holds the day before and after too."""


def sign(customer: str, *, secret: str, on: date) -> str:
    """What the shop's server writes into its page: the day, and HMAC-SHA256 (RFC 2104) over “day.customer” in hex."""
    digest = hmac.digest(secret.encode(), f"{on.isoformat()}.{customer}".encode(), "sha256")
    return f"{on.isoformat()}.{digest.hex()}"


def day_of(signature: str) -> date | None:
    """The day that a signature names; None if it names none."""
    try:
        return date.fromisoformat(signature.partition(".")[0])
    except ValueError:
        return None


def signs(signature: str, customer: str, *, secret: str) -> bool:
    """Whether it was made with `secret` for `customer`, on whatever day it names."""
    on = day_of(signature)
    return on is not None and hmac.compare_digest(signature.encode(), sign(customer, secret=secret, on=on).encode())


def holds(signature: str, *, at: datetime) -> bool:
    """Whether the day that it names (UTC) is not over by more than a day, nor still to come by more."""
    on = day_of(signature)
    return on is not None and abs(on - at.date()) <= EITHER_WAY
