"""Merging: two customers become one, and undoing makes them two again, exactly.

A merge changes the map from identities to customers, and what hangs on the customers follows through
`registries.identities_moved`. The absorbed customer stays as a shell that nobody sees, as the place that undoing
leads back to. All steps are set statements, so that an automatic run takes as many of them as one merge does.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from shuke.core import audit
from shuke.core.errors import Conflict, Invalid, NotFound
from shuke.core.words import mark as _
from shuke.customers.models import Candidate, Customer, Distinct, Merge
from shuke.customers.registries import identities_moved
from shuke.customers.services import primary_identity
from shuke.staff.models import User

__all__ = ["ChangedMeanwhile", "MergedFurther", "Pair", "SamePerson", "keep_apart", "merge", "merge_all", "undo"]

Evidence = Sequence[Mapping[str, Any]]

NOTE_IDENTITIES = """
INSERT INTO merged_identity (merge_id, identity_id)
SELECT merge.id, identity.id FROM customer_merge AS merge JOIN identity ON identity.customer_id = merge.absorbed_id
WHERE merge.id = ANY(%(merges)s)
"""
MOVE_IDENTITIES = """
UPDATE identity SET customer_id = merge.kept_id
FROM merged_identity AS moved JOIN customer_merge AS merge ON merge.id = moved.merge_id
WHERE merge.id = ANY(%(merges)s) AND identity.id = moved.identity_id
"""
BRING_IDENTITIES_BACK = """
UPDATE identity SET customer_id = merge.absorbed_id
FROM merged_identity AS moved JOIN customer_merge AS merge ON merge.id = moved.merge_id
WHERE merge.id = ANY(%(merges)s) AND identity.id = moved.identity_id
"""

# The kept customer carries the tags of both. A tag that several merges brought is traced by each of them, so that it
# goes with the last one undone.
CARRY_TAGS = """
WITH carried AS (
    INSERT INTO customer_tag (customer_id, tag_id, by_id, at)
    SELECT DISTINCT ON (merge.kept_id, tagged.tag_id) merge.kept_id, tagged.tag_id, tagged.by_id, tagged.at
    FROM customer_merge AS merge JOIN customer_tag AS tagged ON tagged.customer_id = merge.absorbed_id
    WHERE merge.id = ANY(%(merges)s) ORDER BY merge.kept_id, tagged.tag_id, tagged.at
    ON CONFLICT (customer_id, tag_id) DO NOTHING RETURNING id, customer_id, tag_id
), brought AS (
    SELECT * FROM carried
    UNION ALL SELECT held.id, held.customer_id, held.tag_id
    FROM customer_tag AS held JOIN merge_trace AS trace ON trace."table" = 'customer_tag' AND trace.record_id = held.id
    JOIN customer_merge AS standing ON standing.id = trace.merge_id AND standing.undone_at IS NULL
)
INSERT INTO merge_trace (merge_id, "table", record_id)
SELECT DISTINCT merge.id, 'customer_tag', brought.id
FROM customer_merge AS merge JOIN customer_tag AS tagged ON tagged.customer_id = merge.absorbed_id
JOIN brought ON brought.customer_id = merge.kept_id AND brought.tag_id = tagged.tag_id
WHERE merge.id = ANY(%(merges)s)
"""
TAKE_TAGS_BACK = """
DELETE FROM customer_tag USING merge_trace AS trace
WHERE trace.merge_id = ANY(%(merges)s) AND trace."table" = 'customer_tag' AND trace.record_id = customer_tag.id
  AND NOT EXISTS (
      SELECT FROM merge_trace AS other JOIN customer_merge AS standing ON standing.id = other.merge_id
      WHERE other."table" = 'customer_tag' AND other.record_id = customer_tag.id AND standing.undone_at IS NULL)
"""

# Where the kept customer has a named colleague, that one stays; where nobody keeps them, the absorbed one's takes over.
CARRY_OWNERS = """
WITH carried AS (
    INSERT INTO customer_owner (customer_id, line_id, owner_id, since)
    SELECT DISTINCT ON (merge.kept_id, owned.line_id) merge.kept_id, owned.line_id, owned.owner_id, owned.since
    FROM customer_merge AS merge JOIN customer_owner AS owned ON owned.customer_id = merge.absorbed_id
    WHERE merge.id = ANY(%(merges)s) ORDER BY merge.kept_id, owned.line_id, owned.since
    ON CONFLICT (customer_id, line_id) DO NOTHING RETURNING *
)
INSERT INTO merge_trace (merge_id, "table", record_id, body)
SELECT DISTINCT ON (carried.id) merge.id, 'customer_owner', carried.id, to_jsonb(carried)
FROM carried JOIN customer_merge AS merge ON merge.kept_id = carried.customer_id AND merge.id = ANY(%(merges)s)
JOIN customer_owner AS owned ON owned.customer_id = merge.absorbed_id AND owned.line_id = carried.line_id
    AND owned.owner_id = carried.owner_id
