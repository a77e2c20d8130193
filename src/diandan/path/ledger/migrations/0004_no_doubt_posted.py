"""Nothing a service brings is posted while a doubt about its session stands (path/fulfil).

A trigger of its own beside `transfer_moves`, so that either can change without the other.
"""

from __future__ import annotations

from django.db import migrations

FORWARD = """
CREATE FUNCTION books_undoubted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM doubt q
               WHERE q.task_id = NEW.task_id AND q.outcome IN ('', 'voided')) THEN
        PERFORM books_no('a doubt about the session is open, or it was decided that it counts not');
    END IF;
    IF EXISTS (SELECT 1 FROM doubt q JOIN account c ON c.id = NEW.credit_id
               WHERE q.task_id = NEW.task_id AND q.outcome = 'declared'
                 AND c.grade = 'verified') THEN
        PERFORM books_no('after this doubt the session is declared at most');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER transfer_undoubted BEFORE INSERT ON transfer
    FOR EACH ROW WHEN (NEW.phase IN ('posting', 'direct') AND NEW.reason = 'service')
    EXECUTE FUNCTION books_undoubted();
ALTER TABLE transfer ENABLE ALWAYS TRIGGER transfer_undoubted;
"""
BACKWARD = """
DROP TRIGGER transfer_undoubted ON transfer;
DROP FUNCTION books_undoubted();
"""


class Migration(migrations.Migration):
    """Adds the function and the trigger."""

    dependencies = [
        ("fulfil", "0003_kept_by_the_database"),
        ("ledger", "0003_reasons_of_the_bank"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
