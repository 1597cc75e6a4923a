"""Disputes of entries of the emotional account, kept for good; and until when a next contact was promised."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from shuke.core.schema import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_audit_keeps"),
        ("customers", "0005_made_by_import"),
        ("history", "0007_behaviour"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="interaction", name="promised_on", field=models.DateField(blank=True, null=True)
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("interaction_id", models.BigIntegerField(blank=True, null=True, unique=True)),
                ("order_id", models.BigIntegerField(blank=True, null=True, unique=True)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "identity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="customers.identity",
                    ),
                ),
            ],
            options={
                "db_table": "dispute",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("interaction_id", None), ("order_id__isnull", False))
                        | models.Q(("interaction_id__isnull", False), ("order_id", None)),
                        name="dispute_names_one_thing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DisputeDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("accepted", models.BooleanField()),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("decided_on", models.DateField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dispute",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decision",
                        to="history.dispute",
                    ),
                ),
            ],
            options={"db_table": "dispute_decision"},
        ),
        append_only("dispute"),
        append_only("dispute_decision"),
    ]
