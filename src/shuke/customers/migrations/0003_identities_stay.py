"""An identity is never renamed or reused."""

from django.db import migrations

STAYS = """
CREATE FUNCTION identity_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.source_id, NEW.source_key) IS DISTINCT FROM (OLD.id, OLD.source_id, OLD.source_key) THEN
        RAISE EXCEPTION 'an identity never changes: only its customer may' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER identity_stays BEFORE UPDATE ON identity FOR EACH ROW EXECUTE FUNCTION identity_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_initial")]

    operations = [
        migrations.RunSQL(STAYS, "DROP FUNCTION identity_stays CASCADE"),
    ]
