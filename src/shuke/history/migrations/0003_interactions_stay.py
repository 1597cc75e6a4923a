"""Interactions are append-only: a correction is a new row that names the old one."""

from django.db import migrations

from shuke.core.schema import append_only


class Migration(migrations.Migration):
    dependencies = [("history", "0002_initial"), ("core", "0002_audit_keeps")]

    operations = [append_only("interaction")]
