"""凭什么: which proof a typed code is, and the limit on guessing it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.ground.presence.actions.codes import job_subject, place_subject, use_code
from diandan.kit.refusal import Refusal
from diandan.path.bundle.queries import requests_of
from diandan.path.engage.models import Task

from ..models import Attendance
from ..policies import may_show_code
from ..queries import leave_code

WRONG_MAX = 10
WRONG_WITHIN = timedelta(hours=1)
Proof = Attendance.Proof


@dataclass(frozen=True, slots=True)
class Proved:
    """How one end of a session is proved, and by whose code when it is a served person's."""

    proof: str = ""
    request_id: UUID | None = None


def prove(
    task: Task,
    code: str,
    *,
    by: Actor,
    at: datetime,
    now: datetime | None = None,
    leaving: bool = False,
) -> Proved:
    """The proof the code is at the moment `at`; Refusal `wrong_code` when it is none.

    A served person's code of the other end is refused in words of its own: one code told once, on
    the phone perhaps, would else stand for both ends of a visit (domain §5-1). A rotating code that the volunteer could look up herself (a leader of a team at home there, a
    worker of the place) says nothing about where she was: it is taken, and written down as such.
    """
    _check_not_guessing(task, now or at)
    job = task.engagement.job
    typed = "".join(c for c in code if c.isascii() and c.isdigit())
    requests = requests_of(job)
    for request in requests:
        right = leave_code(request) if leaving else request.serve_code
        if typed and hmac.compare_digest(typed, right):
            return Proved(Proof.SERVED_CODE, request.id)
    used = use_code(subjects_of(task), typed, person_id=task.person_id, at=at, now=now)
    if used is not None:
        if used.subject == job_subject(job.id):
            leads = task.engagement.team_id in by.leads
            return Proved(Proof.OWN_CODE if leads else Proof.JOB_CODE)
        shown_to_her = any(
            may_show_code(by, place)
            for place in places_of(task)
            if place_subject(place.id) == used.subject
        )
        return Proved(Proof.OWN_CODE if shown_to_her else Proof.SITE_CODE)
    if any(typed == (r.serve_code if leaving else leave_code(r)) for r in requests):
        raise _of_the_other_end(leaving)
    raise Refusal(
        "wrong_code",
        _("码不对。请向服务对象要六位服务码,或看场地屏幕、队长手机上的到场码(一分钟换一次)。"),
        field="code",
    )


def _of_the_other_end(leaving: bool) -> Refusal:
    """Counted as any wrong code, else the two could be guessed at by each other's form."""
    if leaving:
        told = _("这是到场的码。离场请服务对象看手机或回执上的离场码,和到场的不一样。")
    else:
        told = _("这是离场的码。到场请服务对象念到场的服务码。")
    return Refusal("wrong_code", told, field="code")


def subjects_of(task: Task) -> list[str]:
    """Whose rotating codes may check this task in: its sites' and its job's."""
    sites = [place_subject(place.id) for place in places_of(task)]
    return [*dict.fromkeys(sites), job_subject(task.engagement.job_id)]


def places_of(task: Task) -> list[Place]:
    """The sites of its job and of the requests it serves."""
    job = task.engagement.job
    return [job.place, *(r.place for r in requests_of(job))]


@transaction.atomic
def count_wrong_code(task_id: UUID, *, at: datetime) -> None:
    """Remember a wrong code. Called by the door after the refused step was undone."""
    task = Task.objects.select_for_update().filter(id=task_id).first()
    if task is None:
        return
    if task.wrong_since is None or at - task.wrong_since >= WRONG_WITHIN:
        task.wrong_codes, task.wrong_since = 0, at
    task.wrong_codes += 1
    task.save(update_fields=["wrong_codes", "wrong_since"])


def _check_not_guessing(task: Task, at: datetime) -> None:
    """Six digits can be guessed by who may try for ever."""
    if task.wrong_since is None or at - task.wrong_since >= WRONG_WITHIN:
        return
    if task.wrong_codes >= WRONG_MAX:
        raise Refusal(
            "too_many_codes",
            _("错的码试得太多了,请一小时后再试,或请队长、站里帮忙。"),
            field="code",
        )
