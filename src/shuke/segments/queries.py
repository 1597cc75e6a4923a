"""The list of customers, page by page; who is meant by what somebody types; and who is in which segment."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import product

from django.db import OperationalError, connection, transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.timezone import localdate
from psycopg.errors import QueryCanceled

from shuke.analytics.rules.tree import Rule
from shuke.core import keyset
from shuke.core.errors import Invalid
from shuke.core.keyset import Key
from shuke.core.words import mark as _
from shuke.customers import contacts
from shuke.customers.models import CustomerTag, Identity, Source
from shuke.customers.queries import with_contact
from shuke.segments.models import (
    Activity,
    CustomerListing,
    Membership,
    Segment,
    SegmentMembership,
    Tier,
    compact_pinyin,
    last_contact,
)
from shuke.segments.postgres import query
from shuke.segments.spellings import one_edit_away
from shuke.staff.models import User

PAGE_SIZE = 30
COUNTED = 10_000
"""Beyond this many, counting costs more than the number tells."""
COUNT_SECONDS = 4.0
"""Longer nobody waits for a figure while a rule is being written."""
CANDIDATES = 1_000
"""A search that finds more than this is better refined than sorted."""
LIKE_ENOUGH = 0.5
"""The share of trigrams in common that makes a typo: liwei and liwex have just that; at 0.3 every wei is a wang."""
GATHERED = 500_000
"""Up to so many rows of some bands are gathered and sorted; of more, the order itself soon meets enough."""
BATCH = 2_000
NOBODY = "nobody"
"""The owner of those whom nobody keeps."""
UNSCORED = ("", "")
STRATA = (UNSCORED, *product(Tier.values, Activity.values))
"""What tier and activity a row can have; each pair stands in order by itself (`segments.models.sort_index`)."""

CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
BANDS = ("r", "f", "m", "t", "r_quintile", "f_quintile", "m_quintile", "cluster", "stage", "value_quadrant")
"""Filters that go together with the numbers that rows are sorted by: an order may be walked long before they fit."""
EXACT = ("tier", "activity", "at_risk", *BANDS)
KNOWN_SPELLINGS = """
SELECT word FROM unnest(%s::text[]) AS word
WHERE EXISTS (SELECT FROM customer_list WHERE replace(pinyin, ' ', '') = word)
"""


def _text(cursor: str) -> str:
    if "\x00" in cursor:
        raise ValueError("PostgreSQL keeps no NUL")
    return cursor


SORTS = {
    "name": Key(F("pinyin"), _text),
    "days": Key(F("days_since_last"), int),
    "orders": Key(F("orders"), int),
    "money": Key(F("money"), int),
    "risk": Key(F("value_at_risk"), int),
    "value": Key(F("lifetime_value"), int),
    "contact": Key(last_contact(), date.fromisoformat, date.isoformat),
}
DEFAULT_SORT = "-risk"


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of customers. `count` stops behind COUNTED; `cut` says that a search found more than it sorts."""

    rows: list[CustomerListing]
    previous: str
    following: str
    count: int
    cut: bool


def customer_list(
    *,
    staff: User,
    filters: Mapping[str, object],
    text: str = "",
    sort: str = DEFAULT_SORT,
    after: str = "",
    before: str = "",
) -> Listing:
    """The page of customers that `staff` asks for, among those whom they may see."""
    chosen = _chosen(staff, filters, text)
    descending, key = sort.startswith("-"), SORTS[sort.removeprefix("-")]
    page = keyset.page(
        chosen.rows, key, descending=descending, size=PAGE_SIZE, after=after, before=before, strata=chosen.strata
    )
    return Listing(_rows_of(page.keys), page.previous, page.following, chosen.count, chosen.cut)


def every_customer(
    *, staff: User, filters: Mapping[str, object], text: str = "", sort: str = DEFAULT_SORT
) -> Iterator[CustomerListing]:
    """All rows of the list, for an export: of one moment, and read in batches, so that memory stays small."""
    rows = _chosen(staff, filters, text).rows.annotate(sort_value=SORTS[sort.removeprefix("-")].value)
    way = "-" if sort.startswith("-") else ""
    yield from rows.order_by(f"{way}sort_value", f"{way}pk").select_related("owner").iterator(chunk_size=BATCH)


def found(*, staff: User, text: str, limit: int) -> list[CustomerListing]:
    """Who is meant by `text`, the customers we stand to lose most by first."""
    keys = _candidates(CustomerListing.objects.visible_to(staff), text)[:CANDIDATES]
    best = CustomerListing.objects.filter(pk__in=keys).order_by("-value_at_risk", "-pk")
    return list(best.select_related("owner")[:limit])


