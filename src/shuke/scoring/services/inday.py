"""In the day: the customers of whom something has become known are scored again, and only those.

A pass takes the newest marks and reads all facts of their customers in one snapshot, scores them by the parameters and
policies of the live run, and writes the rows to `score_today`, where they stand instead of the run's. The same
transaction deletes the marks that the snapshot saw and lets the segments follow. A fact that commits meanwhile has its
own mark; a pass that is killed leaves nothing, or all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.timezone import localdate, now

from shuke.analytics.pilot import Pilot as Piloted
from shuke.analytics.policies import Policies
from shuke.core.databases import advisory_lock, advisory_lock_if_free
from shuke.core.jobs import enqueue
from shuke.history.models import CustomerMark
from shuke.scoring import engines, facts, pilots, policies, queries
from shuke.scoring.facts import fetch, numbers
from shuke.scoring.locks import IN_DAY_LOCK, RUN_LOCK
from shuke.scoring.models import LiveRun, Run
from shuke.scoring.packing import pack_columns
from shuke.scoring.registries import Rescored, rescored

if TYPE_CHECKING:
    from adbc_driver_postgresql.dbapi import Connection

__all__ = ["hand_over", "rescore_marked"]

OF_A_CUSTOMER = (*facts.BY_DAY, "disputes", "contracts")
"""Tables of the facts of identities."""
BATCH = 2_000
"""Marks that one pass takes: a second or two of work, for which the next fact waits."""
BATCH_OF_BEHAVIOUR = 500
"""Customers whom one pass takes beside them for what they did by themselves alone, so that no order waits for those."""
PAUSE = timedelta(minutes=5)
"""After so long, whoever has been scored is scored again for doing once more what the day knew already."""
MOST_AGAIN = 20_000
"""More customers than this with facts of the day, or with behaviour, are a bulk, and wait for the run of tomorrow."""

# Who has been scored a moment ago and since then has only marks that can wait is left out, and hides nobody behind.
DUE_FOR_BEHAVIOUR = f"""
SELECT marked.identity_id, marked.customer_id, marked.id
FROM (
    SELECT identity_id, customer_id, max(id) AS id, bool_and(can_wait) AS can_wait
    FROM customer_mark WHERE of_behaviour GROUP BY identity_id, customer_id
) AS marked
LEFT JOIN identity ON identity.id = marked.identity_id
LEFT JOIN score_today AS scored ON scored.customer_id = coalesce(marked.customer_id, identity.customer_id)
WHERE NOT marked.can_wait OR scored.customer_id IS NULL
    OR scored.scored_at <= now() - interval '{PAUSE // timedelta(seconds=1)} seconds'
