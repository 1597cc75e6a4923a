"""Further columns of a score, for migrations: both tables gain them, and the views are made anew over all there are."""

from collections.abc import Mapping

from django.db import migrations

# Both views select by name: the tables have their columns in different orders.
VIEWS = """
DROP VIEW IF EXISTS current_score, live_score;
DO $make$
DECLARE
    columns text;
    of_score text;
    overlaid text := $$NOT EXISTS (SELECT FROM score_today
        WHERE score_today.customer_id = score.customer_id AND score_today.run_id = score.run_id)$$;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
        string_agg('score.' || quote_ident(attname), ', ' ORDER BY attnum)
    INTO columns, of_score
    FROM pg_attribute WHERE attrelid = 'score'::regclass AND attnum > 0 AND NOT attisdropped;

    EXECUTE 'CREATE VIEW current_score AS SELECT ' || of_score || ', run.as_of, NULL::bigint AS id'
        || ' FROM score JOIN run ON run.id = score.run_id WHERE ' || overlaid
        || ' UNION ALL SELECT ' || columns || ', as_of, id FROM score_today WHERE orders IS NOT NULL';

    EXECUTE 'CREATE VIEW live_score AS SELECT ' || of_score
        || ', (SELECT run.as_of FROM live_run JOIN run ON run.id = live_run.run_id) AS as_of, NULL::bigint AS id'
        || ' FROM score WHERE score.run_id = (SELECT live_run.run_id FROM live_run) AND ' || overlaid
        || ' UNION ALL SELECT ' || columns || ', as_of, id FROM score_today'
        || ' WHERE score_today.run_id = (SELECT live_run.run_id FROM live_run) AND orders IS NOT NULL';
END $make$;
"""


def score_columns(columns: Mapping[str, str]) -> migrations.RunSQL:
    """Add `columns`, names with their types of PostgreSQL, to the scores of every run and to those of the day."""
    add = ", ".join(f"ADD COLUMN {name} {kind}" for name, kind in columns.items())
    drop = ", ".join(f"DROP COLUMN {name}" for name in columns)
    return migrations.RunSQL(
        f"ALTER TABLE score {add}; ALTER TABLE score_today {add}; {VIEWS}",
        f"DROP VIEW current_score, live_score; ALTER TABLE score {drop}; ALTER TABLE score_today {drop}; {VIEWS}",
    )
