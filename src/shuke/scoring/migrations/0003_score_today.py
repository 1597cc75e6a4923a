"""What is scored in the day stands in a small table beside the run's partition; two views lay it over."""

from django.db import migrations, models

SCORE_TODAY = """
CREATE TABLE score_today AS TABLE score WITH NO DATA;
ALTER TABLE score_today
    ADD PRIMARY KEY (customer_id),
    ALTER COLUMN run_id SET NOT NULL,
    ADD COLUMN as_of date NOT NULL,
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ADD CONSTRAINT score_today_is_whole_or_none CHECK (num_nonnulls(orders, tier, activity, value_at_risk) IN (0, 4));
"""

CURRENT_SCORE = """
CREATE VIEW current_score AS
SELECT score.*, run.as_of, NULL::bigint AS id
FROM score JOIN run ON run.id = score.run_id
WHERE NOT EXISTS (
    SELECT FROM score_today WHERE score_today.customer_id = score.customer_id AND score_today.run_id = score.run_id
)
UNION ALL
SELECT score_today.* FROM score_today WHERE orders IS NOT NULL;
"""

# The live run as a value, so that it is known before the partitions are opened: joined to, all of them would be read.
LIVE_SCORE = """
CREATE VIEW live_score AS
SELECT score.*, (SELECT run.as_of FROM live_run JOIN run ON run.id = live_run.run_id) AS as_of, NULL::bigint AS id
FROM score
WHERE score.run_id = (SELECT live_run.run_id FROM live_run) AND NOT EXISTS (
    SELECT FROM score_today WHERE score_today.customer_id = score.customer_id AND score_today.run_id = score.run_id
)
UNION ALL
SELECT score_today.*
FROM score_today WHERE score_today.run_id = (SELECT live_run.run_id FROM live_run) AND orders IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0002_score_partitions")]

    operations = [
        migrations.RunSQL(SCORE_TODAY, "DROP TABLE score_today"),
        migrations.RunSQL(CURRENT_SCORE, "DROP VIEW current_score"),
        migrations.RunSQL(LIVE_SCORE, "DROP VIEW live_score"),
        migrations.CreateModel(
            name='LiveScore',
            fields=[
                ('pk', models.CompositePrimaryKey('run_id', 'customer_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('days_since_last', models.IntegerField()),
                ('orders', models.IntegerField()),
                ('money', models.BigIntegerField()),
                ('net_money', models.BigIntegerField()),
                ('net_money_365', models.BigIntegerField()),
                ('average_order', models.BigIntegerField()),
                ('orders_per_month', models.FloatField()),
                ('trend', models.FloatField(null=True)),
                ('median_gap', models.FloatField(null=True)),
                ('first_ordered_on', models.DateField()),
                ('last_ordered_on', models.DateField()),
                ('r', models.CharField(max_length=1)),
                ('f', models.CharField(max_length=1)),
                ('m', models.CharField(max_length=1)),
                ('t', models.CharField(max_length=1)),
                ('r_quintile', models.SmallIntegerField()),
                ('f_quintile', models.SmallIntegerField()),
                ('m_quintile', models.SmallIntegerField()),
                ('tier', models.CharField(max_length=10)),
                ('activity', models.CharField(max_length=10)),
                ('value_at_risk', models.BigIntegerField()),
                ('recency_line', models.CharField(max_length=10, null=True)),
                ('money_line', models.CharField(max_length=10)),
                ('active_until_days', models.FloatField()),
                ('days_since_first', models.IntegerField()),
                ('money_90', models.BigIntegerField()),
                ('money_90_before', models.BigIntegerField()),
                ('as_of', models.DateField()),
            ],
            options={
                'db_table': 'live_score',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='ScoreToday',
            fields=[
                ('pk', models.CompositePrimaryKey('run_id', 'customer_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('days_since_last', models.IntegerField()),
                ('orders', models.IntegerField()),
                ('money', models.BigIntegerField()),
                ('net_money', models.BigIntegerField()),
                ('net_money_365', models.BigIntegerField()),
                ('average_order', models.BigIntegerField()),
                ('orders_per_month', models.FloatField()),
                ('trend', models.FloatField(null=True)),
                ('median_gap', models.FloatField(null=True)),
                ('first_ordered_on', models.DateField()),
                ('last_ordered_on', models.DateField()),
                ('r', models.CharField(max_length=1)),
                ('f', models.CharField(max_length=1)),
                ('m', models.CharField(max_length=1)),
                ('t', models.CharField(max_length=1)),
                ('r_quintile', models.SmallIntegerField()),
                ('f_quintile', models.SmallIntegerField()),
                ('m_quintile', models.SmallIntegerField()),
                ('tier', models.CharField(max_length=10)),
                ('activity', models.CharField(max_length=10)),
                ('value_at_risk', models.BigIntegerField()),
                ('recency_line', models.CharField(max_length=10, null=True)),
                ('money_line', models.CharField(max_length=10)),
                ('active_until_days', models.FloatField()),
                ('days_since_first', models.IntegerField()),
                ('money_90', models.BigIntegerField()),
                ('money_90_before', models.BigIntegerField()),
                ('id', models.BigIntegerField()),
                ('as_of', models.DateField()),
            ],
            options={
                'db_table': 'score_today',
                'managed': False,
            },
        ),
    ]
