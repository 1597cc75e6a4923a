"""Who is in which tier and activity, and the row that lists read: set statements over all customers."""

from collections.abc import Sequence
from datetime import datetime
from time import sleep

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from shuke.core import audit
from shuke.scoring.models import Run
from shuke.segments.models import Membership

__all__ = ["copy_profiles", "refresh"]

PATIENCE = 400
"""Attempts to lock the list, three seconds each: an export or a dump reads it for minutes."""

END_MEMBERSHIPS = """
UPDATE membership AS present SET until = %(as_of)s
FROM score WHERE score.run_id = %(run)s AND score.customer_id = present.customer_id
  AND present.until IS NULL AND present.kind = %(kind)s AND present.value <> score.{kind}
"""

BEGIN_MEMBERSHIPS = """
INSERT INTO membership (customer_id, kind, value, since, run_id)
SELECT score.customer_id, %(kind)s, score.{kind}, %(as_of)s, %(run)s
FROM score LEFT JOIN membership AS present
  ON present.customer_id = score.customer_id AND present.kind = %(kind)s AND present.until IS NULL
WHERE score.run_id = %(run)s AND present.id IS NULL
  -- Whoever was merged after the run was scored is nobody's member.
  AND EXISTS (SELECT FROM identity WHERE identity.customer_id = score.customer_id)
"""

PROFILES = """
SELECT customer.id AS customer_id, customer.name, customer.pinyin, customer.initials, owner.owner_id,
    customer.home_store_id AS store_id, contact.last_on AS last_contact_on
FROM customer
LEFT JOIN LATERAL (
    SELECT owner_id FROM customer_owner WHERE customer_id = customer.id ORDER BY line_id LIMIT 1
) AS owner ON true
LEFT JOIN (
    SELECT identity.customer_id, max(interaction.happened_on) AS last_on
    FROM interaction JOIN identity ON identity.id = interaction.identity_id
    WHERE interaction.outcome NOT IN ('no_answer', 'busy', 'wrong_number') AND {among}
        AND NOT EXISTS (SELECT FROM interaction AS newer
            WHERE newer.identity_id = interaction.identity_id AND newer.corrects_id = interaction.id)
    GROUP BY 1
) AS contact ON contact.customer_id = customer.id
WHERE EXISTS (SELECT FROM identity WHERE identity.customer_id = customer.id AND {among})
"""

LIST_CUSTOMERS = """
INSERT INTO customer_list_next (
    customer_id, name, pinyin, initials, bigrams, owner_id, store_id, last_contact_on, tier, activity, r, f, m, t,
    r_quintile, f_quintile, m_quintile, days_since_last, orders, money, net_money_365, value_at_risk,
    first_ordered_on, last_ordered_on)
SELECT profile.customer_id, profile.name, profile.pinyin, profile.initials,
    CASE WHEN listed.name = profile.name THEN listed.bigrams ELSE name_bigrams(profile.name) END,
    profile.owner_id, profile.store_id, profile.last_contact_on,
    coalesce(score.tier, ''), coalesce(score.activity, ''),
    coalesce(score.r, ''), coalesce(score.f, ''), coalesce(score.m, ''), coalesce(score.t, ''),
    coalesce(score.r_quintile, 0), coalesce(score.f_quintile, 0), coalesce(score.m_quintile, 0),
    coalesce(score.days_since_last, -1), coalesce(score.orders, 0), coalesce(score.money, 0),
    coalesce(score.net_money_365, 0), coalesce(score.value_at_risk, 0),
    score.first_ordered_on, score.last_ordered_on
FROM ({profiles}) AS profile
LEFT JOIN customer_list AS listed ON listed.customer_id = profile.customer_id
LEFT JOIN score ON score.run_id = %(run)s AND score.customer_id = profile.customer_id
"""

COPY_PROFILES = """
UPDATE {table} AS listed
SET (name, pinyin, initials, bigrams, owner_id, store_id, last_contact_on) = (
    profile.name, profile.pinyin, profile.initials, name_bigrams(profile.name),
    profile.owner_id, profile.store_id, profile.last_contact_on)
FROM ({profiles}) AS profile
WHERE listed.customer_id = profile.customer_id
"""