ORDER BY carried.id, merge.id
"""
TAKE_OWNERS_BACK = """
DELETE FROM customer_owner USING merge_trace AS trace
WHERE trace.merge_id = ANY(%(merges)s) AND trace."table" = 'customer_owner' AND trace.record_id = customer_owner.id
  AND (trace.body ->> 'owner_id')::bigint = customer_owner.owner_id
"""
# What the kept customer's profile leaves blank is told by the absorbed one's; a birthday and a name each as a whole.
CARRY_PROFILES = """
WITH told AS (
    SELECT DISTINCT ON (kept.id, part.name) merge.id AS merge_id, kept.id, part.body
    FROM customer_merge AS merge
    JOIN customer AS kept ON kept.id = merge.kept_id JOIN customer AS absorbed ON absorbed.id = merge.absorbed_id,
    LATERAL (VALUES
        ('name', kept.name = '' AND absorbed.name <> '', jsonb_build_object(
            'name', absorbed.name, 'pinyin', absorbed.pinyin, 'initials', absorbed.initials)),
        ('birthday', kept.birth_day IS NULL AND absorbed.birth_day IS NOT NULL, jsonb_build_object(
            'birth_year', absorbed.birth_year, 'birth_month', absorbed.birth_month, 'birth_day', absorbed.birth_day,
            'birth_calendar', absorbed.birth_calendar, 'birth_leap_month', absorbed.birth_leap_month)),
        ('registered', kept.registered_on IS NULL AND absorbed.registered_on IS NOT NULL,
            jsonb_build_object('registered_on', absorbed.registered_on)),
        ('store', kept.home_store_id IS NULL AND absorbed.home_store_id IS NOT NULL,
            jsonb_build_object('home_store_id', absorbed.home_store_id))
    ) AS part(name, is_lent, body)
    WHERE merge.id = ANY(%(merges)s) AND part.is_lent ORDER BY kept.id, part.name, merge.id
), lent AS (
    SELECT merge_id, id, jsonb_object_agg(key, value) AS body FROM told, jsonb_each(body) GROUP BY merge_id, id
), filled AS (
    UPDATE customer SET name = now.name, pinyin = now.pinyin, initials = now.initials, birth_year = now.birth_year,
        birth_month = now.birth_month, birth_day = now.birth_day, birth_calendar = now.birth_calendar,
        birth_leap_month = now.birth_leap_month, registered_on = now.registered_on, home_store_id = now.home_store_id
    FROM (SELECT id, jsonb_object_agg(key, value) AS body FROM told, jsonb_each(body) GROUP BY id) AS each
    JOIN customer AS before USING (id), LATERAL jsonb_populate_record(before, each.body) AS now
    WHERE customer.id = each.id
)
INSERT INTO merge_trace (merge_id, "table", record_id, body) SELECT merge_id, 'customer', id, body FROM lent
"""
# What somebody has written there since stays.
TAKE_PROFILES_BACK = """
UPDATE customer SET
    name = CASE WHEN lent.name = customer.name THEN '' ELSE customer.name END,
    pinyin = CASE WHEN lent.name = customer.name THEN '' ELSE customer.pinyin END,
    initials = CASE WHEN lent.name = customer.name THEN '' ELSE customer.initials END,
    birth_year = CASE WHEN is_their_birthday THEN NULL ELSE customer.birth_year END,
    birth_month = CASE WHEN is_their_birthday THEN NULL ELSE customer.birth_month END,
    birth_day = CASE WHEN is_their_birthday THEN NULL ELSE customer.birth_day END,
    birth_calendar = CASE WHEN is_their_birthday THEN 'solar' ELSE customer.birth_calendar END,
    birth_leap_month = customer.birth_leap_month AND NOT is_their_birthday,
    registered_on = nullif(customer.registered_on, lent.registered_on),
    home_store_id = nullif(customer.home_store_id, lent.home_store_id)
FROM merge_trace AS trace JOIN customer AS present ON present.id = trace.record_id,
    LATERAL jsonb_populate_record(NULL::customer, trace.body) AS lent,
    LATERAL (SELECT coalesce((lent.birth_month, lent.birth_day) = (present.birth_month, present.birth_day)
        AND lent.birth_year IS NOT DISTINCT FROM present.birth_year, false)) AS birthday(is_their_birthday)
