"""The planner's statements, in the order in which it runs them; `planning` names their values."""

REFRESH_VALUE_AT_RISK = """
UPDATE follow_up SET value_at_risk = listing.value_at_risk
FROM customer_list listing
WHERE follow_up.closed_at IS NULL
  AND listing.customer_id = follow_up.customer_id
  AND listing.value_at_risk <> follow_up.value_at_risk
"""

ESCALATE = """
UPDATE follow_up SET escalated_at = %(at)s
WHERE closed_at IS NULL AND escalated_at IS NULL AND overdue_on <= %(on)s
"""

# What a plan made and nobody has begun: no attempt, no move, nothing said by the customer.
UNTOUCHED = """cause = 'cadence' AND follow_up.stage = 'todo' AND previous_id IS NULL
    AND NOT jsonb_path_exists(reasons, '$[*] ? (@.code == "promised" || @.code == "retry")')"""

# The sorts over all who are due fit into this memory; it is given back with the transaction. `untouched_id` is the open
# follow-up that a former plan made for the same customer, and that nobody has begun since.
CREATE_DUE = """
SET LOCAL work_mem = '64MB';
DROP TABLE IF EXISTS pg_temp.follow_up_due;
CREATE TEMPORARY TABLE follow_up_due (
    customer_id bigint NOT NULL,
    value_at_risk bigint NOT NULL,
    due_on date,
    reasons jsonb,
    owner_id bigint,
    untouched_id bigint,
    held boolean NOT NULL DEFAULT false
) ON COMMIT DROP
"""

# `touched_on` is the last contact or the last attempt: who could not be reached is not tried again the next day.
# Of the rules of tier and activity the one with the shorter interval decides the day and stands first; the other is
# named beside it when its own interval has run out too.
GATHER_DUE = """
INSERT INTO follow_up_due (customer_id, value_at_risk, due_on, reasons, owner_id, untouched_id)
WITH tier AS (
    SELECT * FROM jsonb_to_recordset(%(tiers)s::jsonb) AS rule (tier text, contacts int, per text, every_days int)
), activity AS (
    SELECT * FROM jsonb_to_recordset(%(activities)s::jsonb) AS rule (activity text, every_days int)
), tried AS (
    SELECT customer_id, (max(closed_at) AT TIME ZONE %(zone)s)::date AS tried_on
    FROM follow_up WHERE closed_at >= %(since)s AND withdrawn IS NULL GROUP BY customer_id
), untouched AS (
    SELECT id, customer_id FROM follow_up
    WHERE closed_at IS NULL AND {untouched}
), candidate AS (
    SELECT
        listing.customer_id, listing.value_at_risk, listing.first_ordered_on, listing.last_contact_on, listing.tier,
        untouched.id AS untouched_id,
        greatest(listing.last_contact_on, tried.tried_on) AS touched_on,
        CASE
            WHEN listing.orders = 1 AND listing.first_ordered_on >= %(on)s::date - %(welcome_days)s THEN 'new'
            ELSE listing.activity
        END AS activity
    FROM customer_list listing LEFT JOIN tried USING (customer_id) LEFT JOIN untouched USING (customer_id)
    WHERE listing.tier = ANY(%(carried)s)
      AND (untouched.id IS NOT NULL OR NOT EXISTS (
          SELECT FROM follow_up WHERE follow_up.customer_id = listing.customer_id AND follow_up.closed_at IS NULL
      ))
), rhythm AS (
    SELECT
        candidate.*, tier.contacts, tier.per, tier.every_days AS tier_days, activity.every_days AS activity_days,
        coalesce(activity = 'new' AND first_ordered_on > coalesce(touched_on, '-infinity'), false) AS is_first
    FROM candidate JOIN tier USING (tier) LEFT JOIN activity USING (activity)
    WHERE touched_on IS NULL OR touched_on < %(on)s
), due AS (
    SELECT
        *,
        CASE
            WHEN is_first THEN first_ordered_on + %(first_contact_day)s
            WHEN touched_on IS NULL THEN %(on)s
            ELSE touched_on + least(tier_days, activity_days)
        END AS due_on
    FROM rhythm
), reasoned AS (
    SELECT
        *,
        CASE WHEN coalesce(
            touched_on + tier_days <= %(on)s::date + %(days_ahead)s,
            tier_days <= coalesce(activity_days, tier_days)
        ) THEN
            jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
                'code', 'tier_cadence', 'tier', tier, 'contacts', contacts, 'per', per,
                'last_contact_on', last_contact_on)))
        ELSE '[]' END AS of_tier,
        CASE WHEN coalesce(
            touched_on + activity_days <= %(on)s::date + %(days_ahead)s,
            activity_days <= tier_days,
            false
        ) THEN
            jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
                'code', 'activity_cadence', 'activity', activity, 'every_days', activity_days,
                'last_contact_on', last_contact_on)))
        ELSE '[]' END AS of_activity
    FROM due WHERE due_on <= %(on)s::date + %(days_ahead)s
)
SELECT
    reasoned.customer_id, value_at_risk, due_on,
    CASE
        WHEN is_first THEN jsonb_build_array(jsonb_build_object(
            'code', 'first_contact', 'day', %(first_contact_day)s, 'ordered_on', first_ordered_on))
        ELSE
            CASE WHEN last_contact_on IS NULL THEN '[{"code": "never_contacted"}]' ELSE '[]' END::jsonb
            || CASE WHEN activity_days < tier_days THEN of_activity || of_tier ELSE of_tier || of_activity END
    END,
    named.owner_id, untouched_id
FROM reasoned LEFT JOIN (
    customer_owner named
    JOIN staff_user colleague ON colleague.id = named.owner_id AND colleague.is_active
) ON named.customer_id = reasoned.customer_id AND named.line_id = %(line)s
""".replace("{untouched}", UNTOUCHED)

