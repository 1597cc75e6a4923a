"""When customers are taken back because no fact of them is left."""

from collections.abc import Sequence

from shuke.followups.models import FollowUp, Waiting


def hold(customers: Sequence[int]) -> set[int]:
    """Which of these customers people have worked with; a follow-up that nobody has begun goes, and holds nobody."""
    of_them = FollowUp.objects.filter(customer__in=customers)
    of_them.open().filter(stage=FollowUp.Stage.TODO, previous=None, next=None).delete()
    return set(of_them.values_list("customer_id", flat=True))


def forget(customers: Sequence[int]) -> None:
    """Nobody waits any more for a customer who is gone."""
    Waiting.objects.filter(customer__in=customers).delete()
