"""Reading what a customer did, in the shapes that pages show."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from heapq import nlargest

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import JSONObject, RowNumber
from django.utils import timezone

from shuke.customers.models import Customer
from shuke.history.models import Behaviour, Contract, Dispute, Interaction, Order, OrderEvent, OrderLine, Product
from shuke.staff.models import User

SEPARATOR = "~"
NEWEST = 20_000
"""So many orders say by which channels a shop sells; all of them would take minutes to look through."""


def orders_of(customer: Customer) -> QuerySet[Order]:
    return Order.objects.filter(identity__customer=customer).select_related("source", "store")


def order_events_of(customer: Customer) -> QuerySet[OrderEvent]:
    return OrderEvent.objects.filter(order__identity__customer=customer).select_related("order")


def contracts_of(customer: Customer) -> QuerySet[Contract]:
    """What the customer has until a day, what ends last first."""
    return Contract.objects.filter(identity__customer=customer).order_by("-ends_on", "pk")


def interactions_of(customer: Customer) -> QuerySet[Interaction]:
    """Every contact as it stands now: a corrected one gives way to its correction."""
    return standing_interactions().filter(identity__customer=customer).select_related("by", "source")


def disputes_of(customer: Customer) -> QuerySet[Dispute]:
    """Every dispute about the customer, with what was decided."""
    return _disputes().filter(identity__customer=customer)


def open_disputes(staff: User) -> QuerySet[Dispute]:
    """What waits for a decision about the customers whom `staff` may see, the oldest first."""
    seen = Customer.objects.visible_to(staff)
    return _disputes().filter(identity__customer__in=seen, decision=None).order_by("at", "pk")


def _disputes() -> QuerySet[Dispute]:
    return Dispute.objects.select_related("identity__customer", "by", "decision__by")


def has_behaved(customer: Customer) -> bool:
    """Whether any page or program has told what the customer did in the shop: most shops' never have."""
    return Behaviour.objects.filter(identity__customer=customer).exists()


def days_of_behaviour(customer: Customer) -> QuerySet[Behaviour]:
    """The last thing that a customer did on each day; `acts` says what all was done on it.

    That is a list of {"kind", "times", "subjects"}, the subjects each once.
    """
    all_of_them = Behaviour.objects.filter(identity__customer=customer)
    of_the_day = all_of_them.filter(happened_on=OuterRef("happened_on")).order_by().values("kind")
    subjects = ArrayAgg("subject", distinct=True, filter=~Q(subject=""), default=[])
    acts = of_the_day.annotate(act=JSONObject(kind="kind", times=Count("pk"), subjects=subjects)).values("act")
    later = all_of_them.filter(happened_on=OuterRef("happened_on"), pk__gt=OuterRef("pk"))
    return all_of_them.filter(~Exists(later)).annotate(acts=ArraySubquery(acts))


def last_contacts(customers: Collection[int], *, most: int) -> dict[int, list[Interaction]]:
    """The latest contacts of each of several customers, at most `most`, the last one first."""
    place = Window(RowNumber(), partition_by=F("identity__customer"), order_by=[F("at").desc(), F("pk").desc()])
    rows = standing_interactions().filter(identity__customer__in=customers).alias(place=place).filter(place__lte=most)
    found: dict[int, list[Interaction]] = defaultdict(list)
    for row in rows.select_related("identity", "by").order_by("-at", "-pk"):
        found[row.identity.customer_id].append(row)
    return found


def channels() -> list[str]:
    """The channels of the newest orders."""
    newest = Order.objects.order_by("-pk").values("channel")[:NEWEST]
    return sorted({order["channel"] for order in newest} - {""})


def categories(*, most: int = 500) -> list[str]:
    """The categories of articles."""
    named = Product.objects.exclude(category="").order_by("category").distinct()
    return list(named.values_list("category", flat=True)[:most])


def lines_of(order: Order) -> QuerySet[OrderLine]:
    return order.lines.select_related("product").order_by("ordinal")


@dataclass(frozen=True, slots=True)
class Strand:
    """One kind of thing that happens, and the field that says when: a moment, or a day from its midnight on."""

    kind: str
    records: QuerySet
    when: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a timeline. `exact` is False where only the day is known."""

    at: datetime
    kind: str
    record: models.Model
    exact: bool

    @property
    def place(self) -> tuple[datetime, str, int]:
        return self.at, self.kind, self.record.pk

    @property
    def cursor(self) -> str:
        return SEPARATOR.join((self.at.isoformat(), self.kind, str(self.record.pk)))


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of a timeline, the newest first, and the cursor of what came before; "" where nothing did."""

    moments: list[Moment]
    following: str


def timeline(strands: Iterable[Strand], *, size: int, after: str = "") -> Timeline:
    """Weave strands into one story. Each is asked for one page at most, so that a long history costs no more."""
    behind = _place(after)
    woven = (moment for strand in strands for moment in _moments(strand, behind, limit=size + 1))
    newest = nlargest(size + 1, woven, key=lambda moment: moment.place)
    return Timeline(newest[:size], newest[size - 1].cursor if len(newest) > size else "")


def _moments(strand: Strand, behind: tuple[datetime, str, int] | None, *, limit: int) -> Iterator[Moment]:
    field = strand.records.model._meta.get_field(strand.when)
    exact = isinstance(field, models.DateTimeField)
    records = strand.records.order_by(f"-{strand.when}", "-pk")
    if behind:
        records = records.filter(_earlier(strand, behind, exact=exact))
    for record in records[:limit]:
        when = getattr(record, strand.when)
        yield Moment(when if exact else _midnight(when), strand.kind, record, exact)


def _earlier(strand: Strand, behind: tuple[datetime, str, int], *, exact: bool) -> Q:
    """What of a strand stands behind a place in the whole story."""
    at, kind, pk = behind
    value = at if exact else timezone.localdate(at)
    same_moment = exact or _midnight(value) == at
    if not same_moment or strand.kind < kind:
        return Q(**{f"{strand.when}__lte": value})
    if strand.kind > kind:
        return Q(**{f"{strand.when}__lt": value})
    return Q(**{f"{strand.when}__lt": value}) | Q(**{strand.when: value, "pk__lt": pk})


def standing_interactions() -> QuerySet[Interaction]:
    """All contacts that no later one corrects."""
    of_the_same = Q(corrects=OuterRef("pk")) | Q(corrects=OuterRef("corrects"), pk__gt=OuterRef("pk"))
    return Interaction.objects.filter(~Exists(Interaction.objects.filter(of_the_same, identity=OuterRef("identity"))))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _place(cursor: str) -> tuple[datetime, str, int] | None:
    """A cursor as a place; None, the beginning, where it cannot be read."""
    try:
        at, kind, pk = cursor.split(SEPARATOR)
        moment = datetime.fromisoformat(at)
        return (moment, kind, int(pk)) if timezone.is_aware(moment) else None
    except ValueError:
        return None
