from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segments", "0006_forecasts")]

    operations = [
        migrations.AddField(
            model_name="customerlisting",
            name="cluster",
            field=models.SmallIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="customerlisting",
            index=models.Index(
                fields=["cluster", "customer"],
                include=(
                    "owner",
                    "tier",
                    "activity",
                    "r",
                    "f",
                    "m",
                    "t",
                    "r_quintile",
                    "f_quintile",
                    "m_quintile",
                    "pinyin",
                    "days_since_last",
                    "orders",
                    "money",
                    "value_at_risk",
                    "last_contact_on",
                ),
                name="list_by_cluster",
            ),
        ),
    ]
