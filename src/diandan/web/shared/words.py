"""状态的话: where an order stands, who has it now and by when, in words a resident uses.

For many orders at once in a constant number of queries: lists and single pages say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diandan.flow.ahead import ask_from
from diandan.flow.authority import owner_at_desk
from diandan.flow.choice import flow_of
from diandan.flow.models import Clock
from diandan.ground.places.models import LADDER, LEVEL_OF_KIND, Kind, Level, Place
from diandan.kit.units import local
from diandan.path.ask.models import Request
from diandan.path.ask.states import RequestState
from diandan.path.bundle.models import Bond, Job
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.models import Offer, PeopleCall
from diandan.path.engage.models import Engagement, Task

from .mending import Mending, mendings

R, J = RequestState, JobState
GOING = (Task.State.ON_WAY, Task.State.CHECKED_IN)


class Viewer(StrEnum):
    """From where an order is looked at."""

    REQUESTER = "requester"
    VOLUNTEER = "volunteer"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class ByWhen:
    """parts/clock.html: the moment, said in words."""

    at: datetime
    words: str
    late: bool = False
    tone: str = "plain"
    count: bool = False


@dataclass(frozen=True, slots=True)
class StateWords:
    """parts/state.html: what, who has it now, by when."""

    word: str
    tone: str = "plain"
    icon: str = ""
    who: str = ""
    by: ByWhen | None = None
    duty: str = ""  # said instead of 现在由〇〇负责, where nobody has taken it on yet


@dataclass(slots=True)
class _Known:
    """Everything read beforehand, by id."""

    at: datetime
    viewer: Viewer
    jobs: dict[UUID, Job] = field(default_factory=dict)
    teams: dict[UUID, str] = field(default_factory=dict)
    going: set[UUID] = field(default_factory=set)
    offers: dict[UUID, list[Offer]] = field(default_factory=dict)
    called: set[UUID] = field(default_factory=set)
    clocks: dict[UUID, Clock] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)
    mending: dict[UUID, Mending] = field(default_factory=dict)


def for_request(request: Request, at: datetime, viewer: Viewer = Viewer.REQUESTER) -> StateWords:
    """One request; while it is arranged, its job speaks."""
    return for_requests([request], at, viewer)[request.id]


def for_requests(
    requests: Sequence[Request], at: datetime, viewer: Viewer = Viewer.REQUESTER
) -> dict[UUID, StateWords]:
    """Many requests in a constant number of queries."""
    known = _Known(at, viewer)
    arranged = [r.id for r in requests if r.state == R.ARRANGED]
    if arranged:
        bonds = Bond.objects.filter(request_id__in=arranged, left_at=None).select_related("job")
        known.jobs = {bond.request_id: bond.job for bond in bonds}
    _read(known, known.jobs.values(), requests)
    known.mending = mendings([r for r in requests if r.state == R.RATED], at)
    return {r.id: _request_words(r, known) for r in requests}


def for_job(job: Job, at: datetime, viewer: Viewer = Viewer.STAFF) -> StateWords:
    """One job."""
    return for_jobs([job], at, viewer)[job.id]


def for_jobs(
    jobs: Sequence[Job], at: datetime, viewer: Viewer = Viewer.STAFF
) -> dict[UUID, StateWords]:
    """Many jobs in five queries."""
    known = _Known(at, viewer)
    _read(known, jobs, ())
    return {job.id: _job_words(job, job.promise_at, known) for job in jobs}


def say_when(moment: datetime, at: datetime) -> str:
    """今天18点, 明天9点30分, 11月25日9点."""
    then, now = local(moment), local(at)
    clock = (
        _("%(hour)d点%(minute)02d分") % {"hour": then.hour, "minute": then.minute}
        if then.minute
        else _("%(hour)d点") % {"hour": then.hour}
    )
    days = (then.date() - now.date()).days
    if days == 0:
        return _("今天%(time)s") % {"time": clock}
    if days == 1:
        return _("明天%(time)s") % {"time": clock}
    if then.year != now.year:
        return _("%(year)d年%(month)d月%(day)d日%(time)s") % {
            "year": then.year,
            "month": then.month,
            "day": then.day,
            "time": clock,
        }
    return _("%(month)d月%(day)d日%(time)s") % {"month": then.month, "day": then.day, "time": clock}


def _date(moment: datetime) -> str:
    """3月9日."""
    day = local(moment)
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


def promised(due: datetime, at: datetime) -> ByWhen:
    """今天18点前答复, or that it is late."""
    when = say_when(due, at)
    if at > due:
        return ByWhen(due, _("应在%(when)s前答复,已超时") % {"when": when}, late=True)
    return ByWhen(due, _("%(when)s前答复") % {"when": when}, tone="wait")


def _read(known: _Known, jobs: Iterable[Job], requests: Sequence[Request]) -> None:
    rows = list(jobs)
    ids = [job.id for job in rows]
    if ids:
        living = Engagement.objects.filter(job_id__in=ids, ended_at=None).select_related("team")
        known.teams = {e.job_id: e.team.name for e in living}
        known.going = set(
            Task.objects.filter(
                engagement__job_id__in=ids, engagement__ended_at=None, state__in=GOING
            ).values_list("engagement__job_id", flat=True)
        )
        for offer in Offer.objects.filter(
            job_id__in=ids, state=Offer.State.OPEN, role=Offer.Role.MAIN
        ).select_related("team"):
            known.offers.setdefault(offer.job_id, []).append(offer)
    asking = [job.id for job in rows if job.state == J.OFFERED and job.id not in known.offers]
    if asking:
        calls = PeopleCall.objects.filter(job_id__in=asking, state=PeopleCall.State.OPEN)
        known.called = set(calls.values_list("job_id", flat=True))
    subjects = [*ids, *(r.id for r in requests)]
    known.clocks = {c.subject_id: c for c in Clock.objects.filter(subject_id__in=subjects)}
    wanted = {job.owner_place_id for job in rows} | {r.owner_place_id for r in requests}
    reviewed = [job.place_id for job in rows if job.state == J.IN_REVIEW]
    known.places = Place.objects.in_bulk(wanted | set(reviewed))
    if reviewed:
        above = {n for i in reviewed for n in known.places[i].ancestor_ids}
        known.places |= Place.objects.in_bulk(above - known.places.keys())


def _request_words(request: Request, known: _Known) -> StateWords:
    state = R(request.state)
    job = known.jobs.get(request.id)
    if state == R.ARRANGED and job is not None:
        return _job_words(job, request.promise_at, known, request.wanted_until)
    owner = _owner(request, known)
    if state in (R.PLACED, R.TAKEN_UP, R.ARRANGED):
        word = _("已收到") if state == R.PLACED else _("正在安排")
        return StateWords(word, "wait", "clock", owner, promised(request.promise_at, known.at))
    if state == R.HANDED_OVER:
        return StateWords(
            _("已转交外部热线"), "wait", "send", request.whose or owner, _rung(request, known)
        )
    if state in (R.RETURNED, R.SERVED):
        return _hers(request, known)
    if state == R.DISPUTED:
        return StateWords(_("正在回头办"), "wait", "refresh-cw", owner, _rung(request, known))
    if state == R.UNMET:
        return StateWords(_("暂时无人能办,已登记"), "late", "hourglass", owner, None)
    if state == R.REFUSED:
        return StateWords(_("没有受理"), "late", "signpost", request.whose, None)
    if state == R.RATED:
        owed = known.mending.get(request.id)
        if owed is not None:
            return StateWords(
                _("已评价,有专人跟进"),
                "wait",
                "refresh-cw",
                owed.who,
                promised(owed.due_at, known.at),
            )
        return StateWords(_("已评价,谢谢您"), "good", "circle-check", "", None)
    return StateWords(str(state.label), "good" if state == R.CLOSED else "plain", "circle-check")


def _hers(request: Request, known: _Known) -> StateWords:
    """It waits for its requester; to herself the word 您 says so."""
    who = "" if known.viewer == Viewer.REQUESTER else _("点单人")
    by = _until_closed(request, known)
    if request.state == R.RETURNED:
        return StateWords(_("请您补充说明"), "wait", "pencil", who, by)
    return StateWords(_("服务完成,请您评价"), "good", "star", who, by)


def _job_words(
    job: Job, promise_at: datetime, known: _Known, wanted_until: datetime | None = None
) -> StateWords:
    state = J(job.state)
    team = known.teams.get(job.id, "")
    owner = _owner(job, known)
    to_all = known.viewer == Viewer.REQUESTER
    if state in (J.DESIGNED, J.IN_REVIEW, J.SENT_BACK, J.READY):
        word = _("正在安排") if to_all else str(state.label)
        later = ask_from(job)
        if later is not None and later > known.at:
            said = _("到%(when)s再问队伍") % {"when": _date(later)}
            return StateWords(word, "wait", "calendar", owner, ByWhen(later, said, tone="wait"))
        by = promised(promise_at, known.at) if to_all else _rung(job, known)
        return StateWords(word, "wait", "clock", owner, by)
    if state == J.OFFERED:
        return _offered(job, owner, known)
    if state == J.ESCALATED:
        word = _("正在加紧安排") if to_all else str(state.label)
        return StateWords(word, "wait", "clock", owner, promised(promise_at, known.at))
    if state in (J.ENGAGED, J.ALLOCATED, J.SERVING):
        return _in_hand(job, team, wanted_until, known)
    if state == J.SERVED:
        return StateWords(_("服务完成"), "good", "circle-check", owner)
    if state == J.UNMET:
        return StateWords(_("暂时无人能办,已登记"), "late", "hourglass", owner)
    return StateWords(str(state.label), "good" if state == J.CLOSED else "plain", "circle-check")


def _offered(job: Job, owner: str, known: _Known) -> StateWords:
    """Asked, and nobody has said yes: no team is answerable yet, the house is."""
    offers = known.offers.get(job.id, [])
    named = [o.team.name for o in offers if o.team is not None]
    if len(named) == 1:
        word = _("已派给%(team)s,等对方确认") % {"team": named[0]}
    elif named:
        word = ngettext(
            "已问%(n)d支队伍,等先确认的一队", "已问%(n)d支队伍,等先确认的一队", len(named)
        ) % {"n": len(named)}
    elif job.id in known.called:
        return StateWords(_("正在问志愿者"), "wait", "send", owner)
    else:
        word = _("正在请志愿队接单")
    if not offers:
        return StateWords(word, "wait", "send", owner)
    if len(named) > 1:
        duty = _("已问%(teams)s,等哪一队先确认;%(owner)s负责催办") % {
            "teams": "、".join(named),
            "owner": owner,
        }
    else:
        duty = _("%(owner)s负责催办") % {"owner": owner}
    due = min(o.expires_at for o in offers)
    when = say_when(due, known.at)
    late = known.at > due
    said = _("应在%(when)s前确认,已超时") if late else _("%(when)s前确认")
    by = ByWhen(due, said % {"when": when}, late=late, tone="wait")
    return StateWords(word, "wait", "send", owner, by, duty)


def _in_hand(job: Job, team: str, wanted_until: datetime | None, known: _Known) -> StateWords:
    """A team has said yes: the answer has been given, what is owed now is the deed."""
    if job.state == J.SERVING:
        return StateWords(_("志愿者正在服务"), "good", "hand-helping", team)
    by = _done_by(job, wanted_until, known)
    if job.id in known.going:
        return StateWords(_("志愿者在路上"), "good", "navigation", team, by)
    word = _("%(team)s已接单") if job.state == J.ENGAGED else _("%(team)s已安排志愿者")
    return StateWords(word % {"team": team}, "good", "circle-check", team, by)


def _done_by(job: Job, wanted_until: datetime | None, known: _Known) -> ByWhen | None:
    """The appointment, else when it is to be done; 答复 was before, 办好 is from here on."""
    if job.starts_at is not None and job.starts_at > known.at:
        when = say_when(job.starts_at, known.at)
        return ByWhen(job.starts_at, _("%(when)s上门") % {"when": when})
    due = job.ends_at or wanted_until
    if due is not None:
        when = say_when(due, known.at)
        if known.at > due:
            return ByWhen(due, _("应在%(when)s前办好,已超时") % {"when": when}, late=True)
        return ByWhen(due, _("%(when)s前办好") % {"when": when}, tone="wait")
    clock = known.clocks.get(job.id)
    if clock is None:
        return None
    when = say_when(clock.due_at, known.at)
    if known.at > clock.due_at:
        return ByWhen(clock.due_at, _("应在%(when)s前定好时间,已超时") % {"when": when}, late=True)
    return ByWhen(clock.due_at, _("%(when)s前与您定好时间") % {"when": when}, tone="wait")


def _owner(row: Request | Job, known: _Known) -> str:
    place = known.places[row.owner_place_id]
    if isinstance(row, Job) and row.state == J.IN_REVIEW:
        place = _reviewer(row, known)
    elif isinstance(row, Request) and row.is_private:
        return _("%(place)s调解员") % {"place": place.name}
    return place.full_name


def _reviewer(job: Job, known: _Known) -> Place:
    flow = flow_of(job.flow)
    owner = owner_at_desk(flow, flow.stage("job", job.state))
    level = Level(job.review_level or owner.level or Level.STATION)
    line = [known.places[n] for n in reversed(known.places[job.place_id].ancestor_ids)]
    for place in line:
        rung = LEVEL_OF_KIND.get(Kind(place.kind))
        if rung is not None and LADDER.index(rung) >= LADDER.index(level):
            return place
    return line[-1]


def _rung(row: Request | Job, known: _Known) -> ByWhen | None:
    clock = known.clocks.get(row.id)
    return promised(clock.due_at, known.at) if clock else None


def _until_closed(request: Request, known: _Known) -> ByWhen | None:
    """When the house stops waiting for her: the flow's rung that closes."""
    said = _("%(when)s前补充") if request.state == R.RETURNED else _("%(when)s前可以评价")
    stage = flow_of(request.flow).stage("request", request.state)
    for rung in stage.ladder:
        if rung.does == "close" and rung.after.endswith("d") and not rung.after.endswith("wd"):
            due = request.state_at + timedelta(days=int(rung.after[:-1]))
            return ByWhen(due, said % {"when": say_when(due, known.at)})
    return None