WHERE trace.merge_id = ANY(%(merges)s) AND trace."table" = 'customer' AND customer.id = trace.record_id
"""
FORGET_CANDIDATES = """
DELETE FROM duplicate_candidate USING customer_merge AS merge
WHERE merge.id = ANY(%(merges)s) AND merge.absorbed_id IN (first_id, second_id)
"""


class ChangedMeanwhile(Conflict):
    code = "customers_changed"
    message = _("One of these customers has been changed or merged since you opened the page. Look at them again.")


class SamePerson(Invalid):
    code = "same_customer"
    message = _("This is one customer already.")


class MergedFurther(Conflict):
    code = "merged_further"
    message = _("%(name)s has been merged further. Undo that merge first.")


@dataclass(frozen=True, slots=True)
class Pair:
    """Who is kept, who is absorbed, and why."""

    kept: int
    absorbed: int
    evidence: Evidence = field(default_factory=tuple)
    probability: float | None = None


@transaction.atomic
def merge(*, pair: Pair, by: User, at: datetime, versions: Mapping[int, int] | None = None) -> Merge:
    """Make one customer of two, because `by` says that they are one person.

    NotFound if `by` may not see both; ChangedMeanwhile if one of them was merged already or is no longer of the
    version that the page showed.
    """
    if pair.kept == pair.absorbed:
        raise SamePerson
    _prepare()
    found = _lock([pair.kept, pair.absorbed])
    if Customer.objects.visible_to(by).filter(pk__in=found).count() < len({pair.kept, pair.absorbed}):
        raise ChangedMeanwhile if _any_shell(found) else NotFound
    if any(found[customer] != version for customer, version in (versions or {}).items()):
        raise ChangedMeanwhile
    (done,) = _join([pair], by=by, at=at)
    audit.record(
        by,
        "customers.merged",
        done,
        at=at,
        kept=done.kept_id,
        absorbed=done.absorbed_id,
        identities=done.identities.count(),
    )
    return done


@transaction.atomic
def merge_all(*, pairs: Collection[Pair], at: datetime) -> list[Merge]:
    """Merge what evidence alone decides; the run that found it writes the audit entry.

    Nobody in `pairs` may be both kept and absorbed. Pairs of which one was merged meanwhile are left for the next run.
    """
    _prepare()
    _lock([customer for pair in pairs for customer in (pair.kept, pair.absorbed)])
    gone = set(_any_shell([customer for pair in pairs for customer in (pair.kept, pair.absorbed)]))
    return _join([pair for pair in pairs if not {pair.kept, pair.absorbed} & gone], by=None, at=at)


@transaction.atomic
def undo(*, merge: Merge, by: User, at: datetime) -> Merge:
    """Make two customers of one again and remember that they are two people; twice is the same as once.

    Merges are undone from the last one back: MergedFurther while the kept customer is itself merged into another.
    What was noted on the kept customer since stays there.
    """
    _prepare()
    _lock([merge.kept_id, merge.absorbed_id])
    row = Merge.objects.select_for_update(of=("self",)).select_related("kept", "absorbed").get(pk=merge.pk)
    if row.undone_at:
        return row
    if _any_shell([row.kept_id]):
        raise MergedFurther(name=str(row.kept))
    row.undone_at, row.undone_by = at, by
    row.save(update_fields=["undone_at", "undone_by"])
    _run([row.pk], BRING_IDENTITIES_BACK, TAKE_TAGS_BACK, TAKE_OWNERS_BACK, TAKE_PROFILES_BACK)
    for follower in identities_moved:
        follower.parted([row.pk], at)
    _remember_apart(row.kept, row.absorbed, by=by, at=at)
    audit.record(by, "customers.merge_undone", row, at=at, kept=row.kept_id, absorbed=row.absorbed_id)
    return row


@transaction.atomic
def keep_apart(*, first: Customer, second: Customer, by: User, at: datetime) -> None:
    """Remember that these are two people, so that nobody proposes them again; twice is the same as once."""
    if first == second:
        raise SamePerson
    found = _lock([first.pk, second.pk])
    if _any_shell(found):
        raise ChangedMeanwhile
    if _remember_apart(first, second, by=by, at=at):
        audit.record(by, "customers.kept_apart", first, at=at, other=second.pk)


def _remember_apart(first: Customer, second: Customer, *, by: User, at: datetime) -> bool:
    pair = sorted(primary_identity(customer=customer).pk for customer in (first, second))
    _row, is_new = Distinct.objects.get_or_create(first_id=pair[0], second_id=pair[1], defaults={"by": by, "at": at})
    customers = sorted([first.pk, second.pk])
    Candidate.objects.filter(first=customers[0], second=customers[1]).delete()
    return is_new


def _prepare() -> None:
    for follower in identities_moved:
        follower.prepare()


def _lock(customers: Collection[int]) -> dict[int, int]:
    """Lock customers in the order of their ids, so that two merges never wait for each other; the version of each."""
    rows = Customer.objects.select_for_update(no_key=True).filter(pk__in=set(customers)).order_by("pk")
    return dict(rows.values_list("pk", "version"))


def _any_shell(customers: Collection[int]) -> list[int]:
    shells = Merge.objects.standing().filter(absorbed__in=set(customers))
    return list(shells.values_list("absorbed", flat=True))


def _join(pairs: Sequence[Pair], *, by: User | None, at: datetime) -> list[Merge]:
    merges = Merge.objects.bulk_create(
        [
            Merge(
                kept_id=pair.kept,
                absorbed_id=pair.absorbed,
                at=at,
                by=by,
                evidence=list(pair.evidence),
                probability=pair.probability,
            )
            for pair in pairs
        ],
        batch_size=5_000,
    )
    keys = [merge.pk for merge in merges]
    _run(keys, NOTE_IDENTITIES, MOVE_IDENTITIES, CARRY_TAGS, CARRY_OWNERS, CARRY_PROFILES, FORGET_CANDIDATES)
    for follower in identities_moved:
        follower.joined(keys, at)
    return merges


def _run(merges: Sequence[int], *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, {"merges": list(merges)})
