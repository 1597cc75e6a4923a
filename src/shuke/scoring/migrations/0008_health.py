"""Health with what each measure adds, stages, the value card, the renewal of contracts; what lifetime value rests on."""

from django.db import migrations

from shuke.scoring.migrations._score_columns import score_columns


class Migration(migrations.Migration):
    dependencies = [("scoring", "0007_pilots")]

    operations = [
        score_columns(
            {
                "health": "double precision",
                "health_points": "real[]",
                "health_numbers": "real[]",
                "simple_value": "bigint",
                "arpu_value": "bigint",
                "discounted_value": "bigint",
                "margin_share": "double precision",
                "acquisition_cost": "bigint",
                "return_on_retention": "double precision",
                "stage": "varchar(10)",
                "journey": "varchar(10)",
                "value_card": "real[]",
                "value_numbers": "real[]",
                "loyalty": "double precision",
                "value_quadrant": "varchar(10)",
                "is_expert": "boolean",
                "renewal_reason": "varchar(20)",
                "renewal_numbers": "real[]",
            }
        ),
    ]
