"""Both halves of a run's partition get their keys and statistics at the same time, each by the session that wrote it.

Rows of numbers, which no query asks about, have no statistics.
"""

from django.db import migrations

CLOSE = """
DROP FUNCTION score_join_halves;

CREATE FUNCTION score_close_half(run bigint, half text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET default_statistics_target = 25 SET max_parallel_maintenance_workers = 0 AS $$
DECLARE
    name text := format('score_%s_%s', run, half);
    asked text;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ') INTO asked FROM pg_attribute
    WHERE attrelid = name::regclass AND attnum > 0 AND NOT attisdropped AND atttypid <> 'bytea'::regtype;
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (run_id, customer_id)', name);
    EXECUTE format('ANALYZE %I (%s)', name, asked);
END $$;

CREATE FUNCTION score_join_halves(run bigint, middle bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    whole text := 'score_' || run;
    low text := whole || '_low';
    high text := whole || '_high';
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE score INCLUDING DEFAULTS) PARTITION BY RANGE (customer_id)', whole);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%s)', whole, low, middle);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (MAXVALUE)', whole, high, middle);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0011_halves_of_a_run")]

    operations = [migrations.RunSQL(CLOSE)]
