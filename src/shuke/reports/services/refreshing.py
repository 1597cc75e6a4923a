"""Bring the tables behind the pages to a run."""

from django.db import connection, transaction

from shuke.core import policies
from shuke.reports.models import Study
from shuke.reports.policies import INSIGHT
from shuke.reports.services import moves, tallies
from shuke.scoring.models import Run

__all__ = ["refresh"]


@transaction.atomic
def refresh(*, run_id: int) -> None:
    """Count customers, sales and moves anew as the run saw them; readers see the figures of before or of after.

    Call it when the run has gone live and `customer_list` follows it. Doing it twice changes nothing.
    """
    run, policy = Run.objects.get(pk=run_id), policies.current(INSIGHT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('reports.refresh'))")
        tallies.count(cursor, as_of=run.as_of)
        moves.find_tiers(cursor, run)
        since = moves.find_slips(cursor, run, policy.body)
    found = {"policy_version": policy.version, "slipping_since": since}
    Study.objects.update_or_create(run=run, defaults=found)
