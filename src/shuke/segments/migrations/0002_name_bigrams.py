"""Pairs of neighbouring characters, and single ones: what a Chinese name is searched by."""

from django.db import migrations

BIGRAMS = """
CREATE FUNCTION name_bigrams(name text) RETURNS varchar(2)[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT part), '{}') FROM (
        SELECT lower(substr(name, place, size))::varchar(2) AS part
        FROM generate_series(1, length(name)) AS place, generate_series(1, 2) AS size
    ) AS parts WHERE length(part) > 0 AND part !~ '\\s'
$$
"""


class Migration(migrations.Migration):
    dependencies = [("segments", "0001_initial")]

    operations = [migrations.RunSQL(BIGRAMS, "DROP FUNCTION name_bigrams")]
