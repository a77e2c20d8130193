"""The database keeps entries as it keeps the books: written once, nothing into a closed month.

ENABLE ALWAYS, so that not even a session that calls itself a replica passes by.
"""

from __future__ import annotations

from django.db import migrations

FORWARD = """
CREATE FUNCTION dual_no(said text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', said USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION dual_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM dual_no(format('what was entered is never changed or deleted (table %s, %s)',
                           TG_TABLE_NAME, TG_OP));
    RETURN NULL;
END $$;

-- Whoever writes into a month and whoever closes it wait for each other.
CREATE FUNCTION dual_hold(c bigint, s text, m date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('dual:' || c || ':' || s || ':' || m, 7));
END $$;

CREATE FUNCTION dual_month_is_open(c bigint, s text, m date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM dual_hold(c, s, m);
    IF EXISTS (SELECT 1 FROM dual_month WHERE centre_id = c AND system = s AND month = m) THEN
        PERFORM dual_no('this month is closed');
    END IF;
END $$;

CREATE FUNCTION dual_entry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE p dual_entry;
BEGIN
    IF extract(day FROM NEW.month) <> 1 THEN
        PERFORM dual_no('a month is its first day');
    END IF;
    PERFORM dual_month_is_open(NEW.centre_id, NEW.system, NEW.month);
    IF NEW.proposed_by_id = NEW.person_id THEN
        PERFORM dual_no('nobody proposes for herself');
    END IF;
    IF NEW.corrects_id IS NOT NULL THEN
        SELECT * INTO p FROM dual_entry WHERE id = NEW.corrects_id;
        IF p.corrects_id IS NOT NULL OR NEW.points <> -p.points
           OR (NEW.centre_id, NEW.system, NEW.person_id, NEW.sort) IS DISTINCT FROM
              (p.centre_id, p.system, p.person_id, p.sort)
           OR NEW.household_id IS DISTINCT FROM p.household_id
           OR NOT EXISTS (SELECT 1 FROM dual_verdict v WHERE v.entry_id = p.id AND v.is_confirmed)
        THEN
            PERFORM dual_no('a correction takes back one confirmed entry of the same subject');
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION dual_verdict_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE e dual_entry;
BEGIN
    SELECT * INTO e FROM dual_entry WHERE id = NEW.entry_id;
    PERFORM dual_month_is_open(e.centre_id, e.system, e.month);
    IF NEW.by_id = e.person_id THEN
        PERFORM dual_no('nobody decides on her own entry');
    END IF;
    -- Who upheld an objection puts the entry right in the same breath: she is the third person.
    IF NEW.by_id = e.proposed_by_id AND NOT EXISTS (
        SELECT 1 FROM dual_objection o WHERE o.entry_id = e.corrects_id
          AND o.is_upheld AND o.settled_by_id = NEW.by_id) THEN
        PERFORM dual_no('an entry needs a second person');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION dual_month_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM dual_hold(NEW.centre_id, NEW.system, NEW.month);
    IF EXISTS (SELECT 1 FROM dual_entry e WHERE e.centre_id = NEW.centre_id
                 AND e.system = NEW.system AND e.month = NEW.month
                 AND NOT EXISTS (SELECT 1 FROM dual_verdict v WHERE v.entry_id = e.id)) THEN
        PERFORM dual_no('an entry of this month waits for a second person');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION dual_objection_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE e dual_entry;
BEGIN
    IF OLD.settled_at IS NOT NULL
       OR (NEW.entry_id, NEW.kind, NEW.by_id, NEW.at) IS DISTINCT FROM
          (OLD.entry_id, OLD.kind, OLD.by_id, OLD.at) THEN
        PERFORM dual_no('an objection is settled once, and stays what it was');
    END IF;
    SELECT * INTO e FROM dual_entry WHERE id = NEW.entry_id;
    IF NEW.settled_by_id IN (OLD.by_id, e.proposed_by_id, e.person_id) THEN
        PERFORM dual_no('an objection is settled by somebody else');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER dual_entry_comes BEFORE INSERT ON dual_entry
    FOR EACH ROW EXECUTE FUNCTION dual_entry_kept();
CREATE TRIGGER dual_verdict_comes BEFORE INSERT ON dual_verdict
    FOR EACH ROW EXECUTE FUNCTION dual_verdict_kept();
CREATE TRIGGER dual_month_comes BEFORE INSERT ON dual_month
    FOR EACH ROW EXECUTE FUNCTION dual_month_kept();
CREATE TRIGGER dual_objection_changes BEFORE UPDATE ON dual_objection
    FOR EACH ROW EXECUTE FUNCTION dual_objection_kept();
CREATE TRIGGER dual_objection_stays BEFORE DELETE ON dual_objection
    FOR EACH ROW EXECUTE FUNCTION dual_is_final();
"""
FINAL = ("dual_entry", "dual_verdict", "dual_month", "dual_notice", "dual_grade")
FORWARD += "".join(
    f"CREATE TRIGGER {table}_final BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION dual_is_final();\n"
    for table in FINAL
)
TRIGGERS = {
    "dual_entry": ("dual_entry_comes", "dual_entry_final"),
    "dual_verdict": ("dual_verdict_comes", "dual_verdict_final"),
    "dual_month": ("dual_month_comes", "dual_month_final"),
    "dual_notice": ("dual_notice_final",),
    "dual_grade": ("dual_grade_final",),
    "dual_objection": ("dual_objection_changes", "dual_objection_stays"),
}
FORWARD += "".join(
    f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION dual_is_final();\n"
    + "".join(
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};\n"
        for name in (*names, f"{table}_not_emptied")
    )
    for table, names in TRIGGERS.items()
)
BACKWARD = "".join(
    f"DROP TRIGGER {name} ON {table};\n"
    for table, names in TRIGGERS.items()
    for name in (*names, f"{table}_not_emptied")
) + "".join(
    f"DROP FUNCTION {name};\n"
    for name in (
        "dual_objection_kept()",
        "dual_month_kept()",
        "dual_verdict_kept()",
        "dual_entry_kept()",
        "dual_month_is_open(bigint, text, date)",
        "dual_hold(bigint, text, date)",
        "dual_is_final()",
        "dual_no(text)",
    )
)


class Migration(migrations.Migration):
    """Adds the functions and triggers."""

    dependencies = [("dual_points", "0001_first")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