def memberships_of(customer_id: int) -> QuerySet[Membership]:
    return Membership.objects.filter(customer=customer_id)


def changes_of(customer_id: int) -> QuerySet[Membership]:
    """The memberships that a customer's story tells: not those of the journey, which may change by the week."""
    return memberships_of(customer_id).exclude(kind=Membership.Kind.JOURNEY)


@dataclass(frozen=True, slots=True)
class Held:
    """What a customer is of a kind, since which day, and what they were before; blank where they were nothing else."""

    value: str
    since: date
    before: str = ""


def present_memberships(customer_id: int) -> dict[str, Held]:
    """Tier, activity and stages of now, by kind."""
    former = memberships_of(customer_id).filter(kind=OuterRef("kind"), until__lte=OuterRef("since"))
    former = former.exclude(value=OuterRef("value")).order_by("-since", "-pk").values("value")[:1]
    present = memberships_of(customer_id).filter(until=None).annotate(before=Subquery(former))
    rows = present.values_list("kind", "value", "since", "before")
    return {kind: Held(value, since, before or "") for kind, value, since, before in rows}


@dataclass(frozen=True, slots=True)
class Counted:
    """A segment and how many members somebody sees of it, at most one more than COUNTED."""

    segment: Segment
    members: int


class TakesTooLong(Invalid):
    code = "rule_takes_too_long"
    message = _("Counting takes too long while you wait. Save it: the members are found in the background.")


def segments(*, staff: User) -> list[Counted]:
    """All segments that are kept up to date, each with its members as far as `staff` sees them."""
    return [Counted(segment, count_members(segment, staff=staff)) for segment in Segment.objects.standing()]


def members(segment: Segment, *, staff: User) -> QuerySet[SegmentMembership]:
    """The present members whom `staff` may see."""
    seen = CustomerListing.objects.visible_to(staff)
    return SegmentMembership.objects.present().filter(segment=segment, customer__in=seen.values("customer"))


def count_members(segment: Segment, *, staff: User) -> int:
    return members(segment, staff=staff)[: COUNTED + 1].count()


def newest_members(segment: Segment, *, staff: User, limit: int) -> list[SegmentMembership]:
    """Who came last, with their rows of the list."""
    newest = members(segment, staff=staff).order_by("-since", "-id")
    return list(newest.select_related("customer__listing")[:limit])


def members_since(segment: Segment, customers: Sequence[int]) -> dict[int, date]:
    """Since when each of these customers is in a segment."""
    present = SegmentMembership.objects.present().filter(segment=segment, customer__in=customers)
    return dict(present.values_list("customer_id", "since"))


