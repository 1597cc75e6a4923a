"""Keyset paging: a page begins behind a row, so that the thousandth costs what the first does and none is skipped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

SEPARATOR = "~"


@dataclass(frozen=True, slots=True)
class Key:
    """What rows are sorted by: a value that is never null, and how a cursor writes and reads it.

    Equal values stand in the order of their primary keys, which runs the same way: one index serves both directions.
    """

    value: F | Func
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


@dataclass(frozen=True, slots=True)
class Page:
    """The primary keys of a page in their order, and the cursors of its neighbours; "" at the ends."""

    keys: tuple[int, ...]
    previous: str = ""
    following: str = ""


def page(
    rows: QuerySet[Any],
    key: Key,
    *,
    descending: bool,
    size: int,
    after: str = "",
    before: str = "",
    strata: Sequence[Q] = (),
) -> Page:
    """The page of `rows` behind the cursor `after`, or the one that ends before the cursor `before`.

    A cursor that cannot be read, or that nothing lies behind any more, leads to the first page. `strata` part the
    rows into groups that an index keeps in order one by one: each gives its page, and the best of all are taken.
    """
    cursor = _read(key, before or after)
    backwards = bool(before and cursor)
    behind = _Behind(key, cursor, falling=descending != backwards, limit=size + 1)
    found = behind.of(rows, strata)
    if cursor and not found:
        return page(rows, key, descending=descending, size=size, strata=strata)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_previous, has_following = (more, True) if backwards else (cursor is not None, more)
    return Page(
        tuple(pk for _value, pk in found),
        previous=_write(key, found[0]) if found and has_previous else "",
        following=_write(key, found[-1]) if found and has_following else "",
    )


@dataclass(frozen=True, slots=True)
class _Behind:
    """The first `limit` rows behind a cursor, or of all where there is none."""

    key: Key
    cursor: tuple[Any, ...] | None
    falling: bool
    limit: int

    def of(self, rows: QuerySet[Any], strata: Sequence[Q]) -> list[tuple[Any, ...]]:
        if not strata:
            return list(self._first(rows))
        first, *others = (self._first(rows.filter(stratum)) for stratum in strata)
        merged = first.union(*others, all=True) if others else first
        return sorted(merged, reverse=self.falling)[: self.limit]

    def _first(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = rows.annotate(sort_value=self.key.value)
        if self.cursor:
            lookup = TupleLessThan if self.falling else TupleGreaterThan
            rows = rows.filter(lookup(Tuple(F("sort_value"), F("pk")), self.cursor))
        order = ("-sort_value", "-pk") if self.falling else ("sort_value", "pk")
        return rows.order_by(*order).values_list("sort_value", "pk")[: self.limit]


def _write(key: Key, row: tuple[Any, ...]) -> str:
    value, pk = row
    return f"{key.write(value)}{SEPARATOR}{pk}"


def _read(key: Key, cursor: str) -> tuple[Any, ...] | None:
    value, separator, pk = cursor.rpartition(SEPARATOR)
    if not separator:
        return None
    try:
        return key.read(value), int(pk)
    except (ValueError, OverflowError):
        return None
