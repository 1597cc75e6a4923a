"""Writing facts: each with its marks, in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.timezone import localdate

from shuke.customers.models import Customer, Source
from shuke.customers.services import primary_identity
from shuke.history.models import CustomerMark, Interaction, MonthMark
from shuke.staff.models import User

MARK_MERGED = """
INSERT INTO customer_mark (identity_id)
SELECT identity.id FROM identity WHERE customer_id IN (
    SELECT unnest(ARRAY[kept_id, absorbed_id]) FROM customer_merge WHERE id = ANY(%(merges)s))
"""


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
    follow_up_id: int | None = None,
    corrects: Interaction | None = None,
) -> Interaction:
    """Add a contact with `customer` to what happened; it stays as it is, and a correction names the one it corrects."""
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
        follow_up_id=follow_up_id,
        corrects=corrects,
    )
    MonthMark.objects.create(month=happened_on.replace(day=1))
    CustomerMark.objects.create(identity_id=identity.pk)
    return interaction


def mark_merged(merges: Sequence[int], at: datetime) -> None:
    """Mark whoever merges, or their undoing, gave other facts.

    No month is marked: the months of the mirror know identities only, and the map is exported with every refresh.
    """
    with connection.cursor() as cursor:
        cursor.execute(MARK_MERGED, {"merges": list(merges)})
