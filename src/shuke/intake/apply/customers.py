"""Profiles: who is new, and what a source says otherwise than before."""

import re
from typing import Any

from shuke.intake.apply import people
from shuke.intake.apply.work import Work

# A blank cell says nothing, so it takes nothing away: what the file does not tell stays as it is.
PROFILE = """
CREATE TEMP TABLE profile ON COMMIT DROP AS
SELECT told.customer_id, told.identity_id, told.is_new,
    coalesce(told.name, present.name, '') AS name,
    coalesce(told.pinyin, present.pinyin, '') AS pinyin,
    coalesce(told.initials, present.initials, '') AS initials,
    CASE WHEN told.birthday IS NULL THEN present.birth_year ELSE told.birth_year END AS birth_year,
    CASE WHEN told.birthday IS NULL THEN present.birth_month ELSE told.birth_month END AS birth_month,
    CASE WHEN told.birthday IS NULL THEN present.birth_day ELSE told.birth_day END AS birth_day,
    coalesce(CASE WHEN told.birthday IS NULL THEN present.birth_calendar ELSE told.birth_calendar END, 'solar')
        AS birth_calendar,
    coalesce(told.registered, present.registered_on) AS registered_on,
    coalesce(store.id, present.home_store_id) AS home_store_id,
    -- Who was merged into another lends facts and contacts; the profile is told by the one that was kept.
    EXISTS (SELECT FROM merged_identity JOIN customer_merge AS merge ON merge.id = merged_identity.merge_id
            WHERE merged_identity.identity_id = told.identity_id AND merge.undone_at IS NULL) AS is_merged,
    'unchanged' AS outcome
FROM (
    SELECT person.*, staged.birthday, staged.registered, staged.store,
        substring(staged.birthday FROM '(\\d{{4}})-\\d\\d-\\d\\d$')::smallint AS birth_year,
        left(right(staged.birthday, 5), 2)::smallint AS birth_month,
        right(staged.birthday, 2)::smallint AS birth_day,
        CASE WHEN staged.birthday LIKE 'lunar %%' THEN 'lunar' ELSE 'solar' END AS birth_calendar
    FROM person JOIN {staged} AS staged ON staged.line = person.first_line
) AS told
LEFT JOIN customer AS present ON present.id = told.customer_id AND NOT told.is_new
LEFT JOIN store ON store.code = left(told.store, 60)
"""
FIELDS = "name, birth_year, birth_month, birth_day, birth_calendar, registered_on, home_store_id"
CORRECTED = """
UPDATE profile SET outcome = 'updated' FROM customer AS present
WHERE present.id = profile.customer_id AND NOT profile.is_new AND NOT profile.is_merged
    AND ({present}) IS DISTINCT FROM ({profile})
""".format(present=re.sub(r"(\w+)", r"present.\1", FIELDS), profile=re.sub(r"(\w+)", r"profile.\1", FIELDS))
BEFORE = """
INSERT INTO import_before_image (of_import_id, "table", record_id, body)
SELECT %(import)s, 'customer', present.id, to_jsonb(present)
FROM customer AS present JOIN profile ON profile.customer_id = present.id
WHERE profile.outcome = 'updated'
ON CONFLICT (of_import_id, "table", record_id) DO UPDATE SET last_at = clock_timestamp()
"""
UPDATE = """
UPDATE customer AS present SET name = profile.name, pinyin = profile.pinyin, initials = profile.initials,
    birth_year = profile.birth_year, birth_month = profile.birth_month, birth_day = profile.birth_day,
    birth_calendar = profile.birth_calendar, registered_on = profile.registered_on,
    home_store_id = profile.home_store_id, version = present.version + 1
FROM profile WHERE profile.customer_id = present.id AND profile.outcome = 'updated'
"""
INSERT = """
INSERT INTO customer (id, name, pinyin, initials, birth_year, birth_month, birth_day, birth_calendar, birth_leap_month,
    registered_on, home_store_id, created_at, version)
SELECT customer_id, name, pinyin, initials, birth_year, birth_month, birth_day, birth_calendar, false,
    registered_on, home_store_id, %(at)s, 1
FROM profile WHERE is_new ORDER BY customer_id
"""
TAGGED = """
CREATE TEMP TABLE tagged ON COMMIT DROP AS
SELECT DISTINCT person.customer_id, person.identity_id, left(word, 60) AS name
FROM {staged} AS staged JOIN person USING (customer_key),
    regexp_split_to_table(staged.tags, '\\s*[,;|、，；/]\\s*') AS word
WHERE word <> ''
"""
TAGS = "INSERT INTO tag (name) SELECT DISTINCT name FROM tagged ON CONFLICT (name) DO NOTHING"
CUSTOMER_TAGS = """
WITH added AS (
    INSERT INTO customer_tag (customer_id, tag_id, at, import_id)
    SELECT tagged.customer_id, tag.id, %(at)s, %(import)s FROM tagged JOIN tag USING (name)
    ON CONFLICT (customer_id, tag_id) DO NOTHING RETURNING customer_id
)
INSERT INTO reached SELECT tagged.identity_id FROM tagged JOIN added USING (customer_id)
"""
COUNTS = """
SELECT count(*) FILTER (WHERE is_new) AS inserted,
    count(*) FILTER (WHERE NOT is_new AND (outcome = 'updated' OR identity_id IN (SELECT identity_id FROM reached)))
        AS updated,
    (SELECT count(*) FROM {staged}) - count(*) AS further_rows
FROM profile
"""


def apply(work: Work) -> dict[str, Any]:
    """Bring the staged profiles in; returns counts of rows."""
    people.identify(work)
    people.locate(work)
    work.run_all(PROFILE, "ANALYZE profile", CORRECTED, BEFORE, UPDATE, INSERT, people.IDENTITIES)
    people.reach(work)
    if work.maps("tags"):
        work.run_all(TAGGED, TAGS, CUSTOMER_TAGS)
    counts = work.one(COUNTS)
    further = counts.pop("further_rows")
    column = work.mapping.columns[work.mapping.customer_by[0]]
    return {
        **counts,
        "warnings": [{"code": "customer_repeated", "column": column, "count": further}] if further else [],
    }
