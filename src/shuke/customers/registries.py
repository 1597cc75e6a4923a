"""Where packages downstream join in when a customer changes."""

from collections.abc import Callable, Sequence

from shuke.core.registries import Registry

profile_changed: Registry[Callable[[Sequence[int]], None]] = Registry("followers of profiles")
"""Called in the transaction that changed names, owners or home stores, with the customers' ids."""

holders: Registry[Callable[[Sequence[int]], set[int]]] = Registry("holders of customers")
"""Asked which of these customers must stay although no fact of them is left; lets go of what is nobody's work yet."""

removed: Registry[Callable[[Sequence[int]], None]] = Registry("followers of removed customers")
"""Called in the transaction that removes customers, with their ids."""
