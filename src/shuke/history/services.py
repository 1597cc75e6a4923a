"""Writing facts: each with its marks, in one transaction."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.utils.timezone import localdate

from shuke.core import audit
from shuke.core.errors import Conflict
from shuke.core.words import mark as _
from shuke.customers.models import Customer, Source
from shuke.customers.services import primary_identity
from shuke.history.models import CustomerMark, Dispute, DisputeDecision, Interaction, MonthMark, Order
from shuke.staff.models import User

MERGED = "SELECT unnest(ARRAY[kept_id, absorbed_id]) FROM customer_merge WHERE id = ANY(%(merges)s)"


class AlreadyDisputed(Conflict):
    code = "already_disputed"
    message = _("This entry has been disputed before.")


class AlreadyDecided(Conflict):
    code = "dispute_decided"
    message = _("A colleague has decided this dispute meanwhile.")


@transaction.atomic
def record_interaction(
    *,
    customer: Customer,
    at: datetime,
    channel: str,
    direction: str = Interaction.Direction.OUT,
    outcome: str = "",
    by: User | None = None,
    note: str = "",
    satisfaction: int | None = None,
    seconds: int | None = None,
    promised_on: date | None = None,
    follow_up_id: int | None = None,
    corrects: Interaction | None = None,
) -> Interaction:
    """Add a contact with `customer` to what happened; it stays as it is, and a correction names the one it corrects.

    `promised_on` is the day until which the next contact was promised.
    """
    identity = corrects.identity if corrects else primary_identity(customer=customer)
    happened_on = localdate(at)
    interaction = Interaction.objects.create(
        source=Source.own(),
        identity=identity,
        at=at,
        happened_on=happened_on,
        channel=channel,
        direction=direction,
        outcome=outcome,
        by=by,
        by_name=str(by) if by else "",
        note=note,
        satisfaction=satisfaction,
        seconds=seconds,
        promised_on=promised_on,
        follow_up_id=follow_up_id,
        corrects=corrects,
    )
    mark(identities=[identity.pk], days=[happened_on, corrects.happened_on] if corrects else [happened_on])
    return interaction


@transaction.atomic
def dispute(*, about: Interaction | Order, reason: str, by: User, at: datetime) -> Dispute:
    """Say that a contact or an order should not count for the emotional account; AlreadyDisputed a second time."""
    column = "interaction_id" if isinstance(about, Interaction) else "order_id"
    filed = Dispute(identity_id=about.identity_id, reason=reason, by=by, at=at, **{column: about.pk})
    try:
        with transaction.atomic():
            filed.save()
    except IntegrityError:
        raise AlreadyDisputed from None
    audit.record(by, "dispute.filed", filed, at=at, about=about._meta.label_lower, about_id=about.pk)
    return filed


@transaction.atomic
def decide(*, dispute: Dispute, accepted: bool, note: str, by: User, at: datetime) -> DisputeDecision:
    """Accept or reject a dispute for good; AlreadyDecided if a colleague was faster."""
    decided = DisputeDecision(dispute=dispute, accepted=accepted, note=note, by=by, at=at, decided_on=localdate(at))
    try:
        with transaction.atomic():
            decided.save()
    except IntegrityError:
        raise AlreadyDecided from None
    if accepted:
        mark(identities=[dispute.identity_id])
    audit.record(by, "dispute.accepted" if accepted else "dispute.rejected", dispute, at=at)
    return decided


def mark(*, identities: Iterable[int] = (), customers: Iterable[int] = (), days: Iterable[date] = ()) -> None:
    """Say whose facts have changed, and on which days; call it in the transaction that changes them.

    The months of `days` are exported to the mirror anew, and whoever is named is scored within seconds of the commit.
    Facts name `identities`; who gains or loses an identity is named among `customers`, the one before as well as the
    one after. A bulk import leaves people out and asks for a run of everybody.
    """
    months = {day.replace(day=1) for day in days}
    MonthMark.objects.bulk_create(MonthMark(month=month) for month in sorted(months))
    people = [CustomerMark(identity_id=identity) for identity in sorted(set(identities))]
    people += [CustomerMark(customer_id=customer) for customer in sorted(set(customers))]
    CustomerMark.objects.bulk_create(people)


def mark_merged(merges: Sequence[int], at: datetime) -> None:
    """Mark whoever merges, or their undoing, gave other facts.

    No month is marked: the months of the mirror know identities only, and the map is exported with every refresh.
    """
    with connection.cursor() as cursor:
        cursor.execute(MERGED, {"merges": list(merges)})
        mark(customers=[customer for (customer,) in cursor.fetchall()])
