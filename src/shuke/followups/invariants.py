"""What must hold of follow-ups, whoever wrote them: checked over the whole table."""

from collections.abc import Iterator

from django.db import connection

OPEN_TWICE = """
SELECT customer_id, cause, count(*) FROM follow_up WHERE closed_at IS NULL
GROUP BY customer_id, cause HAVING count(*) > 1 ORDER BY customer_id, cause
"""

CLOSED_IN_SILENCE = """
SELECT id FROM follow_up WHERE closed_at IS NOT NULL AND withdrawn IS NULL AND (
    outcome = '' OR NOT EXISTS (SELECT FROM interaction WHERE interaction.follow_up_id = follow_up.id))
ORDER BY id
"""

# Promises, further attempts and hand-overs come on top of the limit; all of them have a predecessor or a higher
# version. What the planner opened for one person in one go and nobody has touched since cannot exceed it.
OPENED_BEYOND_LIMIT = """
SELECT owner_id, created_at, count(*), (body->>'open_per_agent')::integer AS most
FROM follow_up JOIN policy ON kind = 'cadence' AND scope = 'company' AND policy.version = policy_version
WHERE cause = 'cadence' AND previous_id IS NULL AND follow_up.version = 1
GROUP BY owner_id, created_at, policy.id HAVING count(*) > (body->>'open_per_agent')::integer
ORDER BY owner_id, created_at
"""


def faults() -> Iterator[str]:
    """What does not hold: one open per customer and cause; nothing closed in silence; the planner's limit."""
    for customer, cause, count in _rows(OPEN_TWICE):
        yield f"customer {customer} has {count} open follow-ups for the cause {cause}"
    for (follow_up,) in _rows(CLOSED_IN_SILENCE):
        yield f"follow-up {follow_up} is closed without an outcome or an interaction"
    for owner, at, count, most in _rows(OPENED_BEYOND_LIMIT):
        yield f"the plan of {at:%Y-%m-%d %H:%M} opened {count} follow-ups for person {owner}; the limit is {most}"


def _rows(query: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()
