"""Cells to values, a chunk at a time: what cannot be read is set aside with its reason or left empty with a warning."""

from shuke.intake.checks.outcome import RAW_TEXT, Checked, Problem, Refused
from shuke.intake.checks.problems import PROBLEMS

__all__ = ["PROBLEMS", "RAW_TEXT", "Checked", "Problem", "Refused"]
