"""In the day: what is open or waits keeps the value at risk that its customer has now."""

from django.db import connection

from shuke.scoring.registries import Rescored

__all__ = ["follow_scores"]

# Whoever works on one of these rows may wait for a row of the list that we hold, so we never wait for theirs: what is
# being closed needs no value, and the next plan sees to the rest.
OPEN = """
UPDATE follow_up AS work SET value_at_risk = listing.value_at_risk
FROM customer_list AS listing
WHERE listing.customer_id = work.customer_id AND listing.value_at_risk <> work.value_at_risk AND work.id IN (
    SELECT id FROM follow_up WHERE customer_id = ANY(%(customers)s) AND closed_at IS NULL FOR UPDATE SKIP LOCKED)
"""

WAITING = """
UPDATE follow_up_waiting AS work SET value_at_risk = listing.value_at_risk
FROM customer_list AS listing
WHERE listing.customer_id = work.customer_id AND listing.value_at_risk <> work.value_at_risk AND work.customer_id IN (
    SELECT customer_id FROM follow_up_waiting WHERE customer_id = ANY(%(customers)s) FOR UPDATE SKIP LOCKED)
"""


def follow_scores(moved: Rescored) -> None:
    """Carry the value at risk of the customers' list rows over to their open follow-ups, and to who waits for one."""
    with connection.cursor() as cursor:
        for statement in (OPEN, WAITING):
            cursor.execute(statement, {"customers": moved.customers})
