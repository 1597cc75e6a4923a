"""Apply one import and say what came of it."""

from datetime import datetime
from typing import Any

from django.db import connection

from shuke.intake.apply import behaviours, customers, early, interactions, lines, orders, records, returns
from shuke.intake.apply.work import Work, lock_source
from shuke.intake.fields import Kind
from shuke.intake.models import Import

APPLIERS = {
    Import.Kind.ORDERS: orders.apply,
    Import.Kind.CUSTOMERS: customers.apply,
    Import.Kind.INTERACTIONS: interactions.apply,
    Import.Kind.LINES: lines.apply,
    Import.Kind.RETURNS: returns.apply,
    Import.Kind.CONTRACTS: records.apply,
    Import.Kind.COSTS: records.apply,
    Import.Kind.ACQUISITION: records.apply,
    Import.Kind.SPEND: records.apply,
    Import.Kind.BEHAVIOURS: behaviours.apply,
}

Outcome = dict[str, Any]
"""rows_in = inserted + updated + unchanged + quarantined, warnings, encoding, `newest_on`, the day of its newest fact;
for orders also `orders`, `customers` (who paid), `by_status`, and `net_amount` in minor units, with what belongs to no
customer apart."""


def set_aside(this: Import, *, at: datetime) -> None:
    """Quarantine staged rows about what their source has not told yet; the transaction of a dry run keeps them too."""
    if Kind(this.kind).builds_on_orders:
        with connection.cursor() as cursor:
            lock_source(cursor, this.source_id)
            early.set_aside(Work.on(cursor, this, at=at))


def apply(this: Import, *, at: datetime) -> Outcome:
    """Bring everything that is staged into customers and history. Call it inside the transaction that ends the import.

    Imports of one source wait for each other, so that the second of two equal ones finds everything unchanged.
    """
    with connection.cursor() as cursor:
        lock_source(cursor, this.source_id)
        cursor.execute("DISCARD TEMP")  # a batch that came over the API in this session has left its working tables
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        work = Work.on(cursor, this, at=at)
        work.run("ANALYZE {staged} (line, customer_key)")
        told = APPLIERS[Import.Kind(this.kind)](work)
        staged, newest = work.rows("SELECT count(*), max(at_on)::text FROM {staged}")[0]
    quarantined = this.quarantined.count()
    return {
        **told,
        "rows_in": staged + quarantined,
        "unchanged": staged - told["inserted"] - told["updated"],
        "quarantined": quarantined,
        "warnings": this.warnings + told["warnings"],
        "encoding": this.encoding,
        "newest_on": newest,
    }
