"""离线: a real phone without a network keeps the check-in, and sends it once when it has one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from diandan.flow import answers
from diandan.flow.conductor import do_job
from diandan.kit import clock
from diandan.path.bundle.models import Job
from diandan.path.engage.models import Task
from diandan.path.fulfil.models import Attendance, LateRecord
from tests.web.volunteer_world import World, client, serve_code, task_of

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Page]


@transaction.atomic
def visit_now(settings: Any) -> tuple[World, Job, Task]:
    """A visit that is due; the clock runs, because the phone's own clock does too."""
    at = clock.now()
    world = World(at, settings)
    job = world.job()
    do_job(job.id, "offer", by=world.dispatcher, at=at, team_ids=[world.team.id])
    answers.accept_offer(job.offers.get().id, by=world.leader_actor, at=at)
    do_job(job.id, "allocate", by=world.leader_actor, at=at, person_ids=[world.mate.id])
    task = task_of(world.mate)
    Task.objects.filter(id=task.id).update(state=Task.State.CONFIRMED)
    Job.objects.filter(id=job.id).update(starts_at=at, ends_at=at)
    return world, job, task


def test_a_check_in_without_a_network_is_kept_and_sent_once(
    open_phone: Open, settings: Any
) -> None:
    world, job, task = visit_now(settings)
    phone = open_phone(client=client(world.mate))
    phone.goto("/v/waiting")
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.goto(f"/v/tasks/{task.id}")
    phone.context.set_offline(True)
    phone.locator("#code").fill(serve_code(job))
    phone.get_by_role("button", name="签到", exact=True).click()
    expect(phone.locator("#messages")).to_contain_text("已记在这部手机上")
    assert not Attendance.objects.exists()
    phone.goto("/v/tasks")  # no network: the shell opens with what waits
    expect(phone.locator("[data-late-list]")).to_contain_text("等待发送")
    phone.context.set_offline(False)
    phone.goto("/v/waiting")
    expect(phone.locator("[data-late-list]")).to_contain_text("已收到")
    seen = Attendance.objects.get()
    assert seen.in_proof == "offline"
    phone.reload()
    expect(phone.locator("[data-late-list]")).to_contain_text("已收到")
    assert LateRecord.objects.count() == 1
    phone.get_by_role("button", name="知道了,收起").click()
    expect(phone.locator("[data-late-list]")).to_be_hidden()
