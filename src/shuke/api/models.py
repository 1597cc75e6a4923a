"""What was answered to which request, so that asking again does nothing again."""

from django.db import models

from shuke.staff.models import ApiToken

__all__ = ["IdempotencyKey"]


class IdempotencyKey(models.Model):
    """A key under which a token has had a batch written: what was asked, as a digest, and the answer.

    Written in the transaction that writes the batch, so that neither is ever there without the other.
    """

    token = models.ForeignKey(ApiToken, models.CASCADE, db_index=False)
    key = models.CharField(max_length=255, db_collation="C")
    request = models.CharField(max_length=64)
    response = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "idempotency_key"
        constraints = [models.UniqueConstraint(name="idempotency_key_is_used_once", fields=["token", "key"])]
        indexes = [models.Index(fields=["at"], name="idempotency_key_by_time")]

    def __str__(self) -> str:
        return self.key
