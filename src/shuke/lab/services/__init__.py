"""Everything that changes drafts, tries them out, and carries them into force."""

from shuke.lab.services.drafts import (
    DayUnknown,
    DraftChanged,
    DraftClosed,
    DraftIsPiloted,
    ask,
    change,
    discard,
    forget,
    hold_against,
    start,
)
from shuke.lab.services.publishing import (
    NoPilot,
    NotForAPilot,
    NothingChanges,
    PilotRuns,
    ScopeUnknown,
    begin_pilot,
    end_pilot,
    publish,
)
from shuke.lab.services.trying import give_up, try_out

__all__ = [
    "DayUnknown",
    "DraftChanged",
    "DraftClosed",
    "DraftIsPiloted",
    "NoPilot",
    "NotForAPilot",
    "NothingChanges",
    "PilotRuns",
    "ScopeUnknown",
    "ask",
    "begin_pilot",
    "change",
    "discard",
    "end_pilot",
    "forget",
    "give_up",
    "hold_against",
    "publish",
    "start",
    "try_out",
]
