"""The audit trail is append-only, and a trigger notes each new entry for the sealer."""

from django.db import migrations

from shuke.core.schema import REFUSE_CHANGE, append_only

NOTE_UNSEALED = """
CREATE FUNCTION audit_note_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_unsealed (entry_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER audit_entry_is_noted AFTER INSERT ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_note_unsealed();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION core_refuse_change"),
        append_only("audit_entry"),
        append_only("audit_seal"),
        append_only("policy"),
        migrations.RunSQL(NOTE_UNSEALED, "DROP FUNCTION audit_note_unsealed CASCADE"),
        migrations.RunSQL(
            "CREATE TABLE cache_entry (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, "
            "expires timestamptz NOT NULL); CREATE INDEX cache_entry_expires ON cache_entry (expires)",
            "DROP TABLE cache_entry",
        ),
    ]
