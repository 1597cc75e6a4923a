"""Whose rows these are: identities and their customers, made where they are new; contact points; stores."""

from shuke.intake.apply.work import Work

# Where a sequence is, is asked once and not for every row.
PERSON = """
CREATE TEMP TABLE person ON COMMIT DROP AS
SELECT keyed.customer_key, keyed.first_line,
    coalesce(identity.id, nextval((SELECT pg_get_serial_sequence('identity', 'id')::regclass))) AS identity_id,
    coalesce(identity.customer_id, nextval((SELECT pg_get_serial_sequence('customer', 'id')::regclass)))
        AS customer_id,
    identity.id IS NULL AS is_new, named.name, named.pinyin, named.initials
FROM (
    SELECT customer_key, min(line) AS first_line, min(line) FILTER (WHERE name IS NOT NULL) AS name_line
    FROM {staged} WHERE customer_key IS NOT NULL GROUP BY customer_key
) AS keyed
LEFT JOIN {staged} AS named ON named.line = keyed.name_line
LEFT JOIN identity ON identity.source_id = %(source)s AND identity.source_key = keyed.customer_key
"""
CUSTOMERS = """
INSERT INTO customer (id, name, pinyin, initials, birth_calendar, birth_leap_month, created_at, version)
SELECT customer_id, coalesce(name, ''), coalesce(pinyin, ''), coalesce(initials, ''), 'solar', false, %(at)s, 1
FROM person WHERE is_new ORDER BY customer_id
"""
IDENTITIES = """
INSERT INTO identity (id, source_id, source_key, customer_id, import_id)
SELECT identity_id, %(source)s, customer_key, customer_id, %(import)s FROM person WHERE is_new ORDER BY identity_id
"""
REACHED = "CREATE TEMP TABLE reached (identity_id bigint) ON COMMIT DROP"
CONTACTS = """
WITH added AS (
    INSERT INTO contact_point (identity_id, kind, value, blind_index, import_id)
    SELECT DISTINCT ON (person.identity_id, staged.{kind}_index)
        person.identity_id, '{kind}', staged.{kind}_value, staged.{kind}_index, %(import)s
    FROM {{staged}} AS staged JOIN person USING (customer_key)
    WHERE staged.{kind}_index IS NOT NULL
    ORDER BY person.identity_id, staged.{kind}_index, staged.line
    ON CONFLICT (identity_id, kind, blind_index) DO NOTHING RETURNING identity_id
)
INSERT INTO reached SELECT identity_id FROM added
"""
STORES = """
INSERT INTO store (code, name, time_zone)
SELECT DISTINCT left(store, 60), store, %(zone)s FROM {staged} WHERE store IS NOT NULL
ON CONFLICT (code) DO NOTHING
"""
NAMELESS = """
SELECT person.customer_id FROM person JOIN customer ON customer.id = person.customer_id
WHERE NOT person.is_new AND person.name IS NOT NULL AND customer.name = ''
"""
BEFORE_NAMING = f"""
INSERT INTO import_before_image (of_import_id, "table", record_id, body)
SELECT %(import)s, 'customer', customer.id, to_jsonb(customer)
FROM customer WHERE customer.id IN ({NAMELESS})
ON CONFLICT (of_import_id, "table", record_id) DO UPDATE SET last_at = clock_timestamp()
"""
NAMING = """
UPDATE customer SET name = person.name, pinyin = person.pinyin, initials = person.initials,
    version = customer.version + 1
FROM person
WHERE customer.id = person.customer_id AND NOT person.is_new AND person.name IS NOT NULL AND customer.name = ''
"""


def identify(work: Work) -> None:
    """Leave the working table `person`: every customer key of the file, the new ones with numbers to be."""
    work.run_all(PERSON, "CREATE UNIQUE INDEX ON person (customer_key)", "ANALYZE person")


def admit(work: Work) -> None:
    """Make those who are new, known by name at most. An order may name the nameless, and nobody else."""
    if work.maps("name") or work.maps("surname"):
        work.run_all(BEFORE_NAMING, NAMING)
    work.run_all(CUSTOMERS, IDENTITIES)


def reach(work: Work) -> None:
    """Add the contact points; leaves the working table `reached`, who got a new one."""
    work.run(REACHED)
    for kind in ("phone", "email"):
        if work.maps(kind):
            work.run(CONTACTS.format(kind=kind))


def locate(work: Work) -> None:
    """Make the stores that the file names first."""
    if work.maps("store"):
        work.run(STORES)
