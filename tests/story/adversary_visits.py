"""Ways through visits, pages and keys: being in two places, rings, codes, other people's tasks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from django.db.models import F
from django.test import Client

from diandan.flow import answers
from diandan.ground.people.actions import tokens
from diandan.ground.people.models import Membership
from diandan.path.bundle.models import Job
from diandan.path.engage.models import Task
from diandan.path.fulfil.models import Attendance
from diandan.path.fulfil.queries import leave_code
from diandan.path.ledger.actions.earn import earn
from tests import factories as make
from tests.web.volunteer_world import client

from .adversary_world import Fraud, own

WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)


def paid_work(f: Fraud) -> None:
    """便民低偿 brings no hours, however well it is proved."""
    task = f.another(days=3)
    item = make.item(f.there.station, f.kind, "低偿修鞋", is_paid=True)
    Job.objects.filter(id=task.engagement.job_id).update(item=item)
    assert earn(task.id, at=f.at) == []
    f.noes.append("paid")


def her_own_order(f: Fraud) -> None:
    task = f.another(days=3)
    f.request_of(task).__class__.objects.filter(id=f.request_of(task).id).update(
        requester=f.member, placed_by=f.member
    )


def two_places_at_once(f: Fraud) -> None:
    task = f.another_task()
    f.attend(task, begun=f.seen.in_at)


def the_same_visit_under_two_jobs(f: Fraud) -> None:
    task = f.another_task()
    f.attend(task, begun=f.seen.in_at + timedelta(minutes=5))


def ten_hours_on_an_hours_job(f: Fraud) -> None:
    f.attend(f.another_task(), minutes=600, begun=f.at - timedelta(days=3))


def a_day_of_thirty_hours(f: Fraud) -> None:
    for n in range(5):
        task = f.another_task()
        Job.objects.filter(id=task.engagement.job_id).update(minutes=360)
        f.attend(task, minutes=360, begun=f.at - timedelta(days=3) + n * HOUR)


def a_rater_ring(f: Fraud) -> None:
    """One neighbour confirms the same volunteer again and again."""
    for n in range(8):
        task = f.another(days=3 + n)
        request = f.request_of(task)
        f.request.__class__.objects.filter(id=request.id).update(requester=f.request.requester)
        f.rate_one(f.request.__class__.objects.get(id=request.id))


def a_whole_team_in_one_minute(f: Fraud) -> None:
    """Everybody signed out by hand in the same minute."""
    request = make.request(f.there.station, f.kind)
    people = [make.member(f.team, f"队员{n}") for n in range(6)]
    job = make.served(request, f.team, *people)
    for task in Task.objects.filter(engagement__job=job):
        f.attend(task, begun=f.at - timedelta(days=3), out="")
        Attendance.objects.filter(task=task).update(in_proof="hand", out_proof="hand")


def thrown_out_and_taken_in_again(f: Fraud) -> None:
    Membership.objects.filter(person=f.member).update(left_at=F("joined_at"))
    Membership.objects.create(team=f.team, person=f.member, joined_at=f.at)
    earn(f.task.id, at=f.at)


def a_childs_long_day(f: Fraud) -> None:
    """A minor's day is capped; what is beyond is not counted."""
    child = make.member(f.team, "小学生")
    child.born_on = (f.at - timedelta(days=12 * 365)).date()
    child.save(update_fields=["born_on"])
    job = make.served(make.request(f.there.station, f.kind), f.team, child)
    Job.objects.filter(id=job.id).update(minutes=600)
    task = Task.objects.get(engagement__job=job)
    f.attend(task, minutes=600, begun=f.at - timedelta(days=3))
    assert next(row.amount for row in earn(task.id, at=f.at)) == 240


def leaving_before_arriving(f: Fraud) -> None:
    """A phone whose clock was set back."""
    Attendance.objects.create(
        task=f.another_task(),
        in_at=f.at,
        in_proof="served_code",
        out_at=f.at - HOUR,
        out_proof="served_code",
    )


def checking_out_somebody_else(f: Fraud) -> None:
    task = f.living_task()
    answers.task_step(task.id, "check_out", by=own(f.leader), at=f.at, code="1")


def a_code_guessed(f: Fraud) -> None:
    task = f.living_task()
    for code in ("000000", "111111", "123456"):
        f.no(
            lambda code=code: answers.task_step(
                task.id, "check_in", by=own(f.member), at=f.at, code=code
            )
        )


def a_code_of_another_visit(f: Fraud) -> None:
    answers.task_step(
        f.living_task().id, "check_in", by=own(f.member), at=f.at, code=f.request.serve_code
    )


def one_code_told_once_for_both_ends(f: Fraud) -> None:
    """She had the arrival's code read to her on the phone, and signs herself out by it at home."""
    task = f.living_task()
    code = f.request_of(task).serve_code
    f.no(lambda: answers.task_step(task.id, "check_in", by=own(f.member), at=f.at, code=code))
    later = f.at + HOUR
    f.no(lambda: answers.task_step(task.id, "check_out", by=own(f.member), at=later, code=code))


def the_leaving_code_told_before_anybody_came(f: Fraud) -> None:
    """Both codes of the paper slip in one call: the second opens no arrival."""
    task = f.living_task()
    code = leave_code(f.request_of(task))
    answers.task_step(task.id, "check_in", by=own(f.member), at=f.at, code=code)


def by_the_page_of_a_resident(f: Fraud) -> None:
    task = f.another(days=3)
    browser = client(f.request.requester)
    answer = browser.post(f"/desk/hours/{task.id}/stand-for")
    assert answer.status_code == 403
    f.noes.append("403")


def by_the_page_without_signing_in(f: Fraud) -> None:
    task = f.another(days=3)
    for address in (f"/desk/hours/{task.id}/declare", f"/desk/hours/{task.id}/stand-for"):
        assert Client().post(address, {"minutes": "60", "reason": "x"}).status_code in (302, 403)
    f.noes.append("302")


def by_a_key_that_may_only_read(f: Fraud) -> None:
    task = f.living_task()
    _row, plain = tokens.make(
        owner=f.member,
        name="脚本",
        scopes=["read"],
        expires_at=f.at + WEEK,
        by=own(f.member),
        at=f.at,
    )
    answer = Client().post(
        f"/api/v1/tasks/{task.id}/check_in",
        {"code": "1"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {plain}", "Idempotency-Key": uuid4().hex},
    )
    assert answer.status_code == 403, answer.content
    f.noes.append("403")


WAYS: tuple[Callable[[Fraud], object], ...] = (
    paid_work,
    her_own_order,
    two_places_at_once,
    the_same_visit_under_two_jobs,
    ten_hours_on_an_hours_job,
    a_day_of_thirty_hours,
    a_rater_ring,
    a_whole_team_in_one_minute,
    thrown_out_and_taken_in_again,
    a_childs_long_day,
    leaving_before_arriving,
    checking_out_somebody_else,
    a_code_guessed,
    a_code_of_another_visit,
    one_code_told_once_for_both_ends,
    the_leaving_code_told_before_anybody_came,
    by_the_page_of_a_resident,
    by_the_page_without_signing_in,
    by_a_key_that_may_only_read,
)
