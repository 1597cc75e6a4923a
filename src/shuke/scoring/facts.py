"""The facts that scores read, as PostgreSQL keeps them: tables of Arrow with the columns of `analytics.tables`.

All of a reading comes from one snapshot, so that an order and what happened to it later are of one moment.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa
from django.conf import settings

from shuke.analytics import tables
from shuke.core.databases import columnar

if TYPE_CHECKING:
    from adbc_driver_postgresql.dbapi import Connection

__all__ = ["BY_DAY", "SCHEMAS", "WHOLE", "fetch", "numbers", "read", "select", "select_from_snapshot", "snapshot"]

BY_DAY = {
    "orders": "ordered_on",
    "order_events": "happened_on",
    "lines": "ordered_on",
    "interactions": "happened_on",
    "behaviours": "happened_on",
}
"""Tables of dated facts, and which of their columns says the day."""
WHOLE = ("identities", "disputes", "products", "contracts", "product_costs", "acquisition_costs")
"""Tables that are small, or change without a date."""

# Who writes only a day means no hour of it.
HOUR = "date_part('hour', nullif(({at}{{in_zone}})::time, '00:00'))::smallint AS hour"
SELECTS = {
    "orders": f"""
SELECT id AS order_id, identity_id, source_id, store_id, line_id, kind, ordered_on, amount,
    {HOUR.format(at="ordered_at")}, channel
FROM customer_order WHERE {{among}}
""",
    "order_events": """
SELECT order_event.order_id, customer_order.identity_id, order_event.kind, order_event.happened_on, order_event.amount
FROM order_event JOIN customer_order ON customer_order.id = order_event.order_id WHERE {among}
""",
    "identities": "SELECT id AS identity_id, customer_id FROM identity WHERE {among}",
    "lines": """
SELECT order_line.order_id, customer_order.identity_id, order_line.product_id, customer_order.ordered_on,
    order_line.quantity::double precision AS quantity, order_line.amount
FROM order_line JOIN customer_order ON customer_order.id = order_line.order_id WHERE {among}
""",
    "products": "SELECT id AS product_id, source_id, code, category FROM product WHERE {among}",
    "interactions": f"""
SELECT id AS interaction_id, identity_id, happened_on, {HOUR.format(at="told.at")}, channel, direction, outcome,
    satisfaction, promised_on
FROM interaction AS told
WHERE {{among}} AND NOT EXISTS (
    SELECT FROM interaction AS newer WHERE newer.identity_id = told.identity_id
        AND (newer.corrects_id = told.id OR newer.corrects_id = told.corrects_id AND newer.id > told.id))
""",
    "disputes": """
SELECT identity_id, interaction_id, order_id, decided_on AS accepted_on
FROM dispute JOIN dispute_decision ON dispute_decision.dispute_id = dispute.id WHERE accepted AND {among}
""",
    "behaviours": """
SELECT identity_id, happened_on, kind, count(*) AS times FROM behaviour WHERE {among}
GROUP BY identity_id, happened_on, kind
""",
    "contracts": """
SELECT id AS contract_id, identity_id, starts_on, ends_on, amount, is_cancelled FROM contract WHERE {among}
""",
    "product_costs": """
SELECT product_id, since, unit_cost, margin::bigint AS margin FROM product_cost WHERE {among}
""",
    "acquisition_costs": 'SELECT identity_id, channel, "on", amount FROM acquisition_cost WHERE {among}',
}
SCHEMAS = {name: getattr(tables, name.upper()).to_pyarrow() for name in SELECTS}


@contextmanager
def snapshot(*, of: "Connection | None" = None) -> Iterator["Connection"]:
    """A connection that sees what is committed now, or what another sees, and nothing that commits later."""
    with columnar() as connection:
        with closing(connection.cursor()) as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if of is not None:
                (name,) = fetch(of, "SELECT pg_export_snapshot() AS name")["name"].to_pylist()
                cursor.execute(f"SET TRANSACTION SNAPSHOT '{name}'")
            cursor.execute(f"SET LOCAL TIME ZONE '{settings.TIME_ZONE}'")
        yield connection


def select(table: str, *, among: str = "true") -> str:
    """The statement that reads a table; `among` is a condition over columns that it reads."""
    return SELECTS[table].format(among=among, in_zone=f" AT TIME ZONE '{settings.TIME_ZONE}'")


def select_from_snapshot(table: str, *, among: str = "true") -> str:
    """The same for a snapshot, whose session is in the store's zone: a zone that is named is looked up row by row."""
    return SELECTS[table].format(among=among, in_zone="")


def read(snapshot: "Connection", table: str, *, among: str = "true") -> pa.Table:
    """A table of the snapshot, as small as `among` leaves it."""
    return fetch(snapshot, select_from_snapshot(table, among=among)).cast(SCHEMAS[table])


def fetch(snapshot: "Connection", query: str) -> pa.Table:
    with closing(snapshot.cursor()) as cursor:
        cursor.execute(query)
        return cursor.fetch_arrow_table()


def numbers(values: pa.ChunkedArray) -> str:
    """Ids as an array of SQL: the driver binds rows and no lists."""
    return f"'{{{','.join(str(value) for value in values.to_pylist())}}}'::bigint[]"
