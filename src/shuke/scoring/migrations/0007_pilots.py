"""Pilots: a policy for some customers; a run names the pilot that it obeyed, and a score says whether it is of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from shuke.scoring.migrations._score_columns import score_columns


class Migration(migrations.Migration):
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ("scoring", "0006_bonds")]

    operations = [
        migrations.CreateModel(
            name="Pilot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("scope", models.CharField(max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "began_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"db_table": "pilot", "ordering": ["-id"]},
        ),
        migrations.AddConstraint(
            model_name="pilot",
            constraint=models.UniqueConstraint(
                models.ExpressionWrapper(models.Q(("ended_at", None)), output_field=models.BooleanField()),
                condition=models.Q(("ended_at", None)),
                name="one_pilot_runs_at_a_time",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="pilot",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="scoring.pilot",
            ),
        ),
        score_columns({"in_pilot": "boolean"}),
    ]