"""
ANYBODY_DUE = f"""
SELECT EXISTS (SELECT FROM customer_mark WHERE NOT of_behaviour) OR EXISTS ({DUE_FOR_BEHAVIOUR})
"""

# What just happened goes before what piled up, and before those whom a run has left to be scored again.
NEWEST = "ORDER BY identity_id IS NULL, id DESC LIMIT"
DUE = f"""
SELECT due.identity_id, coalesce(due.customer_id, identity.customer_id) AS customer_id
FROM (
    (SELECT identity_id, customer_id FROM customer_mark WHERE NOT of_behaviour {NEWEST} {{most}})
    UNION
    (SELECT identity_id, customer_id FROM ({DUE_FOR_BEHAVIOUR}) AS acted {NEWEST} {{most_of_behaviour}})
) AS due
LEFT JOIN identity ON identity.id = due.identity_id
"""
MARKS_OF = "SELECT id FROM customer_mark WHERE identity_id = ANY({identities}) OR customer_id = ANY({customers})"

# What a run that is of whole days cannot know: who has facts of its own day.
WITH_FACTS_OF_THE_DAY = """
SELECT DISTINCT identity.customer_id FROM identity JOIN (
    SELECT identity_id FROM customer_order WHERE ordered_on BETWEEN %(as_of)s AND %(today)s
    UNION
    SELECT customer_order.identity_id FROM order_event JOIN customer_order ON customer_order.id = order_event.order_id
    WHERE happened_on BETWEEN %(as_of)s AND %(today)s
    UNION
    SELECT identity_id FROM interaction WHERE happened_on BETWEEN %(as_of)s AND %(today)s
    UNION
    SELECT dispute.identity_id FROM dispute JOIN dispute_decision ON dispute_decision.dispute_id = dispute.id
    WHERE decided_on BETWEEN %(as_of)s AND %(today)s
) AS moved ON moved.identity_id = identity.id
"""
WITH_BEHAVIOUR_OF_THE_DAY = """
SELECT DISTINCT identity.customer_id FROM identity JOIN behaviour ON behaviour.identity_id = identity.id
WHERE behaviour.happened_on BETWEEN %(as_of)s AND %(today)s
"""

CARRY_OVER = f"""
UPDATE score_today SET run_id = %(run)s
WHERE id <> ALL(%(seen)s) OR customer_id IN ({WITH_FACTS_OF_THE_DAY}) OR EXISTS (
    SELECT FROM ({WITH_BEHAVIOUR_OF_THE_DAY}) AS acted WHERE acted.customer_id = score_today.customer_id
)
"""

# Behaviour is counted apart: a flood of it keeps no order of the day from its score.
MARK_AGAIN = f"""
WITH moved AS MATERIALIZED ({WITH_FACTS_OF_THE_DAY} LIMIT %(most)s + 1),
    acted AS MATERIALIZED ({WITH_BEHAVIOUR_OF_THE_DAY} LIMIT %(most)s + 1)
INSERT INTO customer_mark (customer_id, of_behaviour, can_wait)
SELECT customer_id, bool_and(can_wait), bool_and(can_wait) FROM (
    SELECT customer_id, id = ANY(%(seen)s) AS can_wait FROM score_today
    UNION ALL SELECT customer_id, false FROM moved WHERE (SELECT count(*) FROM moved) <= %(most)s
    UNION ALL SELECT customer_id, true FROM acted WHERE (SELECT count(*) FROM acted) <= %(most)s
) AS again GROUP BY customer_id
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a snapshot knew of the marked customers: all their facts, who is in the pilot, and the marks it saw."""

    marks: list[int]
    customers: list[int]
    tables: dict[str, pa.Table]
    policies: Policies
    pilot: Piloted | None


def rescore_marked() -> int:
    """Score the customers with the newest marks; returns how many, so that 0 means there is nothing to do now.

    Who has just been scored and did no more since than what the day knew already waits with their marks for a while.

    Whoever comes while another pass works waits for it. Where nothing has been scored yet, a run of everybody is asked
    for; where the live run looks back on purpose, and where another run is switched in meanwhile, the marks stay.
    """
    if not _is_anybody_due():
        return 0
    with advisory_lock(IN_DAY_LOCK):
        live = queries.live_run()
        if live is None:
            _ask_for_a_run()
        if live is None or live.looks_back:
            return 0
        taken, as_of = _take(live), localdate()
        return len(taken.customers) if _write(live, taken, _score(live, taken, as_of), as_of) else 0


def _is_anybody_due() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ANYBODY_DUE)
        (due,) = cursor.fetchone()
    return due


def _ask_for_a_run() -> None:
    with advisory_lock_if_free(RUN_LOCK) as none_works:
        if none_works and not queries.has_failed_lately(at=now()):
            enqueue("scoring.run", key="scoring.run")


def _take(live: Run) -> Taken:
    obeyed = policies.at_versions(live.policies)
    with facts.snapshot() as snapshot:
        due = fetch(snapshot, DUE.format(most=BATCH, most_of_behaviour=BATCH_OF_BEHAVIOUR))
        customers = due["customer_id"].drop_null().unique()
        identities = facts.read(snapshot, "identities", among=f"customer_id = ANY({numbers(customers)})")
        marks = _marks_of(snapshot, due, identities)
        whose = f"identity_id = ANY({numbers(identities['identity_id'])})"
        tables = {table: facts.read(snapshot, table, among=whose) for table in OF_A_CUSTOMER}
        bought = numbers(tables["lines"]["product_id"].unique())
        articles = facts.read(snapshot, "products", among=f"id = ANY({bought})")
        costs = facts.read(snapshot, "product_costs", among=f"product_id = ANY({bought})")
        won = facts.read(snapshot, "acquisition_costs", among=f"{whose} OR identity_id IS NULL")
        pilot = pilots.piloted(live.pilot, obeyed, snapshot, among=f"customer_id = ANY({numbers(customers)})")
    tables |= {"identities": identities, "products": articles, "product_costs": costs, "acquisition_costs": won}
    return Taken(marks, customers.to_pylist(), tables, obeyed, pilot)


def _marks_of(snapshot: "Connection", due: pa.Table, identities: pa.Table) -> list[int]:
    """All marks of whoever is due, those that could have waited too; and of identities that are no more."""
    named = pa.chunked_array([*due["identity_id"].drop_null().chunks, *identities["identity_id"].chunks], pa.int64())
    marks = MARKS_OF.format(identities=numbers(named), customers=numbers(due["customer_id"].drop_null()))
    return fetch(snapshot, marks)["id"].to_pylist()


def _score(live: Run, taken: Taken, as_of: date) -> pa.Table:
    """The same expressions as in the run, over the facts of a few, the day itself included."""
    return engines.rescore(
        taken.tables,
        as_of=as_of,
        seen_until=as_of + timedelta(days=1),
        policies=taken.policies,
        pilot=taken.pilot,
        parameters=queries.parameters_of(live),
        columns=queries.columns().remove(0),
    )


@transaction.atomic
def _write(live: Run, taken: Taken, rows: pa.Table, as_of: date) -> bool:
    """Lay the rows over the live run's and let everybody follow; False if the live run is another one by now."""
    if not LiveRun.objects.select_for_update().filter(run=live):
        return False
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM score_today WHERE customer_id = ANY(%s)", [taken.customers])
        _copy(cursor, live, taken.customers, rows, as_of)
    CustomerMark.objects.filter(pk__in=taken.marks).delete()
    for follow in rescored:
        follow(Rescored(live.pk, as_of, taken.customers))
    return True


