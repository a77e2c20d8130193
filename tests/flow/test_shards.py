"""分片: one district a shard, many at once; the plans and asks are those of a single process."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from diandan.engine.plan import digest
from diandan.flow.choice import flow_of
from diandan.flow.dispatcher import dispatch_once
from diandan.flow.models import FlowChoice
from diandan.flow.sharding import NotAShard, Shard, shard_of, shards
from diandan.ground.places.models import Kind
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.models import DispatchRound, Offer
from tests import factories as make

SCRIPT = Path(__file__).with_name("shard_process.py")
CENTRES, JOBS, TEAMS = 4, 3, 3


def test_every_centre_is_one_shards() -> None:
    for count in (1, 2, 3, 7):
        for centre_id in range(40):
            assert sum(one.has(centre_id) for one in shards(count)) == 1
    assert shards(0) == [Shard()]
    assert Shard().name == "dispatch"
    assert shard_of("2/3").name == "dispatch 2/3"


@pytest.mark.parametrize("said", ["", "3", "0/2", "3/2", "a/b", "1/"])
def test_what_is_no_shard_is_refused(said: str) -> None:
    with pytest.raises(NotAShard):
        shard_of(said)


def world() -> list[int]:
    """Four centres that ask by themselves, each with teams and waiting jobs."""
    made = []
    for number in range(CENTRES):
        one = make.district()
        one.centre.slug = f"shard{number}"
        one.centre.save()
        FlowChoice.objects.create(centre=one.centre, flow="micro", chosen_at=make.NOON)
        kind = make.kind(one.centre, "fix")
        spots = [make.place(f"第{n}站", Kind.STATION, one.institute) for n in range(TEAMS)]
        for n, spot in enumerate(spots):
            spot.lat, spot.lon = 31.9 + n / 100, 118.8 + number / 100
            spot.save()
            make.team(spot)
        for n in range(JOBS):
            make.job(one.centre, spots[n], kind, flow="micro", state=JobState.READY)
        made.append(one.centre.id)
    return made


def found() -> dict[str, Any]:
    """Every plan and every ask, without the numbers and moments of the rows themselves."""
    return {
        "plans": sorted(
            (row.centre_id, row.digest, digest(row.plan), repr(sorted(row.order.items())))
            for row in DispatchRound.objects.all()
        ),
        "asks": sorted(
            (str(job), str(team), repr(sorted(why.items())))
            for job, team, why in Offer.objects.values_list("job_id", "team_id", "why")
        ),
    }


@pytest.mark.django_db(transaction=True)
def test_shards_in_processes_of_their_own_find_what_one_process_finds(at: datetime) -> None:
    world()
    assert flow_of("micro").stage("job", JobState.READY).auto == "offer"
    with transaction.atomic():
        dispatch_once(at)
        serial = found()
        transaction.set_rollback(True)
    assert found() == {"plans": [], "asks": []}
    assert len(serial["plans"]) == CENTRES
    assert len(serial["asks"]) >= CENTRES * JOBS
    running = [start(at, one) for one in shards(3)]
    assert [one.wait(120) for one in running] == [0, 0, 0]
    assert found() == serial


def start(at: datetime, shard: Shard) -> subprocess.Popen[bytes]:
    """A shard on the test's own database."""
    base = settings.DATABASES["default"]
    url = f"postgresql://{base['USER']}:{base['PASSWORD']}@/{connection.settings_dict['NAME']}"
    if base["HOST"]:
        url += f"?host={base['HOST']}&port={base['PORT']}"
    root = SCRIPT.parents[2]
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), at.isoformat(), f"{shard.number}/{shard.of}"],
        env={**os.environ, "DATABASE_URL": url, "PYTHONPATH": f"{root / 'src'}:{root}"},
        cwd=root,
    )
