"""One sequence numbers requests and jobs, so that two racers never share a number."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """Adds the sequence."""

    dependencies = [("ask", "0001_first")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE order_number", "DROP SEQUENCE order_number"),
    ]
