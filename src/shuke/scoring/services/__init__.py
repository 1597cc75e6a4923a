"""Scoring: everybody as of a day, and in the day those of whom something has become known."""

from shuke.scoring.locks import RUN_LOCK
from shuke.scoring.services.inday import rescore_marked
from shuke.scoring.services.runs import AlreadyScored, FutureDay, NothingYet, mirror, run

__all__ = ["RUN_LOCK", "AlreadyScored", "FutureDay", "NothingYet", "mirror", "rescore_marked", "run"]
