"""Everything that changes follow-ups."""

from shuke.followups.services.board import DoneNeedsOutcome, NotTheirs, hand_over, move
from shuke.followups.services.claims import AlreadyClosed
from shuke.followups.services.closing import (
    NeedsOutcome,
    OthersContact,
    PromiseNeedsDate,
    PromiseNotAhead,
    PromiseTooFar,
    PromiseWithoutPromise,
    complete,
)
from shuke.followups.services.letting_go import forget, hold
from shuke.followups.services.planning import plan, take_more
from shuke.followups.services.scored import follow_scores

__all__ = [
    "AlreadyClosed",
    "DoneNeedsOutcome",
    "NeedsOutcome",
    "NotTheirs",
    "OthersContact",
    "PromiseNeedsDate",
    "PromiseNotAhead",
    "PromiseTooFar",
    "PromiseWithoutPromise",
    "complete",
    "forget",
    "follow_scores",
    "hand_over",
    "hold",
    "move",
    "plan",
    "take_more",
]
