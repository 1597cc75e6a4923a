"""The statements that carry scores over to memberships and lists: of everybody, or of a few customers.

What a statement needs to know it takes by name: run, as_of, kind, and customers where only a few are meant.
"""

EVERYBODY = "true"
MOVED = "{customer} IN (SELECT customer_id FROM moved)"
A_FEW = "{customer} = ANY(%(customers)s)"

# A few are named on both sides of each join: the planner does not carry the condition through a view. Whoever has just
# been scored is in one table with a key, which costs little however wrong the planner is about the day's memberships.
SCORES_OF_RUN = "SELECT * FROM current_score WHERE run_id = %(run)s"
SCORES_OF_MOVED = f"{SCORES_OF_RUN} AND {MOVED.format(customer='customer_id')}"
JUST_SCORED = (
    "SELECT * FROM score_today WHERE run_id = %(run)s AND orders IS NOT NULL AND customer_id = ANY(%(customers)s)"
)
LIVE_SCORES = "SELECT * FROM live_score WHERE customer_id = ANY(%(customers)s)"

# Found while others go on writing; whoever is scored in the day meanwhile is carried over by that.
FIND_MOVED = """
CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
SELECT customer_id
FROM (
    SELECT customer_id, max(value) FILTER (WHERE kind = 'tier') AS tier,
        max(value) FILTER (WHERE kind = 'activity') AS activity,
        max(value) FILTER (WHERE kind = 'stage') AS stage,
        max(value) FILTER (WHERE kind = 'journey') AS journey
    FROM membership WHERE until IS NULL GROUP BY customer_id
) AS present FULL JOIN ({scores}) AS score USING (customer_id)
WHERE (present.tier, present.activity, present.stage, present.journey)
    IS DISTINCT FROM (score.tier, score.activity, score.stage, score.journey)
""".replace("{scores}", SCORES_OF_RUN)

# Who had an order and has none left is in no tier.
END_MEMBERSHIPS = """
UPDATE membership AS present SET until = %(as_of)s
WHERE present.until IS NULL AND present.kind = %(kind)s AND {among} AND NOT EXISTS (
    SELECT FROM ({scores}) AS score WHERE score.customer_id = present.customer_id AND score.{kind} = present.value)
"""

# Whoever was merged into another after the run was scored is in no tier either.
BEGIN_MEMBERSHIPS = """
INSERT INTO membership (customer_id, kind, value, since, run_id)
SELECT score.customer_id, %(kind)s, score.{kind}, %(as_of)s, %(run)s
FROM ({scores}) AS score LEFT JOIN membership AS present
  ON present.customer_id = score.customer_id AND present.kind = %(kind)s AND present.until IS NULL
WHERE present.id IS NULL AND score.{kind} IS NOT NULL
  AND EXISTS (SELECT FROM identity WHERE identity.customer_id = score.customer_id)
"""

# Within a day nothing has lasted: what began today and holds no more never was, and what it ended goes on.
TAKE_BACK = """
DELETE FROM membership AS present
WHERE present.until IS NULL AND present.kind = %(kind)s AND present.since = %(as_of)s AND {among} AND NOT EXISTS (
    SELECT FROM ({scores}) AS score WHERE score.customer_id = present.customer_id AND score.{kind} = present.value)
"""

GO_ON = """
UPDATE membership AS present SET until = NULL FROM ({scores}) AS score
WHERE score.customer_id = present.customer_id AND score.{kind} = present.value
  AND present.until = %(as_of)s AND present.kind = %(kind)s AND {among} AND NOT EXISTS (
    SELECT FROM membership AS newer
    WHERE newer.customer_id = present.customer_id AND newer.kind = present.kind AND newer.id > present.id)
"""

PROFILES = """
SELECT customer.id AS customer_id, customer.name, customer.pinyin, customer.initials, owner.owner_id,
    customer.home_store_id AS store_id, contact.last_on AS last_contact_on
FROM customer
LEFT JOIN LATERAL (
    SELECT owner_id FROM customer_owner WHERE customer_id = customer.id ORDER BY line_id LIMIT 1
) AS owner ON true
LEFT JOIN (
    SELECT identity.customer_id, max(interaction.happened_on) AS last_on
    FROM interaction JOIN identity ON identity.id = interaction.identity_id
    WHERE interaction.outcome NOT IN ('no_answer', 'busy', 'wrong_number') AND {among}
        AND NOT EXISTS (SELECT FROM interaction AS newer
            WHERE newer.identity_id = interaction.identity_id AND newer.corrects_id = interaction.id)
    GROUP BY 1
) AS contact ON contact.customer_id = customer.id
WHERE EXISTS (SELECT FROM identity WHERE identity.customer_id = customer.id AND {among})
"""

