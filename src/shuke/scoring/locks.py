"""The locks of the database that scoring takes, by number."""

RUN_LOCK = 7_301_003
"""Held by the run of everybody that is under way."""

IN_DAY_LOCK = 7_301_004
"""Held by the pass over marked customers that is under way."""
