"""Interactions: added and never changed; what a source says otherwise is a new row that names the old one."""

from typing import Any

from shuke.intake.apply import people
from shuke.intake.apply.work import Work
from shuke.intake.meanings import channel_of, is_inbound, outcome_of

# A log without entry numbers is keyed by what it says; two rows that say the same are two contacts.
SPOKEN = """
CREATE TEMP TABLE spoken ON COMMIT DROP AS
SELECT keyed.*, row_number() OVER (PARTITION BY source_key ORDER BY line) AS place
FROM (
    SELECT staged.line, person.identity_id, staged.at, staged.at_on AS happened_on,
        coalesce(channel_meaning.meaning, '') AS channel, coalesce(direction_meaning.meaning, 'out') AS direction,
        coalesce(outcome_meaning.meaning, '') AS outcome, coalesce(staged.by, '') AS by_name,
        coalesce(staged.note, '') AS note, staged.rating AS satisfaction, staged.seconds,
        coalesce(staged.entry, 'row:' || content.digest || ':'
            || row_number() OVER (PARTITION BY content.digest ORDER BY staged.line)) AS source_key
    FROM {staged} AS staged
    JOIN person USING (customer_key)
    LEFT JOIN channel_meaning ON channel_meaning.word = staged.channel
    LEFT JOIN direction_meaning ON direction_meaning.word = staged.direction
    LEFT JOIN outcome_meaning ON outcome_meaning.word = staged.outcome,
    md5(jsonb_build_array(staged.customer_key, staged.at, staged.channel, staged.direction, staged.outcome, staged.by,
        staged.note, staged.rating, staged.seconds)::text) AS content(digest)
) AS keyed
"""
FIRST_OR_CORRECTED = """
CREATE TEMP TABLE news ON COMMIT DROP AS
SELECT spoken.*, root.id AS corrects_id
FROM spoken
LEFT JOIN interaction AS root ON root.source_id = %(source)s AND root.source_key = spoken.source_key
LEFT JOIN LATERAL (SELECT max(id) AS id FROM interaction WHERE corrects_id = root.id) AS newest ON true
LEFT JOIN interaction AS present ON present.id = coalesce(newest.id, root.id)
WHERE spoken.place = 1 AND (root.id IS NULL OR (present.identity_id, present.at, present.channel, present.direction,
    present.outcome, present.by_name, present.note, present.satisfaction, present.seconds) IS DISTINCT FROM
    (spoken.identity_id, spoken.at, spoken.channel, spoken.direction, spoken.outcome, spoken.by_name, spoken.note,
     spoken.satisfaction, spoken.seconds))
"""
INSERT = """
INSERT INTO interaction (source_id, source_key, identity_id, at, happened_on, channel, direction, outcome, by_name,
    note, satisfaction, seconds, corrects_id, import_id)
SELECT %(source)s, CASE WHEN corrects_id IS NULL THEN source_key END, identity_id, at, happened_on, channel, direction,
    outcome, by_name, note, satisfaction, seconds, corrects_id, %(import)s
FROM news ORDER BY line
"""
# A correction may be of another day; the mirror has the first telling by its own.
MARKS = """
INSERT INTO month_mark (month)
SELECT DISTINCT date_trunc('month', touched.day)::date FROM (
    SELECT happened_on AS day FROM news
    UNION ALL
    SELECT told.happened_on FROM news
        JOIN interaction AS told ON told.id = news.corrects_id OR told.corrects_id = news.corrects_id
) AS touched
"""
COUNTS = """
SELECT count(*) FILTER (WHERE corrects_id IS NULL) AS inserted,
    count(*) FILTER (WHERE corrects_id IS NOT NULL) AS updated,
    (SELECT count(*) FROM spoken WHERE place > 1) AS further_rows
FROM news
"""

MEANINGS = {
    "channel": channel_of,
    "direction": lambda text: "in" if is_inbound(text) else "out",
    "outcome": outcome_of,
}
"""Columns whose words of the source become ours."""


def apply(work: Work) -> dict[str, Any]:
    """Add the staged interactions; returns counts of rows."""
    people.identify(work)
    people.admit(work)
    people.reach(work)
    for field, meaning in MEANINGS.items():
        words = work.column(f"SELECT DISTINCT {field} FROM {{staged}} WHERE {field} IS NOT NULL")
        work.words(f"{field}_meaning", "word text, meaning text", [(word, meaning(word)) for word in words])
    work.run_all(SPOKEN, FIRST_OR_CORRECTED, INSERT, MARKS)
    counts = work.one(COUNTS)
    further = counts.pop("further_rows")
    column = work.mapping.columns.get("entry", "")
    return {**counts, "warnings": [{"code": "entry_repeated", "column": column, "count": further}] if further else []}
