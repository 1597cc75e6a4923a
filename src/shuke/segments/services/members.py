"""Who is in which segment: of everybody after a run or a changed rule, of a few in the day."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.timezone import localdate

from shuke.analytics.rules import tree
from shuke.scoring.registries import Rescored
from shuke.segments.models import Segment
from shuke.segments.postgres import query
from shuke.segments.services.rebuild import SNAPSHOT, WRITTEN_SINCE

__all__ = ["fill", "fill_all", "follow_profiles", "follow_scores"]

FITS = "CREATE TEMPORARY TABLE fits ON COMMIT DROP AS {fitting}"
AMONG_FEW = "customer_id = ANY(%(customers)s)"
A_FEW = "few AS (SELECT unnest(%(customers)s::bigint[]) AS customer_id), fits AS MATERIALIZED ({fitting}),"

# Each part names other rows. Within a day nothing has lasted: what began today and fits no more never was, and what
# ended today goes on. Whoever has no identity left is nobody who could fit.
FOLLOW = """
WITH {fits} present AS (
    SELECT id, customer_id, since FROM segment_membership
    WHERE segment_id = %(segment)s AND until IS NULL AND {among}
), gone AS (
    SELECT id, since FROM present WHERE NOT EXISTS (SELECT FROM fits WHERE fits.customer_id = present.customer_id)
), never_was AS (
    DELETE FROM segment_membership AS membership USING gone
    WHERE membership.id = gone.id AND gone.since = %(on)s RETURNING membership.id
), ended AS (
    UPDATE segment_membership AS membership SET until = greatest(membership.since, %(on)s) FROM gone
    WHERE membership.id = gone.id AND gone.since <> %(on)s RETURNING membership.id
), come AS (
    SELECT customer_id FROM fits WHERE NOT EXISTS (SELECT FROM present WHERE present.customer_id = fits.customer_id)
        AND EXISTS (SELECT FROM identity WHERE identity.customer_id = fits.customer_id)
), gone_on AS (
    UPDATE segment_membership AS membership SET until = NULL FROM (
        SELECT max(former.id) AS id FROM segment_membership AS former JOIN come USING (customer_id)
        WHERE former.segment_id = %(segment)s AND former.until = %(on)s GROUP BY customer_id
    ) AS last WHERE membership.id = last.id RETURNING membership.customer_id
), begun AS (
    INSERT INTO segment_membership (segment_id, customer_id, since)
    SELECT %(segment)s, customer_id, %(on)s FROM come
    WHERE NOT EXISTS (SELECT FROM gone_on WHERE gone_on.customer_id = come.customer_id)
    ON CONFLICT DO NOTHING RETURNING id
)
SELECT (SELECT count(*) FROM begun) + (SELECT count(*) FROM gone_on),
    (SELECT count(*) FROM ended) + (SELECT count(*) FROM never_was)
"""

MOST_AGAIN = 20_000
"""When more have been written while a segment was filled, everybody is held against the rule again."""
WRITTEN_MEANWHILE = f"SELECT customer_id FROM ({WRITTEN_SINCE}) AS written LIMIT {MOST_AGAIN + 1}"

# All who follow in the day share this lock; whoever fills a segment takes it alone, for the last step.
STANDING_STILL = "SELECT id FROM segment WHERE archived_at IS NULL ORDER BY id FOR SHARE"


def fill_all(*, on: date, at: datetime) -> None:
    """Hold everybody against every segment, one after the other."""
    for segment in Segment.objects.standing().order_by("id"):
        fill(segment=segment, on=on, at=at)


@transaction.atomic
def fill(*, segment: Segment, on: date, at: datetime) -> dict[str, int]:
    """Bring a segment to all who fit its rule on a day; only those who come and go are written.

    Finding them takes the time and keeps nobody out. Who is followed in the day meanwhile is held against the rule
    once more behind that, when the day waits for this segment alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT)
        (snapshot,) = cursor.fetchone()
        _find(cursor, segment, on)
        same = Segment.objects.standing().filter(pk=segment.pk, version=segment.version)
        if not same.select_for_update(no_key=True):
            return {"begun": 0, "ended": 0}
        cursor.execute(WRITTEN_MEANWHILE, {"snapshot": snapshot})
        written = [customer for (customer,) in cursor.fetchall()]
        if len(written) > MOST_AGAIN:
            _find(cursor, segment, on)
        counts = _follow(cursor, segment, on)
        _follow_few(cursor, segment, written, on)
    same.update(filled_at=at)
    return counts


def follow_scores(moved: Rescored) -> None:
    """Hold customers against the segments as soon as they are scored in the day."""
    _follow_in_all(moved.customers, moved.as_of)


def follow_profiles(customers: Sequence[int]) -> None:
    """Hold customers against the segments as soon as their profiles or tags change."""
    _follow_in_all(customers, localdate())


def _follow_in_all(customers: Sequence[int], on: date) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STANDING_STILL)
        standing = [segment for (segment,) in cursor.fetchall()]
        for segment in Segment.objects.filter(pk__in=standing).order_by("pk"):
            _follow_few(cursor, segment, customers, on)


def _find(cursor: CursorWrapper, segment: Segment, on: date) -> None:
    fitting = query(tree.read(segment.rule), day=on)
    cursor.execute("DROP TABLE IF EXISTS fits")
    cursor.execute(FITS.format(fitting=fitting.sql), fitting.values)
    cursor.execute("ANALYZE fits")


def _follow_few(cursor: CursorWrapper, segment: Segment, customers: Sequence[int], on: date) -> None:
    if not customers or len(customers) > MOST_AGAIN:
        return
    fitting = query(tree.read(segment.rule), day=on, among_few=True)
    values = fitting.values | {"customers": list(customers)}
    _follow(cursor, segment, on, fits=A_FEW.format(fitting=fitting.sql), among=AMONG_FEW, **values)


def _follow(
    cursor: CursorWrapper, segment: Segment, on: date, *, fits: str = "", among: str = "true", **values: object
) -> dict[str, int]:
    cursor.execute(FOLLOW.format(fits=fits, among=among), values | {"segment": segment.pk, "on": on})
    begun, ended = cursor.fetchone()
    return {"begun": begun, "ended": ended}
