"""Records that other systems send the moment they happen: read one by one, written as a batch, meant as in a file."""

from shuke.intake.live.problems import PROBLEMS, Problem
from shuke.intake.live.reading import LONGEST_BATCH, Taken, read
from shuke.intake.live.records import BehaviourRecord, CustomerRecord, InteractionRecord, OrderRecord
from shuke.intake.live.services import Answer, Result, is_free, receive

__all__ = [
    "LONGEST_BATCH",
    "PROBLEMS",
    "Answer",
    "BehaviourRecord",
    "CustomerRecord",
    "InteractionRecord",
    "OrderRecord",
    "Problem",
    "Result",
    "Taken",
    "is_free",
    "read",
    "receive",
]
