"""Whose facts a batch has changed: noted in the transaction that changes them, for the scores of the day.

Months are marked by the statements of imports themselves. Behaviour marks newcomers only, who have no scores yet:
whoever looks at twenty pages would be scored twenty times for hardly a difference. It counts from the next run on, or
from the customer's next order or contact.
"""

from collections.abc import Mapping

from shuke.intake.fields import Kind
from shuke.intake.live.work import LiveWork

HOLDERS = {
    Kind.ORDERS: """
        SELECT DISTINCT present.source_key, present.identity_id FROM customer_order AS present
        JOIN {staged} AS staged ON staged."order" = present.source_key
        WHERE present.source_id = %(source)s AND present.identity_id IS NOT NULL
    """,
    Kind.INTERACTIONS: """
        SELECT DISTINCT present.source_key, coalesce(newer.identity_id, present.identity_id) FROM interaction AS present
        JOIN {staged} AS staged ON staged.entry = present.source_key
        LEFT JOIN interaction AS newer ON newer.corrects_id = present.id
        WHERE present.source_id = %(source)s
    """,
}
"""Who had the facts before; a correction may hand them to somebody else."""
CHANGED = {
    Kind.ORDERS: "SELECT identity_id FROM head WHERE outcome <> 'unchanged' AND identity_id IS NOT NULL",
    Kind.INTERACTIONS: "SELECT identity_id FROM news",
    Kind.CUSTOMERS: "SELECT identity_id FROM profile WHERE is_new",
    Kind.BEHAVIOURS: "SELECT identity_id FROM person WHERE is_new",
}
MARK = """
INSERT INTO customer_mark (identity_id)
SELECT identity_id FROM ({changed}) AS changed UNION SELECT unnest(%(before)s::bigint[])
"""


def holders(work: LiveWork) -> list[tuple[str, int]]:
    """By key, who holds the facts of the batch as yet."""
    statement = HOLDERS.get(work.mapping.kind)
    return work.rows(statement) if statement else []


def leave(work: LiveWork, before: list[tuple[str, int]], results: Mapping[str, str]) -> None:
    """Mark everybody whose facts are other ones than before."""
    lost = [identity for key, identity in before if results[key] == "updated"]
    work.run(MARK.format(changed=CHANGED[work.mapping.kind]), before=lost)