def count_fitting(rule: Rule, *, staff: User) -> int:
    """How many fit a rule now, among those whom `staff` may see; at most one more than COUNTED. TakesTooLong."""
    fitting = query(rule, day=localdate()).in_order()
    rows = CustomerListing.objects.visible_to(staff).filter(pk__in=fitting)
    try:
        with _within(COUNT_SECONDS):
            return rows[: COUNTED + 1].count()
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TakesTooLong from None
        raise


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Let no statement take longer."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(round(seconds * 1_000))])
        yield
        cursor.execute("SET LOCAL statement_timeout = DEFAULT")


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The rows of a list, how many there are (at most one more than COUNTED), and how to come by their order.

    With `strata` the order is walked; without, the rows are gathered and sorted. `cut`: a search found too many.
    """

    rows: QuerySet[CustomerListing]
    count: int
    strata: Sequence[Q] = ()
    cut: bool = False


def _chosen(staff: User, filters: Mapping[str, object], text: str) -> _Chosen:
    rows = _narrowed(CustomerListing.objects.visible_to(staff), filters)
    if text:
        keys = _candidates(rows, text)
        kept = keys[:CANDIDATES]
        return _Chosen(CustomerListing.objects.filter(pk__in=kept), len(kept), cut=len(keys) > CANDIDATES)
    count = rows[: COUNTED + 1].count()
    if count <= COUNTED or (any(map(filters.get, BANDS)) and _estimate(rows) <= GATHERED):
        return _Chosen(rows, count)
    return _Chosen(
        _narrowed(CustomerListing.objects.visible_to(staff), filters, by_probing=True), count, _strata(filters)
    )


def _estimate(rows: QuerySet[CustomerListing]) -> int:
    """How many rows the planner expects; counting them would cost more than sorting."""
    (explained,) = json.loads(rows.explain(format="json"))
    return explained["Plan"]["Plan Rows"]


def _strata(filters: Mapping[str, object]) -> list[Q]:
    """The pairs of tier and activity that the filters leave."""
    tier, activity = filters.get("tier"), filters.get("activity")
    return [
        Q(tier=stratum[0], activity=stratum[1])
        for stratum in STRATA
        if tier in (None, "", stratum[0]) and activity in (None, "", stratum[1])
    ]


def _narrowed(
    rows: QuerySet[CustomerListing], filters: Mapping[str, object], *, by_probing: bool = False
) -> QuerySet[CustomerListing]:
    """The rows that fit the filters.

    Those with a tag or in a segment are looked up from it; `by_probing` each row that is walked by is asked instead.
    That is a value and no condition, so that the planner cannot turn it into a join with all of them.
    """
    rows = rows.filter(**{name: filters[name] for name in EXACT if filters.get(name)})
    if owner := filters.get("owner"):
        rows = rows.filter(owner=None if owner == NOBODY else owner)
    if tag := filters.get("tag"):
        rows = _among(rows, CustomerTag.objects.filter(tag=tag), by_probing=by_probing)
    if segment := filters.get("segment"):
        rows = _among(rows, SegmentMembership.objects.present().filter(segment=segment), by_probing=by_probing)
    return rows


def _among(
    rows: QuerySet[CustomerListing], those: QuerySet[CustomerTag | SegmentMembership], *, by_probing: bool
) -> QuerySet[CustomerListing]:
    if not by_probing:
        return rows.filter(customer__in=those.values("customer"))
    name = f"is_one_{those.model._meta.model_name}"
    is_one = those.filter(customer=OuterRef("pk")).values(is_one=Value(True))
    return rows.alias(**{name: Subquery(is_one)}).filter(**{name: True})


def _rows_of(keys: Sequence[int]) -> list[CustomerListing]:
    """Whole rows only for the keys of a page: the walk to them reads nothing but an index."""
    found_rows = CustomerListing.objects.select_related("owner").in_bulk(keys)
    return [found_rows[key] for key in keys if key in found_rows]


def _candidates(rows: QuerySet[CustomerListing], text: str) -> list[int]:
    """Keys of those whom `text` may mean, at most one more than CANDIDATES.

    They are read before anything is sorted. In one statement the planner would rather walk the whole order.
    """
    rows = rows.alias(compact_pinyin=compact_pinyin())
    with _likeness(LIKE_ENOUGH):
        for reading in _readings(text):
            keys = list(rows.filter(reading).values_list("pk", flat=True)[: CANDIDATES + 1])
            if keys:
                return keys
    return []


@contextmanager
def _likeness(least: float) -> Iterator[None]:
    """Let `trigram_similar` mean a share of at least `least` of all trigrams in common."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(least)])
        yield


def _readings(text: str) -> Iterator[Q]:
    """What `text` may mean, the surest first; the next one counts only where nobody fits the one before."""
    text = " ".join(text.split())
    if text.startswith("#"):
        yield _tagged(name__iexact=text[1:].strip())
        yield _tagged(name__istartswith=text[1:].strip())
    elif contact := contacts.guess(text):
        _kind, value = contact
        yield Q(customer__in=with_contact(contacts.fingerprint(value)).values("pk"))
        yield _numbered(text)
    elif CHINESE.search(text):
        yield Q(bigrams__contains=grams(text), name__contains=text)
    elif text:
        yield from _latin(text)


def _latin(text: str) -> Iterator[Q]:
    compact = text.lower().replace(" ", "")
    yield Q(compact_pinyin__startswith=compact) | Q(initials__startswith=compact)
    yield _numbered(text)
    if len(compact) > 2:
        yield Q(compact_pinyin__in=_known_spellings(one_edit_away(compact)))
        yield Q(compact_pinyin__trigram_similar=compact)


def _known_spellings(words: list[str]) -> list[str]:
    """Those of `words` that are somebody's name, each looked up.

    Asked for all customers of hundreds of words, the planner expects so many that it reads everybody.
    """
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_SPELLINGS, [words])
        return [word for (word,) in cursor.fetchall()]


def _numbered(text: str) -> Q:
    """The customer whom one of the sources knows under this number."""
    identities = Identity.objects.filter(source__in=list(Source.objects.values_list("pk", flat=True)))
    return Q(customer__in=identities.filter(source_key=text).values("customer"))


def _tagged(**name: str) -> Q:
    return Q(
        customer__in=CustomerTag.objects.filter(**{f"tag__{key}": value for key, value in name.items()}).values(
            "customer"
        )
    )


def grams(text: str) -> list[str]:
    """What to look for in `bigrams`: all pairs of neighbouring Chinese characters, or the one that stands alone."""
    parts = CHINESE.findall(text)
    pairs = {part[place : place + 2] for part in parts for place in range(len(part) - 1)}
    return sorted(pairs) or parts
