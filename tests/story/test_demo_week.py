"""A week of the demo ends rated, and its hours are posted as they were served."""

from __future__ import annotations

import os
import re
from datetime import datetime
from unittest.mock import patch

import pytest

from diandan.ops.demo import fill
from diandan.ops.demo.hours import posted
from diandan.path.ledger.models import Ledger, Transfer
from tests.story.test_demo import check_where_the_last_stand

pytestmark = [pytest.mark.story, pytest.mark.django_db(transaction=True)]


def test_a_week_ends_rated_and_posted_for_as_long_as_people_were_there(at: datetime) -> None:
    with patch.dict(os.environ, {"DIANDAN_DEMO": "1"}):
        assert fill("xiyang", stage="rated", days=8, a_tick=0.5, seed=3, until=at)
    check_where_the_last_stand("rated", at)
    rows = Transfer.objects.filter(ledger=Ledger.MINUTES, phase=Transfer.Phase.POSTING)
    assert rows
    for row in rows.select_related("task__engagement__job"):
        assert row.task
        planned = row.task.engagement.job.minutes
        assert planned * 0.8 <= row.amount <= planned * 1.5, (row.amount, planned)
    found = re.search(r"入账 (\d+) 笔", posted())
    assert found
    assert int(found[1]) == Transfer.objects.filter(phase=Transfer.Phase.POSTING).count()