def _copy(cursor: CursorWrapper, live: Run, customers: Sequence[int], rows: pa.Table, as_of: date) -> None:
    names = ", ".join(rows.column_names)
    with cursor.copy(f"COPY score_today (run_id, as_of, {names}) FROM STDIN") as copy:
        for row in _with_the_unscored(customers, rows):
            copy.write_row((live.pk, as_of, *row))


def _with_the_unscored(customers: Sequence[int], rows: pa.Table) -> Iterator[tuple[object, ...]]:
    """A row for each customer, in the columns of `rows`; NULLs for those who have no score any more, or none yet."""
    yield from zip(*(column.to_pylist() for column in pack_columns(rows).columns), strict=True)
    scored = set(rows["customer_id"].to_pylist())
    nothing = [None] * (rows.num_columns - 1)
    yield from ((customer, *nothing) for customer in customers if customer not in scored)


def hand_over(this: Run, *, marks: Sequence[int], rows: Sequence[int]) -> None:
    """Let a run that is switched in take over from the day; call it in the transaction that switches.

    `marks` and `rows` of the day are those that the run's snapshot saw, so it knows what they stand for: all facts
    before its own day. Whoever has facts that it cannot know keeps the row of the day, and is scored again; for
    behaviour alone, after a pause and behind whoever has ordered.
    """
    values = {"run": this.pk, "seen": list(rows), "as_of": this.as_of, "today": localdate(), "most": MOST_AGAIN}
    with connection.cursor() as cursor:
        if not this.looks_back:
            CustomerMark.objects.filter(pk__in=marks).delete()
            cursor.execute(CARRY_OVER, values)
        cursor.execute("DELETE FROM score_today WHERE run_id <> %(run)s", values)
        if not this.looks_back:
            cursor.execute(MARK_AGAIN, values)
