"""Whom a pilot is for: the customers whose home is a store, or who have an owner in a business line."""

from typing import TYPE_CHECKING

import ibis

from shuke.analytics.pilot import Pilot as Piloted
from shuke.analytics.policies import Policies
from shuke.scoring import policies
from shuke.scoring.facts import fetch
from shuke.scoring.models import Pilot

if TYPE_CHECKING:
    from adbc_driver_postgresql.dbapi import Connection

__all__ = ["STATEMENTS", "piloted", "scope_of"]

STATEMENTS = {
    "store": "SELECT id AS customer_id FROM customer WHERE home_store_id = {number}",
    "line": "SELECT customer_id FROM customer_owner WHERE line_id = {number}",
}


def scope_of(scope: str) -> tuple[str, int]:
    """What a scope names: "store" or "line", and which."""
    place, _colon, number = scope.partition(":")
    return place, int(number)


def piloted(pilot: Pilot | None, bodies: Policies, snapshot: "Connection", *, among: str = "true") -> Piloted | None:
    """A pilot as the scores know it, with those of its customers `among` some, as they are in `snapshot`."""
    if pilot is None:
        return None
    place, number = scope_of(pilot.scope)
    theirs = STATEMENTS[place].format(number=number)
    customers = fetch(snapshot, f"SELECT DISTINCT customer_id FROM ({theirs}) AS theirs WHERE {among}")
    return Piloted(policies.of_pilot(pilot, bodies), ibis.memtable(customers))
