"""Which group of customers who buy alike somebody belongs to."""

from django.db import migrations

from shuke.scoring.migrations._score_columns import score_columns


class Migration(migrations.Migration):
    dependencies = [("scoring", "0004_models")]

    operations = [score_columns({"cluster": "smallint"})]
