"""A visit on which hours stand stays the visit of whom it was (found by tests/story/test_adversary).

Without this, a task written over to somebody else stopped the worker from posting anybody's hours.
"""

from __future__ import annotations

from django.db import migrations

FORWARD = """
CREATE FUNCTION books_task_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.person_id, NEW.engagement_id) IS DISTINCT FROM (OLD.person_id, OLD.engagement_id)
       AND EXISTS (SELECT 1 FROM transfer x WHERE x.task_id = OLD.id) THEN
        PERFORM books_no('hours stand on this visit: it stays hers');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER task_whose_kept BEFORE UPDATE OF person_id, engagement_id ON task
    FOR EACH ROW EXECUTE FUNCTION books_task_kept();
ALTER TABLE task ENABLE ALWAYS TRIGGER task_whose_kept;
"""
BACKWARD = """
DROP TRIGGER task_whose_kept ON task;
DROP FUNCTION books_task_kept();
"""


class Migration(migrations.Migration):
    """Adds the function and the trigger."""

    dependencies = [("ledger", "0006_only_from_service"), ("engage", "0001_first")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
