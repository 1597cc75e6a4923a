"""What reasons add, and the numbers they tell: bytes that are written at once, where an array was built number by number."""

from django.db import migrations

from shuke.scoring.migrations._score_columns import VIEWS

PACKED = (
    "churn_parts",
    "churn_numbers",
    "relationship_parts",
    "relationship_numbers",
    "radar",
    "health_points",
    "health_numbers",
    "value_card",
    "value_numbers",
    "renewal_numbers",
)
FUNCTIONS = """
CREATE FUNCTION packed_numbers(numbers real[]) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog
RETURN (SELECT coalesce(string_agg(float4send(coalesce(number, 'NaN')), ''::bytea ORDER BY place), ''::bytea)
    FROM unnest(numbers) WITH ORDINALITY AS each (number, place));
"""
CHANGES = ", ".join(f"ALTER COLUMN {name} TYPE bytea USING packed_numbers({name})" for name in PACKED)


class Migration(migrations.Migration):
    dependencies = [("scoring", "0008_health")]

    operations = [
        migrations.RunSQL(
            f"{FUNCTIONS} DROP VIEW current_score, live_score; ALTER TABLE score {CHANGES};"
            f"ALTER TABLE score_today {CHANGES}; {VIEWS} DROP FUNCTION packed_numbers;"
        ),
    ]
