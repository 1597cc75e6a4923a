"""Registries: how a package downstream joins in upstream without being imported by it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Registry(Generic[Item]):
    """Named items, filled once while the program starts, iterated in the order of registration."""

    def __init__(self, of: str) -> None:
        self.of = of
        self._items: dict[str, Item] = {}

    def register(self, name: str, item: Item) -> Item:
        if name in self._items:
            raise ValueError(f"{name} is already registered among {self.of}")
        self._items[name] = item
        return item

    def __getitem__(self, name: str) -> Item:
        return self._items[name]

    def __contains__(self, name: str) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def items(self) -> Iterator[tuple[str, Item]]:
        return iter(self._items.items())


invariants: Registry[Callable[[], Iterable[str]]] = Registry("invariants")
"""What `shuke verify` checks: by name, a function that yields one sentence per fault."""
