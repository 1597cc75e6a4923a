"""A run's partition in two halves by customer, each written by a session of its own and at the same time.

Their statistics come from a smaller sample: of so many columns the usual one takes as long as building the key.
"""

from django.db import migrations

HALVES = """
DROP FUNCTION score_open_partition;

CREATE FUNCTION score_open_half(run bigint, half text, middle bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text := format('score_%s_%s', run, half);
    side text := CASE half WHEN 'low' THEN '<' ELSE '>=' END;
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE score INCLUDING DEFAULTS)', name);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT of_its_run CHECK (run_id = %s)', name, run);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT of_its_half CHECK (customer_id %s %s)', name, side, middle);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO %I', name, session_user);
    RETURN name;
END $$;

CREATE FUNCTION score_join_halves(run bigint, middle bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET default_statistics_target = 25 AS $$
DECLARE
    whole text := 'score_' || run;
    low text := whole || '_low';
    high text := whole || '_high';
    half text;
BEGIN
    FOREACH half IN ARRAY ARRAY[low, high] LOOP
        EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (run_id, customer_id)', half);
        EXECUTE format('ANALYZE %I', half);
    END LOOP;
    EXECUTE format('CREATE TABLE %I (LIKE score INCLUDING DEFAULTS) PARTITION BY RANGE (customer_id)', whole);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%s)', whole, low, middle);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (MAXVALUE)', whole, high, middle);
END $$;

CREATE OR REPLACE FUNCTION score_attach_partition(run bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('ALTER TABLE score ATTACH PARTITION %I FOR VALUES IN (%s)', 'score_' || run, run);
END $$;

CREATE OR REPLACE FUNCTION score_drop_partition(run bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    whole text := 'score_' || run;
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS %I, %I, %I', whole, whole || '_low', whole || '_high');
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0010_scored_at")]

    operations = [migrations.RunSQL(HALVES)]
