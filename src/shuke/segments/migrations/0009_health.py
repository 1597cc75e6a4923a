from django.db import migrations, models

STAGES = [("acquire", "Acquire"), ("grow", "Grow"), ("mature", "Mature"), ("decline", "Decline")]
JOURNEY = [("aware", "Aware"), ("consider", "Considers"), ("decide", "Decides"), ("loyal", "Loyal")]
QUADRANTS = [
    ("friend", "Friend: much value, loyal"),
    ("butterfly", "Butterfly: much value, not loyal"),
    ("regular", "Regular: little value, loyal"),
    ("passer_by", "Passer-by: little value, not loyal"),
]
KINDS = [
    ("tier", "Tier"),
    ("activity", "Activity"),
    ("stage", "Life-cycle stage"),
    ("journey", "Journey stage"),
]
CARRIED = (
    *("owner", "tier", "activity", "r", "f", "m", "t", "r_quintile", "f_quintile", "m_quintile"),
    *("pinyin", "days_since_last", "orders", "money", "value_at_risk", "last_contact_on"),
)


def _code(choices):
    return models.CharField(blank=True, choices=choices, max_length=10, null=True)


class Migration(migrations.Migration):
    dependencies = [("segments", "0008_bonds")]

    operations = [
        migrations.AddField("customerlisting", "health", models.SmallIntegerField(blank=True, null=True)),
        migrations.AddField("customerlisting", "stage", _code(STAGES)),
        migrations.AddField("customerlisting", "journey", _code(JOURNEY)),
        migrations.AddField("customerlisting", "value_quadrant", _code(QUADRANTS)),
        migrations.AlterField("membership", "kind", models.CharField(choices=KINDS, max_length=10)),
        migrations.AddIndex(
            "customerlisting",
            models.Index(fields=["stage", "value_quadrant", "customer"], include=CARRIED, name="list_by_stage"),
        ),
    ]
