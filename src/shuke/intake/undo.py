"""Taking back what an import wrote, as far as nobody has changed it since; the rest stays and is counted.

An order or a profile that a later import or a person has changed stays as it is. What was corrected gets its old form
back, from the before-image that the import kept. Stores, articles and tags are words that others may use: they stay.
"""

from django.db import connection
from django.utils.timezone import now

from shuke.customers.registries import holders, removed
from shuke.intake.apply.records import RECORDS
from shuke.intake.apply.work import Work, lock_source
from shuke.intake.models import Import

# What another import, not undone itself, has corrected since we did first, or since it came by us.
CHANGED_SINCE = """
CREATE TEMP TABLE changed_since ON COMMIT DROP AS
SELECT DISTINCT image."table", image.record_id
FROM import_before_image AS image
JOIN import AS other ON other.id = image.of_import_id AND other.id <> %(import)s AND other.status = 'done'
LEFT JOIN import_before_image AS ours
    ON ours.of_import_id = %(import)s AND ours."table" = image."table" AND ours.record_id = image.record_id
WHERE ours.id IS NULL OR image.last_at > ours.at
"""

BROUGHT = """
CREATE TEMP TABLE brought ON COMMIT DROP AS
SELECT orders.id, orders.ordered_on,
    EXISTS (SELECT FROM changed_since WHERE "table" = 'customer_order' AND record_id = orders.id)
        OR EXISTS (SELECT FROM order_event WHERE order_id = orders.id AND import_id IS DISTINCT FROM %(import)s)
    AS has_changed
FROM customer_order AS orders WHERE orders.import_id = %(import)s
"""
CORRECTED = """
CREATE TEMP TABLE corrected ON COMMIT DROP AS
SELECT image.record_id AS id, image.body,
    EXISTS (SELECT FROM changed_since WHERE "table" = image."table" AND record_id = image.record_id) AS has_changed
FROM import_before_image AS image
WHERE image.of_import_id = %(import)s AND image."table" = 'customer_order'
"""
TOUCHED = """
CREATE TEMP TABLE touched ON COMMIT DROP AS
SELECT id FROM brought WHERE NOT has_changed
UNION ALL SELECT id FROM corrected WHERE NOT has_changed
"""
MARKS = """
INSERT INTO month_mark (month)
SELECT DISTINCT date_trunc('month', day)::date FROM (
    SELECT ordered_on AS day FROM customer_order JOIN touched USING (id)
    UNION ALL
    SELECT event.happened_on FROM order_event AS event JOIN touched ON touched.id = event.order_id
    UNION ALL
    SELECT happened_on FROM interaction WHERE import_id = %(import)s
    UNION ALL
    SELECT told.happened_on FROM interaction AS correction
        JOIN interaction AS told ON told.id = correction.corrects_id OR told.corrects_id = correction.corrects_id
    WHERE correction.import_id = %(import)s
    UNION ALL
    SELECT happened_on FROM behaviour WHERE import_id = %(import)s
) AS days
"""
DELETE_LINES = "DELETE FROM order_line USING touched WHERE order_line.order_id = touched.id"
DELETE_EVENTS = "DELETE FROM order_event USING touched WHERE order_event.order_id = touched.id"
DELETE_ORDERS = "DELETE FROM customer_order USING brought WHERE customer_order.id = brought.id AND NOT has_changed"
RESTORE_ORDERS = """
UPDATE customer_order AS present SET identity_id = old.identity_id, kind = old.kind, ordered_at = old.ordered_at,
    ordered_on = old.ordered_on, amount = old.amount, status = old.status, channel = old.channel,
    store_id = old.store_id, line_id = old.line_id, salesperson_id = old.salesperson_id
FROM corrected, jsonb_populate_record(NULL::customer_order, corrected.body -> 'order') AS old
WHERE present.id = corrected.id AND NOT corrected.has_changed
"""
RESTORE_LINES = """
INSERT INTO order_line
SELECT line.* FROM corrected, jsonb_populate_recordset(NULL::order_line, nullif(body -> 'lines', 'null')) AS line
WHERE NOT has_changed
"""
RESTORE_EVENTS = """
INSERT INTO order_event
SELECT event.* FROM corrected, jsonb_populate_recordset(NULL::order_event, nullif(body -> 'events', 'null')) AS event
WHERE NOT has_changed
"""

