"""The emotional account and the quality of the relationship in the list, for rules."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("segments", "0007_clusters")]

    operations = [
        migrations.AddField("customerlisting", "emotion", models.SmallIntegerField(blank=True, null=True)),
        migrations.AddField("customerlisting", "relationship", models.SmallIntegerField(blank=True, null=True)),
    ]
