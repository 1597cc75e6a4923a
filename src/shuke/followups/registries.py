"""Where packages downstream join in when a follow-up ends."""

from collections.abc import Callable

from shuke.core.registries import Registry
from shuke.followups.models import FollowUp

closed: Registry[Callable[[FollowUp], None]] = Registry("followers of follow-ups")
"""Called in the transaction that has closed a follow-up."""
