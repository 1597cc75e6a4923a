"""The emotional account of one customer, entry by entry: what a run reads of everybody, asked of PostgreSQL."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import ibis
from django.db import connection
from ibis.backends.sql import compilers

from shuke.analytics import tables
from shuke.analytics.bonds.account import running
from shuke.analytics.bonds.entries import entries, experiences
from shuke.analytics.bonds.policy import EmotionPolicy
from shuke.customers.models import Customer
from shuke.history import queries as history
from shuke.history.models import Dispute
from shuke.scoring import facts

__all__ = ["Entry", "statement"]

READ = ("orders", "order_events", "interactions", "disputes")
WHOSE = "identity_id IN (SELECT id FROM identity WHERE customer_id = {customer})"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an account: what happened, what it was worth, and the balance after it.

    `code` is of `entries.CODES`. One of `interaction_id` and `order_id` names what caused it. An entry whose `dispute`
    was accepted stays, and counts for nothing.
    """

    on: date
    code: str
    points: int
    balance: int
    interaction_id: int | None
    order_id: int | None
    dispute: Dispute | None

    @property
    def counts(self) -> bool:
        return not _is_void(self.dispute)


def statement(customer: Customer, policy: EmotionPolicy, *, seen_until: date) -> list[Entry]:
    """All entries dated before `seen_until`, the first one first."""
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {_facts_of(customer)} {_told(policy, seen_until)}")
        rows = cursor.fetchall()
    disputes = {(each.interaction_id, each.order_id): each for each in history.disputes_of(customer)}
    about = [disputes.get((interaction, order)) for *_entry, interaction, order in rows]
    counted = [0 if _is_void(dispute) else row[2] for row, dispute in zip(rows, about, strict=True)]
    balances = running(counted, opens_at=policy.opens_at)
    return [
        Entry(on, code, points, balance, interaction, order, dispute)
        for (on, code, points, interaction, order), balance, dispute in zip(rows, balances, about, strict=True)
    ]


def _is_void(dispute: Dispute | None) -> bool:
    decision = getattr(dispute, "decision", None)
    return decision is not None and decision.accepted


def _facts_of(customer: Customer) -> str:
    """The tables of a run, of one customer. What is void is told too, so no dispute is among them."""
    whose = WHOSE.format(customer=int(customer.pk))
    among = dict.fromkeys(READ, whose) | {"disputes": "false", "identities": f"customer_id = {int(customer.pk)}"}
    return ", ".join(f"{table} AS ({facts.select(table, among=condition)})" for table, condition in among.items())


@lru_cache(64)
def _told(policy: EmotionPolicy, seen_until: date) -> str:
    read = {name: ibis.table(getattr(tables, name.upper()), name) for name in (*READ, "identities")}
    told = entries(experiences(tables.Tables(**read), seen_until=seen_until), policy)
    lines = told.order_by("place").select("happened_on", "code", "points", "interaction_id", "order_id")
    return f"SELECT * FROM ({compilers.postgres.compiler.to_sqlglot(lines).sql('postgres')}) AS told"
