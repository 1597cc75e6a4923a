"""Some of many customers, always the same ones."""

import ibis.expr.types as ir

__all__ = ["is_sampled"]

PRIME = 1_000_003


def is_sampled(customer_id: ir.IntegerValue, *, customers: int, at_most: int) -> ir.BooleanValue:
    """Whether a customer is one of about `at_most` of so many `customers`; everybody where there are no more."""
    part = max(-(-customers // at_most), 1)
    # By a scattered number: every tenth id could be every tenth day of an import, or one till.
    scattered = (customer_id % PRIME) * 48_271 % PRIME
    return scattered % part == 0
