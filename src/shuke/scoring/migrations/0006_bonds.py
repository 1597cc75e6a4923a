"""What contacts, returns and ratings say of the bond with a customer."""

from django.db import migrations

from shuke.scoring.migrations._score_columns import score_columns


class Migration(migrations.Migration):
    dependencies = [("scoring", "0005_clusters"), ("history", "0008_disputes")]

    operations = [
        score_columns(
            {
                "emotion": "smallint",
                "relationship": "double precision",
                "relationship_parts": "real[]",
                "relationship_numbers": "real[]",
                "radar": "real[]",
            }
        )
    ]
