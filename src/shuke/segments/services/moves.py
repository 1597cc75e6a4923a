"""Who has moved from one tier to another; the first tier of a customer is no move."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.backends.utils import CursorWrapper

from shuke.segments.models import Membership
from shuke.segments.registries import TierChange, tiers_changed

__all__ = ["Begun", "last_membership", "present_tiers", "tell_difference"]

MOVED = """
SELECT DISTINCT ON (present.customer_id) present.customer_id, former.value, present.value, present.since
FROM membership AS present
JOIN membership AS former ON former.customer_id = present.customer_id AND former.kind = present.kind
    AND former.until = present.since AND former.id < present.id
WHERE present.id > %(after)s AND present.kind = 'tier' AND present.until IS NULL
ORDER BY present.customer_id, former.id DESC
"""


@dataclass(frozen=True, slots=True)
class Begun:
    """The moves among the memberships that have begun after a certain one, looked up by whoever iterates."""

    after: int

    def __iter__(self) -> Iterator[TierChange]:
        with connection.cursor() as cursor:
            cursor.execute(MOVED, {"after": self.after})
            yield from (TierChange(*row) for row in cursor.fetchall())


def last_membership(cursor: CursorWrapper) -> int:
    """The newest membership; call it while nobody else can add one."""
    cursor.execute("SELECT coalesce(max(id), 0) FROM membership")
    return cursor.fetchone()[0]


def present_tiers(customers: Sequence[int]) -> dict[int, tuple[str, date]]:
    """The tier of each of these customers, and since when."""
    rows = Membership.objects.filter(customer__in=customers, kind=Membership.Kind.TIER, until=None)
    return {customer: (value, since) for customer, value, since in rows.values_list("customer_id", "value", "since")}


def tell_difference(before: dict[int, tuple[str, date]], *, customers: Sequence[int]) -> None:
    """Tell those who follow it which of these customers were in another tier before."""
    after = present_tiers(customers)
    moves = [
        TierChange(customer, former, after[customer][0], after[customer][1])
        for customer, (former, _since) in before.items()
        if customer in after and after[customer][0] != former
    ]
    if moves:
        for tell in tiers_changed:
            tell(moves)
