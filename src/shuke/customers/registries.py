"""Where packages downstream join in when a customer changes."""

from collections.abc import Callable, Sequence

from shuke.core.registries import Registry

profile_changed: Registry[Callable[[Sequence[int]], None]] = Registry("followers of profiles")
"""Called in the transaction that changed names, owners or home stores, with the customers' ids."""
