"""Who is in which tier and activity, and the row that lists read: set statements over all customers."""

from collections.abc import Callable
from datetime import datetime
from time import sleep

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from shuke.core import audit
from shuke.core.databases import advisory_lock
from shuke.scoring.models import Run
from shuke.segments.models import Membership
from shuke.segments.registries import tiers_changed
from shuke.segments.services import moves, statements
from shuke.segments.services.follow import list_again

__all__ = ["SNAPSHOT", "WRITTEN_SINCE", "refresh"]

LOCK = 7_301_005
"""Held by the refresh that is under way: the list of the later run replaces that of the earlier one."""
PATIENCE = 400
"""Attempts to lock the list, three seconds each: an export or a dump reads it for minutes."""

SNAPSHOT = "SELECT pg_snapshot_xmin(pg_current_snapshot())::xid::text"

# Rows of the list, and for who has left the list those of the day's scores and of merges, which their undoing raises.
WRITTEN_SINCE = """
SELECT customer_id FROM customer_list WHERE age(xmin) <= age(%(snapshot)s::text::xid)
UNION SELECT customer_id FROM score_today WHERE age(xmin) <= age(%(snapshot)s::text::xid)
UNION SELECT absorbed_id FROM customer_merge WHERE age(xmin) <= age(%(snapshot)s::text::xid)
"""


def refresh(*, run: Run, at: datetime, then: Callable[[], None] = lambda: None) -> dict[str, int]:
    """Carry a run's tiers and activities over to the memberships and the list. Doing it twice changes nothing.

    Two transactions, so that who is scored in the day meanwhile waits for the memberships of those who have moved, and
    not for the list. `then` is called inside the second one.
    """
    values = {"run": run.pk, "as_of": run.as_of}
    with advisory_lock(LOCK):
        counts = _carry_over_memberships(values)
        with transaction.atomic(), connection.cursor() as cursor:
            counts["listed"] = _rebuild_list(cursor, values)
            audit.record(None, "segments.refreshed", run, at=at, **counts)
            then()
    return counts


@transaction.atomic
def _carry_over_memberships(values: dict[str, object]) -> dict[str, int]:
    counts = {}
    with connection.cursor() as cursor:
        cursor.execute(statements.FIND_MOVED, values)
        cursor.execute("ANALYZE moved")
        cursor.execute("LOCK TABLE membership IN SHARE ROW EXCLUSIVE MODE")
        begun = moves.Begun(after=moves.last_membership(cursor))
        for kind in Membership.Kind.values:
            for statement in (statements.END_MEMBERSHIPS, statements.BEGIN_MEMBERSHIPS):
                cursor.execute(statements.memberships_of_moved(statement, kind=kind), values | {"kind": kind})
            counts[f"{kind}_changes"] = cursor.rowcount
    for tell in tiers_changed:
        tell(begun)
    return counts


def _rebuild_list(cursor: CursorWrapper, values: dict[str, object]) -> int:
    """Fill and index a list beside the present one, then put it in its place; returns how many it lists.

    Every row changes each night, and changing rows in place keeps all indexes busy for ten times as long. People go
    on reading and writing the present list meanwhile; only the switch keeps them out, and takes over what they wrote.
    """
    cursor.execute(SNAPSHOT)
    (snapshot,) = cursor.fetchone()
    cursor.execute("SELECT customer_list_begin()")
    cursor.execute(statements.list_everybody("customer_list_next"), values)
    listed = cursor.rowcount
    cursor.execute("SELECT customer_list_index()")
    _keep_others_out(cursor)
    cursor.execute(WRITTEN_SINCE, {"snapshot": snapshot})
    if customers := [customer for (customer,) in cursor.fetchall()]:
        list_again(cursor, customers, table="customer_list_next", columns=statements.EVERY_COLUMN)
    cursor.execute("SELECT customer_list_switch()")
    return listed


def _keep_others_out(cursor: CursorWrapper) -> None:
    """Lock the present list, standing back again and again: whoever comes while we wait would wait behind us."""
    for last in [False] * (PATIENCE - 1) + [True]:
        try:
            with transaction.atomic():
                cursor.execute("SET LOCAL lock_timeout = '1s'")
                cursor.execute("LOCK TABLE customer_list IN ACCESS EXCLUSIVE MODE")
                cursor.execute("SET LOCAL lock_timeout = DEFAULT")
            return
        except OperationalError:
            if last:
                raise
            sleep(2)