# The deadline of what is open stays: whoever has to do it has seen it.
SAY_ANEW = """
UPDATE follow_up SET reasons = due.reasons, run_id = %(run)s, policy_version = %(version)s
FROM follow_up_due due
WHERE follow_up.id = due.untouched_id AND follow_up.reasons <> due.reasons
"""

WITHDRAW = """
UPDATE follow_up SET closed_at = %(at)s, stage = 'done', version = version + 1,
    withdrawn = jsonb_strip_nulls(jsonb_build_object('code', 'not_due', 'tier', listing.tier,
        'activity', listing.activity, 'last_contact_on', listing.last_contact_on))
FROM customer_list listing
WHERE listing.customer_id = follow_up.customer_id AND follow_up.closed_at IS NULL AND {untouched}
  AND NOT EXISTS (SELECT FROM follow_up_due due WHERE due.untouched_id = follow_up.id)
""".replace("{untouched}", UNTOUCHED)

LEAVE_OPEN = "DELETE FROM follow_up_due WHERE untouched_id IS NOT NULL"

GATHER_LEFT_BEHIND = """
INSERT INTO follow_up_due (customer_id, value_at_risk, owner_id, held)
SELECT DISTINCT ON (follow_up.customer_id) follow_up.customer_id, follow_up.value_at_risk, named.owner_id, true
FROM follow_up
JOIN staff_user gone ON gone.id = follow_up.owner_id AND NOT gone.is_active
LEFT JOIN (
    customer_owner named
    JOIN staff_user colleague ON colleague.id = named.owner_id AND colleague.is_active
) ON named.customer_id = follow_up.customer_id AND named.line_id = %(line)s
WHERE follow_up.closed_at IS NULL
"""

LOADS = """
SELECT carrier, coalesce(in_work.count, 0) + coalesce(due.count, 0)
FROM unnest(%(carriers)s::bigint[]) AS carrier
LEFT JOIN (
    SELECT owner_id, count(*) FROM follow_up WHERE closed_at IS NULL GROUP BY owner_id
) in_work ON in_work.owner_id = carrier
LEFT JOIN (SELECT owner_id, count(*) FROM follow_up_due GROUP BY owner_id) due ON due.owner_id = carrier
ORDER BY carrier
"""

