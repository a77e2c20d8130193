"""A fact is written once: the database itself refuses to change or delete one."""

from __future__ import annotations

from django.db import migrations

FORWARD = """
CREATE FUNCTION fact_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a fact is never changed or deleted (table %, %)', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER fact_final BEFORE UPDATE OR DELETE ON fact
    FOR EACH ROW EXECUTE FUNCTION fact_is_final();
CREATE TRIGGER fact_link_final BEFORE UPDATE OR DELETE ON fact_link
    FOR EACH ROW EXECUTE FUNCTION fact_is_final();
"""

BACKWARD = """
DROP TRIGGER fact_link_final ON fact_link;
DROP TRIGGER fact_final ON fact;
DROP FUNCTION fact_is_final();
"""


class Migration(migrations.Migration):
    """Adds the two triggers."""

    dependencies = [("record", "0001_first")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
