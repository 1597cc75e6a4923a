"""Where packages downstream join in when tiers change."""

from collections.abc import Callable

from shuke.core.registries import Registry
from shuke.scoring.models import Run

tiers_changed: Registry[Callable[[Run], None]] = Registry("followers of tiers")
"""Called in the transaction that has changed tiers, with the run whose scores did it."""