KEPT_ORDERS = """
SELECT (SELECT count(*) FROM brought WHERE has_changed) + (SELECT count(*) FROM corrected WHERE has_changed)
"""

# A person who edits a profile raises its version, and so does an import that corrects it.
RESTORE_PROFILES = """
UPDATE customer AS present SET name = old.name, pinyin = old.pinyin, initials = old.initials,
    birth_year = old.birth_year, birth_month = old.birth_month, birth_day = old.birth_day,
    birth_calendar = old.birth_calendar, registered_on = old.registered_on, home_store_id = old.home_store_id,
    version = present.version + 1
FROM import_before_image AS image, jsonb_populate_record(NULL::customer, image.body) AS old
WHERE image.of_import_id = %(import)s AND image."table" = 'customer' AND present.id = image.record_id
    AND present.version = old.version + 1
"""
PROFILES = "SELECT count(*) FROM import_before_image WHERE of_import_id = %(import)s AND \"table\" = 'customer'"

DELETE_RECORDS = """
DELETE FROM {table} WHERE import_id = %(import)s
    AND id NOT IN (SELECT record_id FROM changed_since WHERE "table" = '{table}')
"""
RESTORE_RECORDS = """
UPDATE {table} AS present SET {restored}
FROM import_before_image AS image, jsonb_populate_record(NULL::{table}, image.body) AS old
WHERE image.of_import_id = %(import)s AND image."table" = '{table}' AND present.id = image.record_id
    AND image.record_id NOT IN (SELECT record_id FROM changed_since WHERE "table" = '{table}')
"""
KEPT_RECORDS = """
SELECT (SELECT count(*) FROM {table} WHERE import_id = %(import)s) + (
    SELECT count(*) FROM import_before_image AS image
    JOIN changed_since USING ("table", record_id)
    WHERE image.of_import_id = %(import)s AND "table" = '{table}')
"""

UNDO_INTERACTIONS = "SELECT undo_interactions(%(import)s)"
KEPT_INTERACTIONS = "SELECT count(*) FROM interaction WHERE import_id = %(import)s"
DELETE_BEHAVIOURS = "DELETE FROM behaviour WHERE import_id = %(import)s"
DELETE_TAGS = "DELETE FROM customer_tag WHERE import_id = %(import)s"
DELETE_CONTACTS = "DELETE FROM contact_point WHERE import_id = %(import)s"

# The import's own identities of which no fact is left, of it or of anybody; and customers who are nothing but that.
EMPTY = """
CREATE TEMP TABLE empty ON COMMIT DROP AS
SELECT identity.id, identity.customer_id FROM identity
WHERE identity.import_id = %(import)s
    AND NOT EXISTS (SELECT FROM customer_order WHERE identity_id = identity.id)
    AND NOT EXISTS (SELECT FROM interaction WHERE identity_id = identity.id)
    AND NOT EXISTS (SELECT FROM behaviour WHERE identity_id = identity.id)
    AND NOT EXISTS (SELECT FROM contact_point WHERE identity_id = identity.id)
    AND NOT EXISTS (SELECT FROM contract WHERE identity_id = identity.id)
    AND NOT EXISTS (SELECT FROM acquisition_cost WHERE identity_id = identity.id)
    AND NOT EXISTS (SELECT FROM dispute WHERE identity_id = identity.id)
"""
WITHOUT_FACTS = """
SELECT customer_id FROM identity WHERE customer_id IN (SELECT customer_id FROM empty)
GROUP BY customer_id HAVING bool_and(id IN (SELECT id FROM empty))
"""
KEEP = "DELETE FROM empty WHERE customer_id = ANY(%(held)s)"
# Who was merged into a customer who goes, goes too; an identity that was merged into one who stays, stays there.
SHELLS = "SELECT absorbed_id FROM customer_merge WHERE kept_id = ANY(%(gone)s) AND undone_at IS NULL"
KEEP_MERGED = """
DELETE FROM empty WHERE customer_id <> ALL(%(gone)s) AND (
    EXISTS (SELECT FROM merged_identity WHERE identity_id = empty.id)
    OR EXISTS (SELECT FROM distinct_people WHERE empty.id IN (first_id, second_id)))
"""
MERGES = "SELECT id FROM customer_merge WHERE kept_id = ANY(%(gone)s) OR absorbed_id = ANY(%(gone)s)"
FORGET_MERGES = (
    "DELETE FROM merge_trace WHERE merge_id = ANY(%(merges)s)",
    "DELETE FROM merged_identity WHERE merge_id = ANY(%(merges)s)",
    "DELETE FROM customer_merge WHERE id = ANY(%(merges)s)",
    "DELETE FROM distinct_people USING empty WHERE empty.id IN (first_id, second_id)",
    "DELETE FROM duplicate_candidate WHERE first_id = ANY(%(gone)s) OR second_id = ANY(%(gone)s)",
)
DELETE_IDENTITIES = "DELETE FROM identity USING empty WHERE identity.id = empty.id"
BELONGINGS = ("customer_tag", "customer_owner")
DELETE_BELONGINGS = "DELETE FROM {} WHERE customer_id = ANY(%(gone)s)"
DELETE_CUSTOMERS = "DELETE FROM customer WHERE id = ANY(%(gone)s)"