LIST = """
INSERT INTO {table} (
    customer_id, name, pinyin, initials, bigrams, owner_id, store_id, last_contact_on, tier, activity, r, f, m, t,
    r_quintile, f_quintile, m_quintile, days_since_last, orders, money, net_money_365, value_at_risk,
    churn_probability, at_risk, lifetime_value, emotion, relationship, cluster, health, stage, journey, value_quadrant,
    first_ordered_on, last_ordered_on)
SELECT profile.customer_id, profile.name, profile.pinyin, profile.initials,
    CASE WHEN listed.name = profile.name THEN listed.bigrams ELSE name_bigrams(profile.name) END,
    profile.owner_id, profile.store_id, profile.last_contact_on,
    coalesce(score.tier, ''), coalesce(score.activity, ''),
    coalesce(score.r, ''), coalesce(score.f, ''), coalesce(score.m, ''), coalesce(score.t, ''),
    coalesce(score.r_quintile, 0), coalesce(score.f_quintile, 0), coalesce(score.m_quintile, 0),
    coalesce(score.days_since_last, -1), coalesce(score.orders, 0), coalesce(score.money, 0),
    coalesce(score.net_money_365, 0), coalesce(score.value_at_risk, 0),
    score.churn_probability, coalesce(score.at_risk, false), coalesce(score.lifetime_value, 0),
    score.emotion, round(score.relationship)::smallint, score.cluster, round(score.health)::smallint,
    coalesce(score.stage, 'acquire'), score.journey, score.value_quadrant, score.first_ordered_on, score.last_ordered_on
FROM ({profiles}) AS profile
LEFT JOIN customer_list AS listed ON listed.customer_id = profile.customer_id
LEFT JOIN ({scores}) AS score ON score.customer_id = profile.customer_id
"""

# In one order, so that two who list the same customers wait for each other and not in a ring.
IN_PLACE = """
ORDER BY profile.customer_id
ON CONFLICT (customer_id) DO UPDATE SET {columns}
"""

UNLIST = """
DELETE FROM {table} AS listed WHERE {among}
  AND NOT EXISTS (SELECT FROM identity WHERE identity.customer_id = listed.customer_id)
"""

OF_PROFILE = ("name", "pinyin", "initials", "bigrams", "owner_id", "store_id", "last_contact_on")
OF_SCORE = (
    *("tier", "activity", "r", "f", "m", "t", "r_quintile", "f_quintile", "m_quintile", "days_since_last", "orders"),
    *("money", "net_money_365", "value_at_risk", "churn_probability", "at_risk", "lifetime_value"),
    *("emotion", "relationship", "cluster", "health", "stage", "journey", "value_quadrant"),
    *("first_ordered_on", "last_ordered_on", "last_contact_on"),
)
EVERY_COLUMN = (*OF_PROFILE, *OF_SCORE[:-1])


def memberships_of_moved(statement: str, *, kind: str) -> str:
    return statement.format(kind=kind, among=MOVED.format(customer="present.customer_id"), scores=SCORES_OF_MOVED)


def memberships_of_a_few(statement: str, *, kind: str) -> str:
    return statement.format(kind=kind, among=A_FEW.format(customer="present.customer_id"), scores=JUST_SCORED)


def list_everybody(table: str) -> str:
    """Fill `table` with all customers, as a run sees them."""
    return LIST.format(table=table, profiles=PROFILES.format(among=EVERYBODY), scores=SCORES_OF_RUN)


def list_a_few(table: str, columns: tuple[str, ...], *, scores: str) -> str:
    """Bring `columns` of some customers to what they are now, or the whole row of whoever is not in `table` yet."""
    profiles = PROFILES.format(among=A_FEW.format(customer="identity.customer_id"))
    filled = LIST.format(table=table, profiles=profiles, scores=scores)
    return filled + IN_PLACE.format(columns=", ".join(f"{column} = excluded.{column}" for column in columns))


def unlist(table: str) -> str:
    """Take those of some customers out of `table` who have no identity left."""
    return UNLIST.format(table=table, among=A_FEW.format(customer="listed.customer_id"))
