"""制单 and 集单: make one job of one or many requests, and take a request out again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict
from diandan.path.ask.actions.advance import advance
from diandan.path.ask.actions.place import next_number
from diandan.path.ask.models import Request, Urgency
from diandan.path.ask.states import RequestState

from ..facts import job_fact
from ..models import Bond, Job
from ..states import JobState

# A split or a late joiner is possible until people are on their way.
OPEN_STATES = frozenset(
    {
        JobState.DESIGNED,
        JobState.IN_REVIEW,
        JobState.SENT_BACK,
        JobState.READY,
        JobState.OFFERED,
        JobState.ESCALATED,
        JobState.ENGAGED,
        JobState.ALLOCATED,
    }
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a designer fills in; anything left None is taken from the requests and their kind."""

    title: str = ""
    plan: str = ""
    headcount: int | None = None
    minutes: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@transaction.atomic
def design(
    requests: list[Request], *, draft: Draft, owner_place: Place, by: Actor, at: datetime
) -> Job:
    """Make a job of locked `requests` of one centre and one flow, and arrange each of them.

    Merging loses nobody: every request keeps its number, timeline, promise and rating, and a bond
    remembers the state it came from. Raises Refusal when the requests do not go together.
    """
    if not requests:
        raise Refusal("nothing_chosen", _("请至少选一张点单。"))
    first = requests[0]
    if any(r.centre_id != first.centre_id or r.flow != first.flow for r in requests):
        raise Refusal("not_together", _("这些点单走的流程不同,不能合在一起。请分开制单。"))
    if draft.starts_at and draft.ends_at and draft.ends_at <= draft.starts_at:
        raise Refusal("window_backward", _("结束时间要晚于开始时间。"), field="ends_at")
    if draft.starts_at and draft.starts_at < at:
        raise Refusal("window_past", _("开始时间已经过去了,请改成今后的时间。"), field="starts_at")
    kind, kinds = first.kind, {r.kind_id: r.kind for r in requests}.values()
    urgent = any(r.urgency == Urgency.URGENT for r in requests)
    headcount = draft.headcount or max(kind.headcount, 2 if kind.two_person else 1)
    if not 1 <= headcount <= 200:
        raise Refusal("headcount", _("需要的志愿者人数请填1到200。"), field="headcount")
    windows = [r for r in requests if r.wanted_from]
    job = Job.objects.create(
        number=next_number(first.centre, at, "F"),
        centre=first.centre,
        place=meeting_place(requests),
        owner_place=owner_place,
        kind=kind,
        item=first.item,
        flow=first.flow,
        state=JobState.DESIGNED,
        title=(draft.title or (first.title if len(requests) == 1 else kind.name))[:80],
        plan=draft.plan,
        urgency=Urgency.URGENT if urgent else Urgency.NORMAL,
        headcount=headcount,
        minutes=draft.minutes or kind.minutes,
        # Needs of several kinds in one job: who goes must be able to do all of them.
        skills=list(dict.fromkeys(skill for k in kinds for skill in k.skills)),
        risk_notice="\n".join(dict.fromkeys(k.risk_notice for k in kinds if k.risk_notice))[:300],
        starts_at=draft.starts_at or (windows[0].wanted_from if windows else None),
        ends_at=draft.ends_at or (windows[0].wanted_until if windows else None),
        is_private=first.is_private,
        is_project=len(requests) > 1,
        made_by_id=by.person_id,
        made_at=at,
        state_at=at,
        promise_at=min(r.promise_at for r in requests),
    )
    announce(job_fact(job, "design", by, at, {"requests": len(requests), "to": job.state}))
    for request in requests:
        join(job, request, by=by, at=at)
    return job


@transaction.atomic
def join(job: Job, request: Request, *, by: Actor, at: datetime) -> None:
    """Let a request join a job that has not started; its state becomes `arranged`."""
    if JobState(job.state) not in OPEN_STATES:
        raise conflict("job_started", _("这张服务单已经开始,不能再并入。"))
    Bond.objects.create(
        job=job, request=request, joined_at=at, joined_by_id=by.person_id, was_state=request.state
    )
    advance(request, "arrange", by=by, at=at, data={"job": str(job.id)})
    announce(job_fact(job, "join", by, at, request_id=request.id))


@transaction.atomic
def split(job: Job, request: Request, *, by: Actor, at: datetime) -> None:
    """Un-merge: the request leaves and stands again where it stood, to be arranged anew.

    Lossless: number, words, promise, first owner and messages were never touched by the merge.
    """
    if JobState(job.state) not in OPEN_STATES:
        raise conflict(
            "job_started", _("服务已经开始,不能再拆出。服务完成后每位点单人仍单独评价。")
        )
    bond = _bond(job, request)
    if Bond.objects.filter(job=job, left_at=None).count() == 1:
        raise conflict("last_request", _("这是服务单里最后一张点单,要拆请直接取消服务单。"))
    end_bond(bond, why="split", at=at)
    advance(request, "unarrange", by=by, at=at, data={"job": str(job.id)})
    announce(job_fact(job, "split", by, at, request_id=request.id))


def end_bond(bond: Bond, *, why: str, at: datetime) -> None:
    """Close a bond; the row stays as the memory of where the request has been."""
    bond.left_at = at
    bond.left_why = why
    bond.save(update_fields=["left_at", "left_why"])


def free(job: Job, *, by: Actor, at: datetime, why: str) -> list[Request]:
    """Let every request of a cancelled job go back to being arranged; returns them."""
    freed = []
    for bond in Bond.objects.filter(job=job, left_at=None).select_related("request"):
        end_bond(bond, why=why, at=at)
        request = bond.request
        if request.state == RequestState.ARRANGED:
            advance(request, "unarrange", by=by, at=at, data={"job": str(job.id)})
            freed.append(request)
    return freed


def meeting_place(requests: list[Request]) -> Place:
    """The lowest place that contains every request: a station for one, an institute for many."""
    first = requests[0].place
    common = [
        place_id
        for place_id in first.ancestor_ids
        if all(place_id in r.place.ancestor_ids for r in requests)
    ]
    return first if common[-1] == first.id else Place.objects.get(id=common[-1])


def _bond(job: Job, request: Request) -> Bond:
    bond = Bond.objects.filter(job=job, request=request, left_at=None).first()
    if bond is None:
        raise conflict("not_in_job", _("这张点单不在这张服务单里。"))
    return bond
