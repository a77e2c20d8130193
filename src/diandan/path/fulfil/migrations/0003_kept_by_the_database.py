"""The database keeps what was attested: times stand, doubts are decided once and by another person.

Raised with class 23 so that Django gives an IntegrityError, as the books do (ledger 0002).
"""

from __future__ import annotations

from django.db import migrations

FORWARD = """
CREATE FUNCTION attendance_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE proved text[] := '{site_code,job_code,served_code,scanned,roll_call}';
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an attendance is never deleted'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.id, NEW.task_id, NEW.in_at) IS DISTINCT FROM (OLD.id, OLD.task_id, OLD.in_at)
       OR (OLD.out_at IS NOT NULL AND NEW.out_at IS DISTINCT FROM OLD.out_at) THEN
        RAISE EXCEPTION 'the times of an attendance are never changed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- No end is ever proved afterwards, but a leader's word by a second person's.
    IF (OLD.in_proof <> NEW.in_proof AND NEW.in_proof = ANY (proved)
            AND NOT (OLD.in_proof = 'hand' AND NEW.in_proof = 'roll_call'))
       OR (OLD.out_at IS NOT NULL AND OLD.out_proof <> NEW.out_proof
            AND NEW.out_proof = ANY (proved)
            AND NOT (OLD.out_proof = 'hand' AND NEW.out_proof = 'roll_call')) THEN
        RAISE EXCEPTION 'the proof of an attendance never becomes a better one'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION doubt_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a doubt is never deleted'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.settled_at IS NOT NULL
       OR (NEW.id, NEW.kind, NEW.task_id, NEW.key, NEW.evidence, NEW.found_at)
          IS DISTINCT FROM (OLD.id, OLD.kind, OLD.task_id, OLD.key, OLD.evidence, OLD.found_at))
    THEN
        RAISE EXCEPTION 'a doubt is decided once and stays what it was'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.settled_by_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM task t LEFT JOIN attendance a ON a.task_id = t.id
        WHERE t.id = NEW.task_id
          AND NEW.settled_by_id IN (t.person_id, a.in_by_id, a.out_by_id)) THEN
        RAISE EXCEPTION 'nobody decides a doubt about her own hours or her own entry'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER attendance_kept BEFORE UPDATE OR DELETE ON attendance
    FOR EACH ROW EXECUTE FUNCTION attendance_keeps();
CREATE TRIGGER doubt_kept BEFORE INSERT OR UPDATE OR DELETE ON doubt
    FOR EACH ROW EXECUTE FUNCTION doubt_keeps();
ALTER TABLE attendance ENABLE ALWAYS TRIGGER attendance_kept;
ALTER TABLE doubt ENABLE ALWAYS TRIGGER doubt_kept;
"""
BACKWARD = """
DROP TRIGGER attendance_kept ON attendance;
DROP TRIGGER doubt_kept ON doubt;
DROP FUNCTION attendance_keeps();
DROP FUNCTION doubt_keeps();
"""


class Migration(migrations.Migration):
    """Adds the functions and triggers."""

    dependencies = [("fulfil", "0002_presence_proof")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
