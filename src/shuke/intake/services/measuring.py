"""How good a source's data is, written down once a day and after each of its imports."""

from datetime import datetime

from django.db import connection, transaction
from django.utils.timezone import localdate

from shuke.customers.models import Source
from shuke.intake.checks.problems import CELL_FAULTS, CONTACT_FAULTS

OLDEST = 120
"""Years; nobody on a customer list is older."""

# Of a file that was read again after repairs, the last reading counts; of unreadable contacts, the last file's.
TAKEN = """
WITH taken AS (
    SELECT this.id, this.kind, this.finished_at, this.report, warnings.cell_faults, warnings.contact_faults
    FROM import AS this, LATERAL (
        SELECT coalesce(sum((told ->> 'count')::bigint) FILTER (WHERE told ->> 'code' = ANY(%(cell_faults)s)), 0)
                AS cell_faults,
            coalesce(sum((told ->> 'count')::bigint) FILTER (WHERE told ->> 'code' = ANY(%(contact_faults)s)), 0)
                AS contact_faults
        FROM jsonb_array_elements(this.report -> 'warnings') AS told
    ) AS warnings
    WHERE this.source_id = %(source)s AND this.status = 'done' AND NOT this.dry_run
        AND this.finished_at > %(at)s - interval '1 year'
        AND NOT EXISTS (SELECT FROM import AS again WHERE again.repeats_id = this.id AND again.status = 'done')
)
"""
CONTACTS = """
SELECT identity.id, count(point.id) AS points, count(point.invalid_since) AS invalid
FROM identity JOIN contact_point AS point ON point.identity_id = identity.id
WHERE identity.source_id = %(source)s GROUP BY identity.id
"""
# The same person twice in one source: merged already, or waiting for somebody to say so.
DOUBLED = """
EXISTS (SELECT FROM identity AS other WHERE other.customer_id = identity.customer_id
        AND other.source_id = identity.source_id AND other.id < identity.id)
OR EXISTS (SELECT FROM duplicate_candidate AS pair JOIN identity AS other ON other.customer_id = pair.first_id
           WHERE pair.second_id = identity.customer_id AND other.source_id = identity.source_id)
"""
IMPLAUSIBLE = """
customer.birth_year NOT BETWEEN extract(year FROM %(today)s::date) - %(oldest)s AND extract(year FROM %(today)s::date)
OR customer.registered_on > %(today)s
OR identity.id IN (SELECT identity_id FROM customer_order WHERE ordered_on > %(today)s AND identity_id IS NOT NULL)
"""
MEASURE = f"""
INSERT INTO source_quality (source_id, "on", rows, rows_as_is, contacts, contacts_unreadable, contacts_invalid, records,
    records_doubled, records_implausible, newest_on, imported_at)
{TAKEN}
SELECT %(source)s, %(today)s, coalesce(files.rows, 0), coalesce(files.as_is, 0), coalesce(contacts.points, 0),
    coalesce(latest.unreadable, 0), coalesce(contacts.invalid, 0), coalesce(records.records, 0),
    coalesce(records.doubled, 0), coalesce(records.implausible, 0), files.newest_on, files.imported_at
FROM (
    SELECT sum((report ->> 'rows_in')::bigint) AS rows,
        sum(greatest(0, (report ->> 'rows_in')::bigint - (report ->> 'quarantined')::bigint - cell_faults)) AS as_is,
        least(coalesce(max((report ->> 'newest_on')::date), max(finished_at)::date), %(today)s) AS newest_on,
        max(finished_at) AS imported_at
    FROM taken
) AS files, (
    SELECT sum(contact_faults) AS unreadable
    FROM (SELECT DISTINCT ON (kind) contact_faults FROM taken ORDER BY kind, finished_at DESC) AS newest
) AS latest, (
    SELECT sum(points) AS points, sum(invalid) AS invalid FROM ({CONTACTS}) AS contact
) AS contacts, (
    SELECT count(*) AS records, count(*) FILTER (WHERE {DOUBLED}) AS doubled,
        count(*) FILTER (WHERE NOT ({DOUBLED}) AND ({IMPLAUSIBLE})) AS implausible
    FROM identity JOIN customer ON customer.id = identity.customer_id WHERE identity.source_id = %(source)s
) AS records
ON CONFLICT (source_id, "on") DO UPDATE SET rows = excluded.rows, rows_as_is = excluded.rows_as_is,
    contacts = excluded.contacts, contacts_unreadable = excluded.contacts_unreadable,
    contacts_invalid = excluded.contacts_invalid, records = excluded.records,
    records_doubled = excluded.records_doubled, records_implausible = excluded.records_implausible,
    newest_on = excluded.newest_on, imported_at = excluded.imported_at
"""


@transaction.atomic
def measure(*, source_id: int, at: datetime) -> None:
    """Write down the quality of a source as of today, in place of what was measured earlier in the day."""
    params = {
        "source": source_id,
        "at": at,
        "today": localdate(at),
        "oldest": OLDEST,
        "cell_faults": list(CELL_FAULTS),
        "contact_faults": list(CONTACT_FAULTS),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(MEASURE, params)


def measure_all(*, at: datetime) -> None:
    """Measure every source that has sent something."""
    for source in Source.objects.filter(imports__isnull=False).distinct():
        measure(source_id=source.pk, at=at)