SNAPSHOT = "SELECT pg_snapshot_xmin(pg_current_snapshot())::xid::text"

WRITTEN_SINCE = "SELECT customer_id FROM customer_list WHERE age(xmin) <= age(%(snapshot)s::text::xid)"


# An undone merge raises the row of `customer_merge` too, so its xmin tells of both.
MERGED_SINCE = "SELECT absorbed_id FROM customer_merge WHERE age(xmin) <= age(%(snapshot)s::text::xid)"

UNLIST_SHELLS = """
DELETE FROM customer_list_next AS listed WHERE customer_id = ANY(%(customers)s)
  AND NOT EXISTS (SELECT FROM identity WHERE identity.customer_id = listed.customer_id)
"""
LIST_RETURNED = """
INSERT INTO customer_list_next SELECT * FROM customer_list WHERE customer_id = ANY(%(customers)s)
ON CONFLICT DO NOTHING
"""


@transaction.atomic
def refresh(*, run: Run, at: datetime) -> dict[str, int]:
    """Carry a run's tiers and activities over to the memberships and the list. Doing it twice changes nothing."""
    values = {"run": run.pk, "as_of": run.as_of}
    counts = {}
    with connection.cursor() as cursor:
        # One refresh at a time; merges may go on, and write memberships too.
        cursor.execute("LOCK TABLE membership IN SHARE UPDATE EXCLUSIVE MODE")
        for kind in Membership.Kind.values:
            cursor.execute(END_MEMBERSHIPS.format(kind=kind), values | {"kind": kind})
            cursor.execute(BEGIN_MEMBERSHIPS.format(kind=kind), values | {"kind": kind})
            counts[f"{kind}_changes"] = cursor.rowcount
        counts["listed"] = _rebuild_list(cursor, values)
    audit.record(None, "segments.refreshed", run, at=at, **counts)
    return counts


def _rebuild_list(cursor: CursorWrapper, values: dict[str, object]) -> int:
    """Fill and index a list beside the present one, then put it in its place; returns how many it lists.

    Every row changes each night, and changing rows in place keeps all indexes busy for ten times as long. People go
    on reading and writing the present list meanwhile; only the switch keeps them out, and takes over what they wrote.
    """
    cursor.execute(SNAPSHOT)
    (snapshot,) = cursor.fetchone()
    cursor.execute("SELECT customer_list_begin()")
    cursor.execute(LIST_CUSTOMERS.format(profiles=PROFILES.format(among="true")), values)
    listed = cursor.rowcount
    cursor.execute("SELECT customer_list_index()")
    _keep_others_out(cursor)
    cursor.execute(WRITTEN_SINCE, {"snapshot": snapshot})
    if customers := [customer for (customer,) in cursor.fetchall()]:
        _copy_profiles(cursor, customers, table="customer_list_next")
    _take_over_merges(cursor, snapshot)
    cursor.execute("SELECT customer_list_switch()")
    return listed


def _take_over_merges(cursor: CursorWrapper, snapshot: str) -> None:
    """Whoever was merged while the next list was filled leaves it, and whoever came back returns to it."""
    cursor.execute(MERGED_SINCE, {"snapshot": snapshot})
    if customers := [customer for (customer,) in cursor.fetchall()]:
        cursor.execute(UNLIST_SHELLS, {"customers": customers})
        cursor.execute(LIST_RETURNED, {"customers": customers})


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


def copy_profiles(customers: Sequence[int]) -> None:
    """Bring the profiles of these customers into the list at once, ahead of the next run."""
    with connection.cursor() as cursor:
        _copy_profiles(cursor, customers, table="customer_list")


def _copy_profiles(cursor: CursorWrapper, customers: Sequence[int], *, table: str) -> None:
    profiles = PROFILES.format(among="identity.customer_id = ANY(%(customers)s)")
    cursor.execute(COPY_PROFILES.format(table=table, profiles=profiles), {"customers": list(customers)})
