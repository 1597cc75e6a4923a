"""Importing a file, as the tests of intake do."""

from integration.intake.conftest import imported

__all__ = ["imported"]
