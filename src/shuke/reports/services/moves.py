"""Find who has moved since earlier runs: from tier to tier, and who is slipping."""

from datetime import date

from django.db.backends.utils import CursorWrapper

from shuke.reports.policies import InsightPolicy
from shuke.scoring.models import Run
from shuke.scoring.queries import kept_runs, some_days_before

__all__ = ["LOOKS_BACK", "find_slips", "find_tiers"]

LOOKS_BACK = (7, 30, 90, 365)
"""Days before a run from which tiers are followed; each from the last run that is kept of that day or before."""

# Who is in the list has the tier of the live run; the former one is the earlier run's.
FOLLOW_TIERS = """
CREATE TEMPORARY TABLE followed ON COMMIT DROP AS
SELECT customer_id, listed.owner_id, coalesce(before.tier, '') AS former, coalesce(listed.tier, '') AS present,
    coalesce(listed.net_money_365, 0) AS net_money_365, coalesce(listed.value_at_risk, 0) AS value_at_risk
FROM (SELECT customer_id, tier FROM score WHERE run_id = %(before)s) AS before
FULL JOIN customer_list AS listed USING (customer_id)
WHERE (before.tier IS NOT NULL OR listed.tier <> '') AND (listed.customer_id IS NOT NULL)
"""
COUNT_FLOWS = """
INSERT INTO report_tier_flow (since, owner_id, former, present, customers, net_money_365)
SELECT %(since)s, owner_id, former, present, count(*), sum(net_money_365)
FROM followed GROUP BY owner_id, former, present
"""
KEEP_MOVES = """
INSERT INTO report_tier_move (customer_id, since, former, present, value_at_risk)
SELECT customer_id, %(since)s, former, present, value_at_risk
FROM followed WHERE former <> present AND former <> '' AND present <> ''
"""

# A chance counts against one of the same horizon alone; a longer one is another question.
FIND_SLIPS = """
INSERT INTO report_slip (customer_id, causes, value_at_risk, last_ordered_on, days_since_last, tier_before, tier,
    activity_before, activity, median_gap, chance_before, chance, horizon_days)
SELECT customer_id, causes, value_at_risk, last_ordered_on, days_since_last,
    CASE WHEN 'tier' = ANY(causes) THEN tier_before ELSE '' END, tier,
    CASE WHEN 'activity' = ANY(causes) THEN activity_before ELSE '' END, activity,
    CASE WHEN 'rhythm' = ANY(causes) THEN median_gap END,
    CASE WHEN 'chance' = ANY(causes) THEN chance_before END,
    CASE WHEN 'chance' = ANY(causes) THEN chance END,
    CASE WHEN 'chance' = ANY(causes) THEN horizon_days END
FROM (
    SELECT present.customer_id, present.value_at_risk, present.last_ordered_on, present.days_since_last,
        before.tier AS tier_before, present.tier, before.activity AS activity_before, present.activity,
        present.median_gap, before.churn_probability AS chance_before, present.churn_probability AS chance,
        present.churn_horizon_days AS horizon_days,
        array_remove(ARRAY[
            CASE WHEN array_position(%(tiers)s::text[], before.tier)
                    > array_position(%(tiers)s::text[], present.tier) THEN 'tier' END,
            CASE WHEN array_position(%(activities)s::text[], before.activity)
                    < array_position(%(activities)s::text[], present.activity)
                AND present.activity IN ('dormant', 'lost') THEN 'activity' END,
            CASE WHEN present.days_since_last > %(gaps)s * present.median_gap
                AND present.days_since_last - %(days)s <= %(gaps)s * present.median_gap THEN 'rhythm' END,
            CASE WHEN present.churn_horizon_days = before.churn_horizon_days
                AND present.churn_probability - before.churn_probability >= %(chance)s THEN 'chance' END
        ], NULL) AS causes
    FROM (SELECT * FROM score WHERE run_id = %(run)s) AS present
    LEFT JOIN (SELECT * FROM score WHERE run_id = %(before)s) AS before USING (customer_id)
) AS found
WHERE causes <> '{}' AND EXISTS (SELECT FROM customer_list WHERE customer_list.customer_id = found.customer_id)
"""
TIERS = ["bronze", "silver", "gold"]
ACTIVITIES = ["new", "active", "dormant", "lost"]


def find_tiers(cursor: CursorWrapper, run: Run) -> None:
    """Follow everybody's tier from each of some earlier runs to this one."""
    cursor.execute("DELETE FROM report_tier_flow")
    cursor.execute("DELETE FROM report_tier_move")
    kept = kept_runs(before=run)
    for before in {some_days_before(run, days, among=kept) for days in LOOKS_BACK} - {None}:
        values = {"before": before.pk, "since": before.as_of}
        cursor.execute("DROP TABLE IF EXISTS followed")
        cursor.execute(FOLLOW_TIERS, values)
        cursor.execute(COUNT_FLOWS, values)
        cursor.execute(KEEP_MOVES, values)


def find_slips(cursor: CursorWrapper, run: Run, policy: InsightPolicy) -> date | None:
    """Find who is worse off than some days before; returns the day of the run that they are held against.

    Without an earlier run there is their own rhythm alone.
    """
    before = some_days_before(run, policy.slipping_days, among=kept_runs(before=run))
    cursor.execute("DELETE FROM report_slip")
    values = {
        "run": run.pk,
        "before": before.pk if before else None,
        "days": policy.slipping_days,
        "gaps": policy.slipping_gaps,
        "chance": policy.slipping_chance,
        "tiers": TIERS,
        "activities": ACTIVITIES,
    }
    cursor.execute(FIND_SLIPS, values)
    return before.as_of if before else None
