"""When each row of the day was written: who was scored a moment ago may wait."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("scoring", "0009_packed_numbers")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE score_today ADD COLUMN scored_at timestamptz NOT NULL DEFAULT now()",
            "ALTER TABLE score_today DROP COLUMN scored_at",
        ),
    ]
