"""Who is in which tier and activity, and the row that lists read: set statements over all customers."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Func, OuterRef, Subquery

from shuke.core import audit
from shuke.customers.models import Customer, CustomerOwner
from shuke.scoring.models import Run
from shuke.segments.models import CustomerListing, Membership

__all__ = ["copy_profiles", "refresh"]

END_MEMBERSHIPS = """
UPDATE membership AS present SET until = %(as_of)s
FROM score WHERE score.run_id = %(run)s AND score.customer_id = present.customer_id
  AND present.until IS NULL AND present.kind = %(kind)s AND present.value <> score.{kind}
"""

BEGIN_MEMBERSHIPS = """
INSERT INTO membership (customer_id, kind, value, since, run_id)
SELECT score.customer_id, %(kind)s, score.{kind}, %(as_of)s, %(run)s
FROM score LEFT JOIN membership AS present
  ON present.customer_id = score.customer_id AND present.kind = %(kind)s AND present.until IS NULL
WHERE score.run_id = %(run)s AND present.id IS NULL
"""

LIST_CUSTOMERS = """
INSERT INTO customer_list (
    customer_id, name, pinyin, initials, bigrams, owner_id, store_id, tier, activity, r, f, m, t,
    r_quintile, f_quintile, m_quintile, days_since_last, orders, money, net_money_365, value_at_risk,
    first_ordered_on, last_ordered_on, last_contact_on)
SELECT customer.id, customer.name, customer.pinyin, customer.initials,
    CASE WHEN listed.name = customer.name THEN listed.bigrams ELSE name_bigrams(customer.name) END,
    owner.owner_id, customer.home_store_id,
    coalesce(score.tier, ''), coalesce(score.activity, ''),
    coalesce(score.r, ''), coalesce(score.f, ''), coalesce(score.m, ''), coalesce(score.t, ''),
    coalesce(score.r_quintile, 0), coalesce(score.f_quintile, 0), coalesce(score.m_quintile, 0),
    coalesce(score.days_since_last, -1), coalesce(score.orders, 0), coalesce(score.money, 0),
    coalesce(score.net_money_365, 0), coalesce(score.value_at_risk, 0),
    score.first_ordered_on, score.last_ordered_on, contact.last_on
FROM customer
LEFT JOIN customer_list AS listed ON listed.customer_id = customer.id
LEFT JOIN score ON score.run_id = %(run)s AND score.customer_id = customer.id
LEFT JOIN LATERAL (
    SELECT owner_id FROM customer_owner WHERE customer_id = customer.id ORDER BY line_id LIMIT 1
) AS owner ON true
LEFT JOIN (
    SELECT identity.customer_id, max(interaction.happened_on) AS last_on
    FROM interaction JOIN identity ON identity.id = interaction.identity_id
    WHERE interaction.outcome NOT IN ('no_answer', 'busy', 'wrong_number') GROUP BY 1
) AS contact ON contact.customer_id = customer.id
WHERE EXISTS (SELECT FROM identity WHERE identity.customer_id = customer.id)
ON CONFLICT (customer_id) DO UPDATE SET {assignments}
WHERE ({before}) IS DISTINCT FROM ({after})
"""

UNLIST_EMPTY = """
DELETE FROM customer_list AS listed
WHERE NOT EXISTS (SELECT FROM identity WHERE identity.customer_id = listed.customer_id)
"""


@transaction.atomic
def refresh(*, run: Run, at: datetime) -> dict[str, int]:
    """Carry a run's tiers and activities over to the memberships and the list. Doing it twice changes nothing."""
    values = {"run": run.pk, "as_of": run.as_of}
    counts = {}
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE membership IN SHARE ROW EXCLUSIVE MODE")
        for kind in Membership.Kind.values:
            cursor.execute(END_MEMBERSHIPS.format(kind=kind), values | {"kind": kind})
            cursor.execute(BEGIN_MEMBERSHIPS.format(kind=kind), values | {"kind": kind})
            counts[f"{kind}_changes"] = cursor.rowcount
        cursor.execute(UNLIST_EMPTY)
        cursor.execute(_list_customers(), values)
        counts["listed"] = cursor.rowcount
    audit.record(None, "segments.refreshed", run, at=at, **counts)
    return counts


def _list_customers() -> str:
    columns = LIST_CUSTOMERS.split("(", 1)[1].split(")", 1)[0].replace("\n", " ").split(",")
    names = [name.strip() for name in columns if name.strip() != "customer_id"]
    return LIST_CUSTOMERS.format(
        assignments=", ".join(f"{name} = excluded.{name}" for name in names),
        before=", ".join(f"customer_list.{name}" for name in names),
        after=", ".join(f"excluded.{name}" for name in names),
    )


def copy_profiles(customers: Sequence[int]) -> None:
    """Bring name, store and owner of these customers into the list at once, ahead of the next run."""
    profile = Customer.objects.filter(pk=OuterRef("pk"))
    owners = CustomerOwner.objects.filter(customer=OuterRef("pk")).order_by("line")
    CustomerListing.objects.filter(pk__in=customers).update(
        name=Subquery(profile.values("name")),
        pinyin=Subquery(profile.values("pinyin")),
        initials=Subquery(profile.values("initials")),
        bigrams=Func(Subquery(profile.values("name")), function="name_bigrams"),
        store=Subquery(profile.values("home_store")),
        owner=Subquery(owners.values("owner")[:1]),
    )
