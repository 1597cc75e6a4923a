"""What the database itself keeps: append-only tables, the two roles, and the way to the newest schema."""

from django.core.management import call_command
from django.db import connections
from django.db.backends.utils import CursorWrapper
from django.db.migrations import RunSQL
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils.timezone import now
from psycopg import sql

from shuke.core import policies

APP_ROLE = "shuke_app"
OWNER = "owner"

REFUSE_CHANGE = """
CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""


def append_only(table: str) -> RunSQL:
    """Refuse UPDATE and DELETE on `table`, whoever asks; `grant` takes the rights from the application too."""
    return RunSQL(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION core_refuse_change()",
        f"DROP TRIGGER {table}_append_only ON {table}",
    )


REFERENCES = """
CREATE FUNCTION core_refers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stray bigint;
BEGIN
    EXECUTE format(
        'SELECT min(%1$I) FROM written WHERE NOT EXISTS (SELECT FROM %2$I AS target WHERE target.id = written.%1$I)',
        TG_ARGV[0], TG_ARGV[1]
    ) INTO stray;
    IF stray IS NOT NULL THEN
        RAISE EXCEPTION '% refers to % %, which does not exist', TG_TABLE_NAME, TG_ARGV[1], stray
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION core_is_referred_to() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept bigint;
BEGIN
    EXECUTE format(
        'SELECT min(%1$I) FROM %2$I WHERE %1$I IN (SELECT id FROM removed)', TG_ARGV[0], TG_ARGV[1]
    ) INTO kept;
    IF kept IS NOT NULL THEN
        RAISE EXCEPTION '% % is still referred to from %', TG_TABLE_NAME, kept, TG_ARGV[1]
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
"""
"""References that one look at all rows of a statement checks: a foreign key looks once per row."""


def refers(table: str, column: str, *, to: str) -> RunSQL:
    """Refuse what would leave a row of `table` whose `column` names no row of another table.

    Two sessions, of which one writes such a row while the other deletes what it names, must exclude each other by a
    lock of their own.
    """
    names = {"table": table, "column": column, "to": to}
    return RunSQL(_REFERENCE.format(**names), _NO_REFERENCE.format(**names))


_REFERENCE = """
CREATE TRIGGER {table}_{column}_refers AFTER INSERT ON {table} REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION core_refers({column}, {to});
CREATE TRIGGER {table}_{column}_refers_still AFTER UPDATE ON {table} REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION core_refers({column}, {to});
CREATE TRIGGER {table}_{column}_is_kept AFTER DELETE ON {to} REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION core_is_referred_to({column}, {table});
CREATE TRIGGER {table}_{column}_is_stable BEFORE UPDATE OF id ON {to}
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION core_refuse_change();
"""
_NO_REFERENCE = """
DROP TRIGGER {table}_{column}_refers ON {table};
DROP TRIGGER {table}_{column}_refers_still ON {table};
DROP TRIGGER {table}_{column}_is_kept ON {to};
DROP TRIGGER {table}_{column}_is_stable ON {to};
"""


def migrate() -> None:
    """Bring the database to the newest schema as its owner, grant the application its rights, publish defaults."""
    call_command("migrate", database=OWNER, interactive=False, verbosity=0)
    grant()
    policies.publish_defaults(at=now())


def grant() -> None:
    """Give the application role what it needs and no more: nothing append-only can be changed or deleted by it."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT current_user, EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [APP_ROLE])
        user, there_is_an_app_role = cursor.fetchone()
        if user == APP_ROLE or not there_is_an_app_role:
            return
        role = sql.Identifier(APP_ROLE)
        for statement in _GRANTS:
            cursor.execute(sql.SQL(statement).format(role=role))
        for table in _append_only_tables(cursor):
            cursor.execute(
                sql.SQL("REVOKE UPDATE, DELETE ON {table} FROM {role}").format(table=sql.Identifier(table), role=role)
            )


_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "CREATE SCHEMA IF NOT EXISTS staging",
    "GRANT USAGE, CREATE ON SCHEMA staging TO {role}",
)


def _append_only_tables(cursor: CursorWrapper) -> list[str]:
    cursor.execute(
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%\\_append\\_only' AND tgparentid = 0"
    )
    return [table for (table,) in cursor.fetchall()]


def is_behind() -> bool:
    """Are there migrations that this database has not seen?"""
    executor = MigrationExecutor(connections[OWNER])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def is_new() -> bool:
    """Has this database never been migrated?"""
    return not MigrationRecorder(connections[OWNER]).has_table()
