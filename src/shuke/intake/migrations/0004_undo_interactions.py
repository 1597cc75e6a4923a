"""The one way by which a contact may go: with the import that brought it, while that is being undone."""

from django.db import migrations

STAYS = """
CREATE FUNCTION interaction_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('shuke.undoing', true) = OLD.import_id::text THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER interaction_append_only ON interaction;
CREATE TRIGGER interaction_append_only BEFORE UPDATE OR DELETE ON interaction
    FOR EACH ROW EXECUTE FUNCTION interaction_stays();
"""
STAYS_ALWAYS = """
DROP FUNCTION interaction_stays CASCADE;
CREATE TRIGGER interaction_append_only BEFORE UPDATE OR DELETE ON interaction
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
"""

# The application may not delete a contact; this function may, and only what an import that is being undone has brought.
UNDO = """
CREATE FUNCTION undo_interactions(undone bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM import WHERE id = undone AND status = 'undoing') THEN
        RAISE EXCEPTION 'import % is not being undone', undone USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM set_config('shuke.undoing', undone::text, true);
    DELETE FROM interaction WHERE import_id = undone AND NOT EXISTS (
        SELECT FROM interaction AS newer
        WHERE newer.corrects_id = interaction.id AND newer.import_id IS DISTINCT FROM undone);
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('shuke.undoing', '', true);
    RETURN gone;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0003_undo"), ("history", "0003_interactions_stay")]

    operations = [
        migrations.RunSQL(STAYS, STAYS_ALWAYS),
        migrations.RunSQL(UNDO, "DROP FUNCTION undo_interactions"),
    ]
