"""What an account may not become is looked at after its row is written, not before.

A trigger before an update locks the row once more, with a record of its own in the log: twice the
log for every balance that moves. Afterwards it sees the row as it stays, and refuses as well.
"""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

KEPT = import_module("diandan.path.ledger.migrations.0008_moves_in_batches").KEPT


def _kept(moment: str) -> str:
    return f"""
DROP TRIGGER account_kept ON account;
CREATE TRIGGER account_kept {moment} UPDATE ON account
    FOR EACH ROW WHEN (pg_trigger_depth() < 1 OR {KEPT}) EXECUTE FUNCTION books_account_kept();
ALTER TABLE account ENABLE ALWAYS TRIGGER account_kept;
"""


class Migration(migrations.Migration):
    """Replaces one trigger; what it refuses stays the same."""

    dependencies = [("ledger", "0010_batches_at_speed")]
    operations = [migrations.RunSQL(_kept("AFTER"), _kept("BEFORE"))]
