"""Where packages downstream join in when a customer changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shuke.core.registries import Registry

profile_changed: Registry[Callable[[Sequence[int]], None]] = Registry("followers of profiles")
"""Called in the transaction that changed names, owners, home stores or tags, with the customers' ids."""

holders: Registry[Callable[[Sequence[int]], set[int]]] = Registry("holders of customers")
"""Asked which of these customers must stay although no fact of them is left; lets go of what is nobody's work yet."""

removed: Registry[Callable[[Sequence[int]], None]] = Registry("followers of removed customers")
"""Called in the transaction that removes customers, with their ids."""


def nothing() -> None:
    """What most followers do before a merge."""


@dataclass(frozen=True, slots=True)
class MergeFollower:
    """What a package downstream does about merges, in their transaction; it is told the ids of the merges.

    `joined` comes after the identities went to the kept customers, `parted` after they came back. What `joined` leaves
    in `merge_trace`, `parted` takes back. `prepare` comes before any customer is locked, for locks that come first.
    """

    joined: Callable[[Sequence[int], datetime], None]
    parted: Callable[[Sequence[int], datetime], None]
    prepare: Callable[[], None] = nothing


identities_moved: Registry[MergeFollower] = Registry("followers of merges")
"""Whoever hangs something on a customer joins in here: scores by marks, lists, follow-ups, and consents with the
strictest of both."""
