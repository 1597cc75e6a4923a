"""The score table, list-partitioned by run. The application may open and drop a partition, and nothing else of it."""

from django.db import migrations

SCORE = """
CREATE TABLE score (
    run_id bigint NOT NULL,
    customer_id bigint NOT NULL,
    days_since_last integer NOT NULL,
    orders integer NOT NULL,
    money bigint NOT NULL,
    net_money bigint NOT NULL,
    net_money_365 bigint NOT NULL,
    average_order bigint NOT NULL,
    orders_per_month double precision NOT NULL,
    trend double precision,
    median_gap double precision,
    first_ordered_on date NOT NULL,
    last_ordered_on date NOT NULL,
    r varchar(1) NOT NULL,
    f varchar(1) NOT NULL,
    m varchar(1) NOT NULL,
    t varchar(1) NOT NULL,
    r_quintile smallint NOT NULL,
    f_quintile smallint NOT NULL,
    m_quintile smallint NOT NULL,
    tier varchar(10) NOT NULL,
    activity varchar(10) NOT NULL,
    value_at_risk bigint NOT NULL,
    recency_line varchar(10),
    money_line varchar(10) NOT NULL,
    active_until_days double precision NOT NULL,
    days_since_first integer NOT NULL,
    money_90 bigint NOT NULL,
    money_90_before bigint NOT NULL
) PARTITION BY LIST (run_id);
"""

OPEN_PARTITION = """
CREATE FUNCTION score_open_partition(run bigint) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text := 'score_' || run;
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE score INCLUDING DEFAULTS)', name);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT of_its_run CHECK (run_id = %s)', name, run);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO %I', name, session_user);
    RETURN name;
END $$;

CREATE FUNCTION score_attach_partition(run bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    name text := 'score_' || run;
BEGIN
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (run_id, customer_id)', name);
    EXECUTE format('ALTER TABLE score ATTACH PARTITION %I FOR VALUES IN (%s)', name, run);
    EXECUTE format('ANALYZE %I', name);
END $$;

CREATE FUNCTION score_drop_partition(run bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS %I', 'score_' || run);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial")]

    operations = [
        migrations.RunSQL(SCORE, "DROP TABLE score"),
        migrations.RunSQL(
            OPEN_PARTITION,
            "DROP FUNCTION score_open_partition, score_attach_partition, score_drop_partition",
        ),
    ]
