"""Searching for customers who are one person: merge what is sure, and leave the rest for people to decide."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from shuke.core import audit, policies
from shuke.core.databases import advisory_lock
from shuke.customers import merging
from shuke.customers.duplicates import queries, reading
from shuke.customers.duplicates.finder import Found
from shuke.customers.duplicates.grouping import stars
from shuke.customers.duplicates.policy import IDENTITY, IdentityPolicy
from shuke.customers.merging import Pair
from shuke.customers.models import Candidate, Customer
from shuke.staff.models import User

__all__ = ["Searched", "put_off", "search"]

SEARCH_LOCK = 7_301_020
MOST_CANDIDATES = 20_000
"""People decide the surest; what lies behind so many waits until these are done."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found: pairs, of these sure ones, merges made, and pairs that wait for people."""

    pairs: int
    sure: int
    merged: int
    candidates: int
    customers: int


def search(*, at: datetime, by: User | None = None, merges: bool | None = None) -> Searched:
    """Look at all customers; merge the sure ones if `merges`, by default as the policy says.

    Doing it again changes nothing but what has changed since: those told apart stay apart, those put off stay put off.
    """
    policy = policies.current(IDENTITY)
    rule = policy.body
    merges = rule.automatic if merges is None else merges
    with advisory_lock(SEARCH_LOCK):
        found = list(reading.found(least=rule.by_hand_from))
        with transaction.atomic():
            searched = _settle(found, rule, merges=merges, at=at)
            audit.record(by, queries.SEARCHED, at=at, policy=policy.version, **asdict(searched))
    return searched


@transaction.atomic
def put_off(*, candidate: Candidate, by: User, at: datetime) -> None:
    """Show a pair behind all others from now on."""
    Candidate.objects.filter(pk=candidate.pk).update(later_at=at)
    audit.record(by, "duplicates.put_off", candidate, at=at, first=candidate.first_id, second=candidate.second_id)


def _settle(found: list[Found], rule: IdentityPolicy, *, merges: bool, at: datetime) -> Searched:
    apart = queries.apart()
    open_pairs = [pair for pair in found if (pair.first, pair.second) not in apart]
    sure = [pair for pair in open_pairs if pair.probability >= rule.automatic_from and not pair.contradicted]
    kept_for = stars(sure, apart=apart) if merges else {}
    merged = merging.merge_all(pairs=_pairs(sure, kept_for), at=at) if kept_for else []
    kept_for = {merge.absorbed_id: merge.kept_id for merge in merged}
    candidates = _propose(open_pairs, kept_for, apart, at=at)
    return Searched(len(found), len(sure), len(merged), candidates, Customer.objects.standing().count())


def _pairs(sure: Iterable[Found], kept_for: Mapping[int, int]) -> list[Pair]:
    """Each merge with the surest evidence that speaks of the one who is absorbed."""
    best: dict[int, Found] = {}
    for pair in sure:
        for customer in (pair.first, pair.second):
            best.setdefault(customer, pair)
    return [
        Pair(kept, absorbed, best[absorbed].evidence, best[absorbed].probability) for absorbed, kept in kept_for.items()
    ]


def _propose(found: Iterable[Found], kept_for: Mapping[int, int], apart: set[tuple[int, int]], *, at: datetime) -> int:
    """Store the pairs that people decide, and drop those of earlier searches that are none any more."""
    proposed: dict[tuple[int, int], Candidate] = {}
    for pair in found:
        first, second = sorted(kept_for.get(customer, customer) for customer in (pair.first, pair.second))
        if first != second and (first, second) not in apart and (first, second) not in proposed:
            proposed[first, second] = Candidate(
                first_id=first,
                second_id=second,
                probability=pair.probability,
                evidence=list(pair.evidence),
                found_at=at,
            )
        if len(proposed) == MOST_CANDIDATES:
            break
    Candidate.objects.bulk_create(
        proposed.values(),
        batch_size=2_000,
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["probability", "evidence", "found_at"],
    )
    Candidate.objects.exclude(found_at=at).delete()
    return len(proposed)
