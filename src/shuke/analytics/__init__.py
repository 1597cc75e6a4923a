"""Scores as pure functions: Ibis tables in, Ibis tables out. Nothing here executes or reads the clock.

`scores` is the way in: `features` reduces the facts to one row per customer, `fit` learns parameters from
everybody, `apply` scores anyone with them. `reasons` says why a row came out as it did.
"""
