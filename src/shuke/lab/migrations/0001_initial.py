"""Drafts of policies, what was tried with them, and who would move."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TIERS = [("gold", "Gold"), ("silver", "Silver"), ("bronze", "Bronze")]
ACTIVITIES = [("new", "New"), ("active", "Active"), ("dormant", "Dormant"), ("lost", "Lost")]
STEPS = [
    ("waiting", "Waiting for the worker"),
    ("reading", "Reading what was known on the day"),
    ("judging", "Sorting everybody twice"),
    ("working", "Counting the work for people"),
    ("watching", "Holding the risk list against what came"),
    ("done", "done"),
    ("failed", "failed"),
]


def somebody(**options) -> models.ForeignKey:
    """A colleague of whom nothing else is looked up."""
    told = {"db_index": False, "on_delete": django.db.models.deletion.PROTECT, "related_name": "+"}
    return models.ForeignKey(to=settings.AUTH_USER_MODEL, **told, **options)


def key() -> models.BigAutoField:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("customers", "0005_made_by_import"),
        ("scoring", "0007_pilots"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", key()),
                ("kind", models.CharField(max_length=40)),
                ("body", models.JSONField()),
                ("replaces", models.PositiveIntegerField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[("published", "published"), ("discarded", "thrown away")],
                        max_length=10,
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("made_by", somebody()),
                ("changed_by", somebody()),
                ("closed_by", somebody(blank=True, null=True)),
                (
                    "pilot",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft",
                        to="scoring.pilot",
                    ),
                ),
            ],
            options={"db_table": "lab_draft", "ordering": ["-id"]},
        ),
        migrations.CreateModel(
            name="Trial",
            fields=[
                ("id", key()),
                ("body", models.JSONField()),
                ("day", models.DateField()),
                ("step", models.CharField(choices=STEPS, default="waiting", max_length=10)),
                ("outcome", models.JSONField(blank=True, null=True)),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("asked_by", somebody()),
                (
                    "draft",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trials",
                        to="lab.draft",
                    ),
                ),
            ],
            options={
                "db_table": "lab_trial",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["draft", "-id"], name="lab_trial_by_draft")],
            },
        ),
        migrations.CreateModel(
            name="Move",
            fields=[
                ("id", key()),
                ("tier_was", models.CharField(choices=TIERS, max_length=10)),
                ("tier_now", models.CharField(choices=TIERS, max_length=10)),
                ("activity_was", models.CharField(choices=ACTIVITIES, max_length=10)),
                ("activity_now", models.CharField(choices=ACTIVITIES, max_length=10)),
                ("days_since_last", models.IntegerField()),
                ("days_since_first", models.IntegerField()),
                ("net_money_365", models.BigIntegerField()),
                ("value_at_risk", models.BigIntegerField()),
                ("recency_line_was", models.CharField(max_length=10, null=True)),
                ("recency_line_now", models.CharField(max_length=10, null=True)),
                ("money_line_was", models.CharField(max_length=10)),
                ("money_line_now", models.CharField(max_length=10)),
                ("active_until_days_was", models.FloatField()),
                ("active_until_days_now", models.FloatField()),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="lab.trial",
                    ),
                ),
            ],
            options={
                "db_table": "lab_move",
                "indexes": [
                    models.Index(fields=["trial", "-net_money_365", "-id"], name="lab_move_by_money"),
                    models.Index(fields=["customer"], name="lab_move_by_customer"),
                ],
            },
        ),
    ]
