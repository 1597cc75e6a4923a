"""Behaviour leaves marks of its own, which may wait; and is found by its day."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("history", "0008_disputes")]

    operations = [
        migrations.AddField(
            model_name="customermark",
            name="of_behaviour",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="customermark",
            name="can_wait",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="customermark",
            constraint=models.CheckConstraint(
                condition=models.Q(("of_behaviour", True), ("can_wait", False), _connector="OR"),
                name="customer_mark_waits_for_behaviour_alone",
            ),
        ),
        migrations.AddIndex(
            model_name="behaviour",
            index=BrinIndex(autosummarize=True, fields=["happened_on"], name="behaviour_by_day"),
        ),
    ]
