"""The facts that scores read, as PostgreSQL keeps them: tables of Arrow with the columns of `analytics.tables`.

All of a reading comes from one snapshot, so that an order and what happened to it later are of one moment.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import adbc_driver_postgresql.dbapi as adbc
import pyarrow as pa

from shuke.analytics.tables import IDENTITIES, ORDER_EVENTS, ORDERS
from shuke.core.databases import conninfo

__all__ = ["SCHEMAS", "SELECTS", "fetch", "numbers", "snapshot"]

SELECTS = {
    "orders": """
SELECT id AS order_id, identity_id, source_id, store_id, line_id, kind, ordered_on, amount
FROM customer_order WHERE {among}
""",
    "order_events": """
SELECT order_event.order_id, customer_order.identity_id, order_event.kind, order_event.happened_on, order_event.amount
FROM order_event JOIN customer_order ON customer_order.id = order_event.order_id WHERE {among}
""",
    "identities": "SELECT id AS identity_id, customer_id FROM identity WHERE {among}",
}
SCHEMAS = {
    "orders": ORDERS.to_pyarrow(),
    "order_events": ORDER_EVENTS.to_pyarrow(),
    "identities": IDENTITIES.to_pyarrow(),
}


@contextmanager
def snapshot() -> Iterator[adbc.Connection]:
    """A connection that sees what is committed now, and nothing that commits later."""
    with closing(adbc.connect(conninfo())) as connection:
        with closing(connection.cursor()) as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield connection


def fetch(snapshot: adbc.Connection, query: str) -> pa.Table:
    with closing(snapshot.cursor()) as cursor:
        cursor.execute(query)
        return cursor.fetch_arrow_table()


def numbers(values: pa.ChunkedArray) -> str:
    """Ids as an array of SQL: the driver binds rows and no lists."""
    return f"'{{{','.join(str(value) for value in values.to_pylist())}}}'::bigint[]"
