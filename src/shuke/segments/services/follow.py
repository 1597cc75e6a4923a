"""A few customers at once, ahead of the next run: their memberships and their rows of the list."""

from collections.abc import Sequence

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor

from shuke.core.databases import planned_once
from shuke.scoring.registries import Rescored
from shuke.segments.models import CustomerListing, Membership, SegmentMembership
from shuke.segments.services import moves, statements

__all__ = ["copy_profiles", "follow", "forget", "list_again"]

WITHIN_A_DAY = (statements.TAKE_BACK, statements.GO_ON, statements.END_MEMBERSHIPS, statements.BEGIN_MEMBERSHIPS)
"""What a change within the day does to memberships, in this order."""


def follow(moved: Rescored) -> None:
    """Bring memberships and list to the scores of the day; what it costs follows the number of customers."""
    values = {"run": moved.run_id, "as_of": moved.as_of, "customers": moved.customers}
    tiers = moves.present_tiers(moved.customers)
    with connection.cursor() as cursor:
        for kind in Membership.Kind.values:
            for statement in WITHIN_A_DAY:
                cursor.execute(statements.memberships_of_a_few(statement, kind=kind), values | {"kind": kind})
        listing = statements.list_a_few("customer_list", statements.OF_SCORE, scores=statements.JUST_SCORED)
        cursor.execute(listing, values)
        cursor.execute(statements.unlist("customer_list"), values)
    moves.tell_difference(tiers, customers=moved.customers)


def copy_profiles(customers: Sequence[int]) -> None:
    """Bring the profiles of these customers into the list at once; who is new comes into it."""
    with planned_once() as cursor:
        list_again(cursor, customers, table="customer_list", columns=statements.OF_PROFILE)


def forget(customers: Sequence[int]) -> None:
    """Take customers who are gone off the list at once."""
    for model in (CustomerListing, Membership, SegmentMembership):
        model.objects.filter(customer__in=customers).delete()


def list_again(
    cursor: CursorWrapper | Cursor, customers: Sequence[int], *, table: str, columns: tuple[str, ...]
) -> None:
    """Bring some columns of some customers to what they are now, new customers in, and those without identity out."""
    values = {"customers": list(customers)}
    cursor.execute(statements.list_a_few(table, columns, scores=statements.LIVE_SCORES), values)
    cursor.execute(statements.unlist(table), values)
