"""Behaviour: written once; the same event again changes nothing, whatever it says."""

from typing import Any

from shuke.intake.apply import people
from shuke.intake.apply.work import Work

ACTS = """
CREATE TEMP TABLE act ON COMMIT DROP AS
SELECT staged.line, person.identity_id, staged.event AS source_key, staged.at, staged.at_on AS happened_on, staged.kind,
    coalesce(staged.subject, '') AS subject, staged.value, known.id IS NOT NULL AS is_known
FROM {staged} AS staged
JOIN person USING (customer_key)
LEFT JOIN behaviour AS known ON known.source_id = %(source)s AND known.source_key = staged.event
"""
INSERT = """
INSERT INTO behaviour (source_id, source_key, identity_id, at, happened_on, kind, subject, value, import_id)
SELECT %(source)s, source_key, identity_id, at, happened_on, kind, subject, value, %(import)s
FROM act WHERE NOT is_known ORDER BY line
"""
MARKS = """
INSERT INTO month_mark (month)
SELECT DISTINCT date_trunc('month', happened_on)::date FROM act WHERE NOT is_known
"""
COUNTS = "SELECT count(*) FILTER (WHERE NOT is_known) AS inserted, 0 AS updated FROM act"


def apply(work: Work) -> dict[str, Any]:
    """Add the staged behaviour; returns counts of rows."""
    people.identify(work)
    people.admit(work)
    work.run_all(ACTS, INSERT, MARKS)
    return {**work.one(COUNTS), "warnings": []}
