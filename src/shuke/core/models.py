"""The audit trail and the policies: what was done, and by which rules."""

from django.db import models

__all__ = ["AuditEntry", "AuditSeal", "Policy", "UnsealedEntry"]


class AuditEntry(models.Model):
    """One act, written in the transaction that did it; never changed, never deleted."""

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=200)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_entry"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject", "subject_id", "-id"], name="audit_by_subject"),
            models.Index(fields=["-at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.action}"


class UnsealedEntry(models.Model):
    """A committed entry that the sealer has not chained yet; a trigger writes it with the entry."""

    entry = models.OneToOneField(AuditEntry, models.DO_NOTHING, primary_key=True, db_constraint=False)

    class Meta:
        db_table = "audit_unsealed"

    def __str__(self) -> str:
        return f"unsealed {self.pk}"


class AuditSeal(models.Model):
    """A link of the chain: SHA-256 over the link before and the entry as it was written."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, models.PROTECT)
    digest = models.BinaryField()

    class Meta:
        db_table = "audit_seal"
        ordering = ["position"]

    def __str__(self) -> str:
        return f"seal {self.position}"


class Policy(models.Model):
    """One published version of a policy; versions are added and never changed."""

    kind = models.CharField(max_length=40)
    scope = models.CharField(max_length=40, default="company")
    version = models.PositiveIntegerField()
    body = models.JSONField()
    valid_from = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        db_table = "policy"
        ordering = ["kind", "scope", "-version"]
        constraints = [
            models.UniqueConstraint(name="policy_version_is_published_once", fields=["kind", "scope", "version"])
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"
