"""References that are checked once for all rows of a statement."""

from django.db import migrations

from shuke.core.schema import REFERENCES


class Migration(migrations.Migration):
    dependencies = [("core", "0002_audit_keeps")]

    operations = [
        migrations.RunSQL(REFERENCES, "DROP FUNCTION core_refers; DROP FUNCTION core_is_referred_to"),
    ]
