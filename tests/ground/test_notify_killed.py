"""A must-have notice arrives exactly once, however often its sender is killed midway."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from diandan.ground.notify.actions.address import keep_address
from diandan.ground.notify.actions.tell import tell
from diandan.ground.notify.models import Delivery
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from tests import factories

KILLS = 20
NOTICES = 120
SCRIPT = Path(__file__).with_name("sender_process.py")


def start(folder: Path, at: datetime) -> subprocess.Popen[bytes]:
    """A sender on the test's own database; returns once it is about to send."""
    base = settings.DATABASES["default"]
    url = f"postgresql://{base['USER']}:{base['PASSWORD']}@/{connection.settings_dict['NAME']}"
    if base["HOST"]:
        url += f"?host={base['HOST']}&port={base['PORT']}"
    root = SCRIPT.parents[2]
    sender = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(folder), at.isoformat()],
        stdout=subprocess.PIPE,
        env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": f"{root / 'src'}:{root}"},
        cwd=root,
    )
    assert sender.stdout is not None
    assert sender.stdout.readline() == b"ready\n"
    return sender


def tell_all(people: list[Person], at: datetime) -> None:
    with transaction.atomic():
        for number in range(NOTICES):
            tell(
                person=people[number % 2],
                kind="job.cancelled",
                key=f"n{number}",
                text=f"通知{number}",
                at=at,
                must_have=True,
            )


@pytest.mark.django_db(transaction=True)
def test_killed_twenty_times_and_every_notice_arrives_exactly_once(
    tmp_path: Path, at: datetime
) -> None:
    by_sms, by_file = factories.person("张秀英"), factories.person("李桂兰", channel="file")
    keep_address(
        person=by_file, channel="file", address="box", by=Actor(person_id=by_file.id), at=at
    )
    tell_all([by_sms, by_file], at)
    chance = random.Random(20260305)
    midway = 0
    for kill in range(KILLS):
        # Back-off moves what was found undelivered a little into the future.
        sender = start(tmp_path, at + timedelta(hours=kill))
        time.sleep(chance.uniform(0.02, 0.12))
        sender.kill()
        sender.communicate(timeout=10)
        midway += Delivery.objects.filter(state=Delivery.State.SENDING).count()
    assert midway >= 5, "the kills did not fall into a sending"
    for more in range(3):
        sender = start(tmp_path, at + timedelta(days=2, hours=more))
        said, _none = sender.communicate(timeout=60)
        assert said == b"done\n"

    sent = Delivery.objects.exclude(channel="in_app")
    assert Counter(sent.values_list("state", flat=True)) == {Delivery.State.SENT: NOTICES}
    lines = (tmp_path / "console.log").read_text().splitlines()
    files = [json.loads(path.read_text()) for path in (tmp_path / "files").glob("*.json")]
    words = [line.split()[-1] for line in lines] + [said["text"] for said in files]
    assert Counter(words) == {f"通知{number}": 1 for number in range(NOTICES)}
    assert len(lines) == len(files) == NOTICES // 2
