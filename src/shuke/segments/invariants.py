"""What must hold between the customer list and what it is derived from, once it has followed the live run."""

from collections.abc import Iterator

from django.db import connection

# One statement sees one moment: a run or a refresh that ends meanwhile cannot set the two sides against each other.
# A customer who came after the run began is listed by the next one; who has lost the last identity and is marked for
# it leaves the list within seconds.
DIFFERENCES = """
WITH followed AS (
    SELECT run.id, run.started_at FROM live_run JOIN run ON run.id = live_run.run_id
    WHERE EXISTS (SELECT FROM audit_entry
                  WHERE action = 'segments.refreshed' AND subject = 'scoring.run' AND subject_id = run.id)
)
SELECT
    (SELECT count(*) FROM customer WHERE created_at < followed.started_at
       AND EXISTS (SELECT FROM identity WHERE identity.customer_id = customer.id)
       AND NOT EXISTS (SELECT FROM customer_list WHERE customer_list.customer_id = customer.id)),
    (SELECT count(*) FROM customer_list
     WHERE NOT EXISTS (SELECT FROM identity WHERE identity.customer_id = customer_list.customer_id)
       AND NOT EXISTS (SELECT FROM customer_mark WHERE customer_mark.customer_id = customer_list.customer_id)),
    (SELECT count(*) FROM current_score AS score JOIN customer_list USING (customer_id)
     WHERE score.run_id = followed.id AND score.tier <> customer_list.tier)
FROM followed
"""


def faults() -> Iterator[str]:
    """What does not hold: the list has the customers that have an identity, with the tiers of their scores."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES)
        missing, strange, elsewhere = cursor.fetchone() or (0, 0, 0)
    if missing:
        yield f"{missing} customers are missing from the list"
    if strange:
        yield f"{strange} customers are in the list without an identity"
    if elsewhere:
        yield f"{elsewhere} customers are listed with another tier than their score gives them"


# Who has lost the last identity and is marked for it leaves the segments within seconds.
STRANGERS = """
SELECT segment.id,
    count(*) FILTER (WHERE segment.archived_at IS NOT NULL),
    count(*) FILTER (WHERE NOT EXISTS (SELECT FROM identity WHERE identity.customer_id = membership.customer_id)
        AND NOT EXISTS (SELECT FROM customer_mark WHERE customer_mark.customer_id = membership.customer_id))
FROM segment_membership AS membership JOIN segment ON segment.id = membership.segment_id
WHERE membership.until IS NULL GROUP BY segment.id ORDER BY segment.id
"""
OVERLAPPING = """
SELECT count(*) FROM segment_membership AS earlier JOIN segment_membership AS later
    ON later.segment_id = earlier.segment_id AND later.customer_id = earlier.customer_id AND later.id > earlier.id
WHERE earlier.until IS NULL OR (earlier.until > later.since AND later.until > earlier.since)
"""


def faults_of_segments() -> Iterator[str]:
    """What does not hold: an archived segment has nobody, members have an identity, nobody is in a segment twice."""
    with connection.cursor() as cursor:
        cursor.execute(STRANGERS)
        for segment, archived, strange in cursor.fetchall():
            if archived:
                yield f"segment {segment} is archived and has {archived} members"
            if strange:
                yield f"{strange} members of segment {segment} have no identity"
        cursor.execute(OVERLAPPING)
        (twice,) = cursor.fetchone()
    if twice:
        yield f"{twice} memberships of segments overlap another of the same customer"
