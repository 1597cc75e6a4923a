"""Everything that changes imports."""

from shuke.intake.services.importing import (
    IMPORT_LOCKS,
    FileChanged,
    FileGone,
    begin,
    give_up,
    keep,
    note,
    repeat,
    run,
    start,
    uploads_folder,
)
from shuke.intake.services.measuring import measure, measure_all
from shuke.intake.services.repairing import NothingRepaired, Repair, RepeatedAlready, repair, repeat_repaired
from shuke.intake.services.sweeping import sweep
from shuke.intake.services.undoing import NotUndoable, ask_undo, undo
from shuke.intake.staging import Progress

__all__ = [
    "IMPORT_LOCKS",
    "FileChanged",
    "FileGone",
    "NotUndoable",
    "NothingRepaired",
    "Progress",
    "Repair",
    "RepeatedAlready",
    "ask_undo",
    "begin",
    "give_up",
    "keep",
    "measure",
    "measure_all",
    "note",
    "repair",
    "repeat",
    "repeat_repaired",
    "run",
    "start",
    "sweep",
    "undo",
    "uploads_folder",
]
