"""暂停接任务 on the pages: who is paused is not among those who can be sent or handed a task."""

from __future__ import annotations

from typing import Any

import pytest

from diandan.ground.people.models import Person
from diandan.path.ledger.models import ServicePause
from tests import factories as make
from tests.web.volunteer_world import World, client, task_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(still_clock: Any, settings: Any, at: Any) -> World:
    return World(at, settings)


def pause(world: World, who: Person) -> None:
    ServicePause.objects.create(
        person=who, centre=world.district.centre, missed=5, paused_at=world.at
    )


def test_the_paused_are_not_listed_and_a_forged_form_is_refused(world: World) -> None:
    away = make.member(world.team, "李缺席", skills=("水电维修",))
    offer = world.offer()
    leader = client(world.leader)
    leader.post(f"/v/offers/{offer.id}/accept")
    url = f"/v/jobs/{offer.job_id}"
    assert f'value="{away.id}"' in text(leader.get(url))
    pause(world, away)
    assert f'value="{away.id}"' not in text(leader.get(url))
    forged = leader.post(f"{url}/allocate", {"people": away.id})
    assert forged.status_code == 422
    assert "请选别的队员" in text(forged)
    leader.post(f"{url}/allocate", {"people": world.mate.id})
    task = task_of(world.mate)
    mate = client(world.mate)
    mate.post(f"/v/tasks/{task.id}/step", {"step": "confirm"})
    assert f'value="{away.id}"' not in text(mate.get(f"/v/tasks/{task.id}"))
    assert f'value="{world.leader.id}"' in text(mate.get(f"/v/tasks/{task.id}"))


def test_a_paused_volunteer_reads_where_to_answer(world: World) -> None:
    offer = world.offer()
    leader, mate = client(world.leader), client(world.mate)
    leader.post(f"/v/offers/{offer.id}/accept")
    leader.post(f"/v/jobs/{offer.job_id}/allocate", {"people": world.mate.id})
    task = task_of(world.mate)
    pause(world, world.mate)
    said = mate.post(f"/v/tasks/{task.id}/step", {"step": "confirm"}, follow=True)
    assert "我的时长" in text(said)
    assert task_of(world.mate).state == "proposed"
