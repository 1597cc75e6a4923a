"""From the staging table to customers and history: set statements, one transaction, no change by the same file."""

from shuke.intake.apply.outcome import Outcome, apply, set_aside

__all__ = ["Outcome", "apply", "set_aside"]
