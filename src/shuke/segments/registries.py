"""Where packages downstream join in when tiers change."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from shuke.core.registries import Registry

__all__ = ["TierChange", "tiers_changed"]


@dataclass(frozen=True, slots=True)
class TierChange:
    """A customer who was in one tier and is in another."""

    customer_id: int
    former: str
    present: str
    since: date


tiers_changed: Registry[Callable[[Iterable[TierChange]], None]] = Registry("followers of tiers")
"""Called in the transaction that has changed tiers. After a run there may be many: who asks for none costs nothing."""
