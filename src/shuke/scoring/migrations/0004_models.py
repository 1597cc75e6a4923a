"""What models say of a customer: the columns of lifetime value and churn, and the views that show them."""

from django.db import migrations

NEW = (
    ("churn_probability", "double precision"),
    ("churn_horizon_days", "integer"),
    ("churn_parts", "real[]"),
    ("churn_numbers", "real[]"),
    ("at_risk", "boolean"),
    ("p_alive", "double precision"),
    ("expected_orders", "double precision"),
    ("order_value", "bigint"),
    ("residual_value", "bigint"),
    ("lifetime_value", "bigint"),
    ("profit_share", "double precision"),
)
ADD = ", ".join(f"ADD COLUMN {name} {kind}" for name, kind in NEW)
DROP = ", ".join(f"DROP COLUMN {name}" for name, _kind in NEW)
BEFORE = (
    "run_id, customer_id, days_since_last, orders, money, net_money, net_money_365, average_order, orders_per_month, "
    "trend, median_gap, first_ordered_on, last_ordered_on, r, f, m, t, r_quintile, f_quintile, m_quintile, tier, "
    "activity, value_at_risk, recency_line, money_line, active_until_days, days_since_first, money_90, money_90_before"
)
AFTER = ", ".join([BEFORE, *(name for name, _kind in NEW)])


def views(columns: str) -> str:
    """The scores of every run, and those that count now, each with what has been scored in the day laid over."""
    of_score = ", ".join(f"score.{name}" for name in columns.split(", "))
    overlaid = """NOT EXISTS (
        SELECT FROM score_today
        WHERE score_today.customer_id = score.customer_id AND score_today.run_id = score.run_id)"""
    return f"""
DROP VIEW IF EXISTS current_score, live_score;
CREATE VIEW current_score AS
SELECT {of_score}, run.as_of, NULL::bigint AS id FROM score JOIN run ON run.id = score.run_id WHERE {overlaid}
UNION ALL
SELECT {columns}, as_of, id FROM score_today WHERE orders IS NOT NULL;
CREATE VIEW live_score AS
SELECT {of_score}, (SELECT run.as_of FROM live_run JOIN run ON run.id = live_run.run_id) AS as_of, NULL::bigint AS id
FROM score WHERE score.run_id = (SELECT live_run.run_id FROM live_run) AND {overlaid}
UNION ALL
SELECT {columns}, as_of, id FROM score_today
WHERE score_today.run_id = (SELECT live_run.run_id FROM live_run) AND orders IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0003_score_today")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE score {ADD}; ALTER TABLE score_today {ADD}; {views(AFTER)}",
            f"DROP VIEW current_score, live_score; ALTER TABLE score {DROP}; ALTER TABLE score_today {DROP}; "
            f"{views(BEFORE)}",
        ),
    ]
