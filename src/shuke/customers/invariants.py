"""What must hold of the map from identities to customers, whoever wrote it."""

from collections.abc import Iterator

from django.db import connection

LOST = """
SELECT count(*) FROM identity WHERE NOT EXISTS (SELECT FROM customer WHERE customer.id = identity.customer_id)
"""
IN_A_SHELL = """
SELECT identity.customer_id, count(*) FROM identity
JOIN customer_merge AS merge ON merge.absorbed_id = identity.customer_id AND merge.undone_at IS NULL
GROUP BY 1 ORDER BY 1
"""


def faults() -> Iterator[str]:
    """What does not hold: every identity has a customer, and none who was merged into another."""
    with connection.cursor() as cursor:
        cursor.execute(LOST)
        (lost,) = cursor.fetchone()
        cursor.execute(IN_A_SHELL)
        shells = cursor.fetchall()
    if lost:
        yield f"{lost} identities have no customer"
    for customer, identities in shells:
        yield f"customer {customer} was merged into another and still has {identities} identities"