# Each carrier has one place for every step from the present load up to the level; the lowest places come first and
# go to those with the highest value at risk.
DEAL = """
WITH place AS (
    SELECT carrier, row_number() OVER (ORDER BY step, carrier) AS turn
    FROM unnest(%(carriers)s::bigint[], %(loads)s::bigint[]) AS share (carrier, load),
         generate_series(load + 1, %(level)s::bigint) AS step
), nobodys AS (
    SELECT customer_id, row_number() OVER (ORDER BY held DESC, value_at_risk DESC, customer_id) AS turn
    FROM follow_up_due WHERE owner_id IS NULL
)
UPDATE follow_up_due SET owner_id = place.carrier
FROM nobodys JOIN place USING (turn)
WHERE follow_up_due.customer_id = nobodys.customer_id
"""

HAND_OVER = """
UPDATE follow_up SET owner_id = due.owner_id, version = version + 1
FROM follow_up_due due, staff_user gone
WHERE due.held AND due.owner_id IS NOT NULL
  AND follow_up.customer_id = due.customer_id AND follow_up.closed_at IS NULL
  AND gone.id = follow_up.owner_id AND NOT gone.is_active
"""

OPEN = """
INSERT INTO follow_up (
    customer_id, cause, reasons, owner_id, stage, due_on, overdue_on, value_at_risk, attempt,
    policy_version, run_id, created_at, outcome, note, version
)
SELECT
    customer_id, 'cadence', reasons, owner_id, 'todo', greatest(due_on, %(on)s),
    greatest(due_on, %(on)s) + %(overdue_after)s, value_at_risk, 1, %(version)s, %(run)s, %(at)s, '', '', 1
FROM (
    SELECT *, row_number() OVER (PARTITION BY owner_id ORDER BY value_at_risk DESC, due_on, customer_id) AS place
    FROM follow_up_due WHERE NOT held AND owner_id IS NOT NULL
) ranked
LEFT JOIN (
    SELECT owner_id, count(*) AS in_work FROM follow_up WHERE closed_at IS NULL GROUP BY owner_id
) busy USING (owner_id)
WHERE place <= %(most)s - coalesce(in_work, 0)
"""

# Whoever first works on a customer becomes the named colleague; who only waits has none yet, so that a colleague who
# joins gets a share of them.
NAME_OWNERS = """
INSERT INTO customer_owner (customer_id, line_id, owner_id, since)
SELECT DISTINCT ON (follow_up.customer_id) follow_up.customer_id, %(line)s, follow_up.owner_id, %(at)s
FROM follow_up
JOIN staff_user colleague ON colleague.id = follow_up.owner_id AND colleague.is_active
WHERE follow_up.closed_at IS NULL AND NOT EXISTS (
    SELECT FROM customer_owner named JOIN staff_user present ON present.id = named.owner_id AND present.is_active
    WHERE named.customer_id = follow_up.customer_id AND named.line_id = %(line)s
)
ORDER BY follow_up.customer_id, follow_up.due_on
ON CONFLICT (customer_id, line_id) DO UPDATE SET owner_id = excluded.owner_id, since = excluded.since
"""

LIST_OWNERS = """
UPDATE customer_list SET owner_id = named.owner_id
FROM follow_up JOIN customer_owner named ON named.customer_id = follow_up.customer_id AND named.line_id = %(line)s
WHERE follow_up.closed_at IS NULL
  AND customer_list.customer_id = follow_up.customer_id
  AND customer_list.owner_id IS DISTINCT FROM named.owner_id
"""

FORGET_WAITING = "DELETE FROM follow_up_waiting"

NOTE_WAITING = """
INSERT INTO follow_up_waiting (customer_id, owner_id, reasons, due_on, value_at_risk)
SELECT customer_id, owner_id, reasons, due_on, value_at_risk
FROM follow_up_due due
WHERE NOT held AND NOT EXISTS (
    SELECT FROM follow_up WHERE follow_up.customer_id = due.customer_id AND follow_up.closed_at IS NULL
)
"""
