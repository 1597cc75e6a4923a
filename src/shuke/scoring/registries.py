"""Where packages downstream follow what is scored in the day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from shuke.core.registries import Registry

__all__ = ["Rescored", "rescored"]


@dataclass(frozen=True, slots=True)
class Rescored:
    """Customers whose scores have been computed anew, as of which day, by the parameters of which run."""

    run_id: int
    as_of: date
    customers: list[int]


rescored: Registry[Callable[[Rescored], None]] = Registry("followers of the scores of the day")
"""Called in the transaction that writes the scores of a few customers; after a run of everybody there are jobs."""
