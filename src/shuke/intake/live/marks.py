"""Whose facts a batch has changed: noted in the transaction that changes them, for the scores of the day.

Months are marked by the statements of imports themselves. Behaviour always leaves a mark, for a snapshot may already
have seen the one that stands. What a customer does for the first time on a day is scored at once; what is done again
can wait, so that whoever looks at twenty pages is not scored twenty times for hardly a difference.
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
}
MARK = """
INSERT INTO customer_mark (identity_id)
SELECT identity_id FROM ({changed}) AS changed UNION SELECT unnest(%(before)s::bigint[])
"""
# Where a day has more of a kind than the batch has brought, it had some before.
MARK_OF_BEHAVIOUR = """
INSERT INTO customer_mark (identity_id, of_behaviour, can_wait)
SELECT identity_id, true, bool_and(is_done_again) FROM (
    SELECT identity_id, EXISTS (
        SELECT FROM behaviour
        WHERE behaviour.identity_id = done.identity_id
            AND behaviour.happened_on = done.happened_on AND behaviour.kind = done.kind
        OFFSET done.times
    ) AS is_done_again
    FROM (
        SELECT identity_id, happened_on, kind, count(*) AS times FROM act WHERE NOT is_known
        GROUP BY identity_id, happened_on, kind
    ) AS done
    UNION ALL SELECT identity_id, false FROM person WHERE is_new
) AS moved GROUP BY identity_id
"""


def holders(work: LiveWork) -> list[tuple[str, int]]:
    """By key, who holds the facts of the batch as yet."""
    statement = HOLDERS.get(work.mapping.kind)
    return work.rows(statement) if statement else []


def leave(work: LiveWork, before: list[tuple[str, int]], results: Mapping[str, str]) -> None:
    """Mark everybody whose facts are other ones than before."""
    kind = work.mapping.kind
    if kind == Kind.BEHAVIOURS:
        work.run(MARK_OF_BEHAVIOUR)
        return
    lost = [identity for key, identity in before if results[key] == "updated"]
    work.run(MARK.format(changed=CHANGED[kind]), before=lost)