def undo(this: Import) -> dict[str, int]:
    """Take back what `this` has brought; counts of what is gone, restored and kept. Call it inside a transaction."""
    with connection.cursor() as cursor:
        lock_source(cursor, this.source_id)
        cursor.execute("SET LOCAL work_mem = '64MB'")
        work = Work.on(cursor, this, at=now())
        work.run(CHANGED_SINCE)
        return {**_orders(work), **_profiles(work), **_contacts(work), **_records(work), **_customers(work)}


def _orders(work: Work) -> dict[str, int]:
    """Marks come first, of the months that stand now, and once more of those that stand after."""
    work.run_all(BROUGHT, CORRECTED, TOUCHED, MARKS, DELETE_LINES, DELETE_EVENTS)
    orders_removed = work.run(DELETE_ORDERS)
    orders_restored = work.run(RESTORE_ORDERS)
    work.run_all(RESTORE_LINES, RESTORE_EVENTS, MARKS)
    return {
        "orders_removed": orders_removed,
        "orders_restored": orders_restored,
        "orders_kept": work.column(KEPT_ORDERS)[0],
    }


def _profiles(work: Work) -> dict[str, int]:
    restored = work.run(RESTORE_PROFILES)
    return {"profiles_restored": restored, "profiles_kept": work.column(PROFILES)[0] - restored}


def _contacts(work: Work) -> dict[str, int]:
    work.run_all(DELETE_TAGS, DELETE_CONTACTS)
    return {
        "interactions_removed": work.column(UNDO_INTERACTIONS)[0],
        "interactions_kept": work.column(KEPT_INTERACTIONS)[0],
        "behaviours_removed": work.run(DELETE_BEHAVIOURS),
    }


def _records(work: Work) -> dict[str, int]:
    """Of a file of contracts or costs; others have none."""
    if work.mapping.kind not in RECORDS:
        return {}
    records = RECORDS[work.mapping.kind]
    return {
        "records_removed": work.run(records.written(DELETE_RECORDS)),
        "records_restored": work.run(records.written(RESTORE_RECORDS)),
        "records_kept": work.column(records.written(KEPT_RECORDS))[0],
    }


def _customers(work: Work) -> dict[str, int]:
    """Customers of whom nothing is left go; those with whom people have worked meanwhile stay."""
    work.run(EMPTY)
    candidates = work.column(WITHOUT_FACTS)
    held = set().union(*(held_by(candidates) for held_by in holders))
    gone = [customer for customer in candidates if customer not in held]
    gone += work.column(SHELLS, gone=gone)
    work.run(KEEP, held=list(held))
    work.run(KEEP_MERGED, gone=gone)
    merges = work.column(MERGES, gone=gone)
    for statement in FORGET_MERGES:
        work.run(statement, merges=merges, gone=gone)
    work.run(DELETE_IDENTITIES)
    for follow in removed:
        follow(gone)
    for table in BELONGINGS:
        work.run(DELETE_BELONGINGS.format(table), gone=gone)
    work.run(DELETE_CUSTOMERS, gone=gone)
    return {"customers_removed": len(gone), "customers_kept": len(held)}
