"""时间线: an order's face, the same facts on every surface, filtered by who is looking.

Facts hold no words of people, so nothing here can leak a door or a phone; what is filtered are
the inner workings (who said no, who was reminded) that are not this viewer's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diandan.ground.people.models import Team
from diandan.ground.people.queries import masked_names
from diandan.ground.record.models import FactRow
from diandan.path.ask.models import Request
from diandan.path.ask.states import REQUEST_ENDS, RequestState
from diandan.path.bundle.models import Bond, Job
from diandan.path.bundle.states import JOB_ENDS

from .mending import UNTOLD_CAUSE, posts
from .words import ByWhen, StateWords, Viewer, for_job, for_request

__all__ = ["Row", "Viewer", "job_timeline", "request_timeline"]

ALL = frozenset(Viewer)
STAFF = frozenset({Viewer.STAFF})
WORKERS = frozenset({Viewer.STAFF, Viewer.VOLUNTEER})
OWN = frozenset({Viewer.STAFF, Viewer.REQUESTER})
# Facts of one team's dealings: other teams do not see them.
TEAMS_OWN = frozenset(
    {
        *("job.declined", "job.offer_expired", "job.offered", "job.given_up"),
        *("job.backup_agreed", "job.backup_released"),
    }
)
MENDED_BY = "follow_up.opened"


@dataclass(frozen=True, slots=True)
class Telling:
    """How a fact is told, to whom; `mine` is the title when the viewer did it herself."""

    title: str | Promise
    seen: frozenset[Viewer] = ALL
    tone: str = "good"
    mine: str | Promise = ""


t = gettext_lazy
TELLINGS: dict[str, Telling] = {
    "request.placed": Telling(t("收到点单"), ALL, "good", t("您点了单")),
    "request.taken_up": Telling(t("已受理,正在安排"), OWN),
    "request.returned": Telling(t("请点单人补充说明"), OWN, "wait"),
    "request.resubmitted": Telling(t("补充后再交"), OWN, "good", t("您补充后再交")),
    "request.refused": Telling(t("没有受理"), OWN, "late"),
    "request.passed_up": Telling(t("转到上一级办理"), OWN, "plain"),
    "request.escalated": Telling(t("到时间还没办好,上一级已督办"), OWN, "late"),
    "request.arranged": Telling(t("已制成服务单"), ALL),
    "request.unarranged": Telling(t("重新安排"), OWN, "plain"),
    "request.handed_over": Telling(t("转交外部热线"), OWN, "plain"),
    "request.taken_back": Telling(t("从外部热线收回"), OWN, "plain"),
    "request.found_unmet": Telling(t("暂时无人能办,已登记"), OWN, "late"),
    "request.withdrawn": Telling(t("撤回了点单"), ALL, "plain", t("您撤回了点单")),
    "request.served": Telling(t("服务完成"), ALL),
    "request.settled": Telling(t("已调处"), OWN),
    "request.rated": Telling(t("已评价"), OWN, "good", t("您作了评价")),
    "request.rated_by_expert": Telling(t("专家已评单"), STAFF),
    "request.disputed": Telling(t("点单人不满意,回头办"), OWN, "wait", t("您请我们回头办")),
    "request.reopened": Telling(t("重新办理"), OWN, "plain", t("您请我们重新办理")),
    "request.closed": Telling(t("办结"), ALL),
    "request.added_to": Telling(t("留言"), OWN, "plain", t("您补充了说明")),
    "request.kind_changed": Telling(t("改了服务类型"), OWN, "plain", t("您改了服务类型")),
    "request.called_back": Telling(t("电话回访"), OWN, "plain"),
    "follow_up.opened": Telling(t("有专人跟进"), OWN, "wait"),
    "follow_up.settled": Telling(t("跟进办结"), OWN),
    "request.reminded": Telling(t("提醒经办人"), STAFF, "wait"),
    "job.designed": Telling(t("制单"), STAFF),
    "job.redesigned": Telling(t("修改服务单"), STAFF, "plain"),
    "job.submitted": Telling(t("提交审核"), STAFF),
    "job.approved": Telling(t("审核通过一级"), STAFF),
    "job.passed": Telling(t("审核完成,待派单"), STAFF),
    "job.sent_back": Telling(t("退回修改"), STAFF, "wait"),
    "job.joined": Telling(t("并入一张点单"), STAFF, "plain"),
    "job.split": Telling(t("拆出一张点单"), STAFF, "plain"),
    "job.offered": Telling(t("已派单"), ALL),
    "job.widened": Telling(t("扩大范围找队伍"), ALL, "plain"),
    "job.recalled": Telling(t("收回邀约"), STAFF, "plain"),
    "job.escalated": Telling(t("上报督办"), OWN, "wait"),
    "job.accepted": Telling(t("接单"), ALL),
    "job.time_agreed": Telling(t("约好了时间"), ALL),
    "job.backup_asked": Telling(t("问一支队伍能否备勤"), STAFF, "plain"),
    "job.backup_agreed": Telling(t("另有一支队伍备勤,以防万一"), ALL),
    "job.backup_declined": Telling(t("不能备勤"), STAFF, "plain"),
    "job.backup_expired": Telling(t("备勤邀约超时未回复"), STAFF, "plain"),
    "job.backup_released": Telling(t("备勤结束"), WORKERS, "plain"),
    "job.backup_missing": Telling(t("没有队伍可以再问备勤"), STAFF, "wait"),
    "job.called_up": Telling(t("改由备勤的队伍来"), ALL, "wait"),
    "job.person_asked": Telling(t("问一位志愿者"), STAFF, "plain"),
    "job.person_agreed": Telling(t("一位志愿者答应了"), STAFF, "good", t("您答应了")),
    "job.person_declined": Telling(t("一位志愿者这次不行"), STAFF, "plain", t("您说这次不行")),
    "job.call_ended": Telling(t("不再逐个问志愿者"), STAFF, "plain"),
    "job.filled": Telling(t("志愿者应约,人齐了"), ALL),
    "job.declined": Telling(t("这次不行"), WORKERS, "plain"),
    "job.offer_expired": Telling(t("超时未回复"), WORKERS, "plain"),
    "job.allocated": Telling(t("安排好志愿者"), ALL),
    "job.task_answered": Telling(t("队员回复"), WORKERS, "plain"),
    "job.given_up": Telling(t("队伍退回,重新派单"), ALL, "wait"),
    "job.dropped": Telling(t("队员来不了,正在换人"), WORKERS, "wait"),
    "job.handed_on": Telling(t("转给队友"), WORKERS, "plain"),
    "job.set_out": Telling(t("志愿者出发"), ALL),
    "job.checked_in": Telling(t("志愿者到场"), ALL),
    "job.checked_out": Telling(t("志愿者离场"), ALL),
    "job.had_incident": Telling(t("报告情况"), WORKERS, "late"),
    "job.served": Telling(t("服务单完成"), WORKERS),
    "job.found_unmet": Telling(t("没有队伍能接"), STAFF, "late"),
    "job.cancelled": Telling(t("服务单取消"), WORKERS, "plain"),
    "job.closed": Telling(t("服务单办结"), WORKERS),
    "job.reminded": Telling(t("提醒经办人"), STAFF, "wait"),
}
NAMES_VOLUNTEER = frozenset(
    {"job.set_out", "job.checked_in", "job.checked_out", "job.dropped", "job.task_answered"}
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of parts/timeline.html."""

    title: str
    at: datetime | None = None
    who: str = ""
    note: str = ""
    tone: str = "plain"
    is_now: bool = False
    by: ByWhen | None = None


def request_timeline(
    request: Request,
    *,
    viewer: Viewer,
    at: datetime,
    me: UUID | None = None,
    teams: frozenset[UUID] = frozenset(),
    state: StateWords | None = None,
) -> list[Row]:
    """A request's facts and those of its jobs while it belonged to them, oldest first.

    `me` is the viewer's person, `teams` hers; `state` saves reading it again when the page has
    it. Ends with where it stands now and, for its requester, what comes next.
    """
    bonds = list(Bond.objects.filter(request=request).order_by("joined_at"))
    facts = _merged_only(
        FactRow.objects.filter(
            Q(request_id=request.id) | Q(job_id__in=[b.job_id for b in bonds])
        ).order_by("id")
    )
    seen = [f for f in facts if f.request_id == request.id or _while_bound(f, bonds)]
    rows = _tell(seen, viewer, me or request.requester_id, teams)
    if request.reason and rows:
        rows = _with_reason(rows, request)
    now = state or for_request(request, at, viewer)
    if request.state in REQUEST_ENDS:
        return rows
    return [*_with_now(rows, now), *_ahead(request, viewer)]


def job_timeline(
    job: Job,
    *,
    viewer: Viewer,
    at: datetime,
    me: UUID | None = None,
    teams: frozenset[UUID] = frozenset(),
    state: StateWords | None = None,
) -> list[Row]:
    """A job's own facts, oldest first, and where it stands now."""
    facts = _merged_only(FactRow.objects.filter(job_id=job.id).order_by("id"))
    rows = _tell(facts, viewer, me, teams)
    if job.state in JOB_ENDS:
        return rows
    return _with_now(rows, state or for_job(job, at, viewer))


def _merged_only(facts: Iterable[FactRow]) -> list[FactRow]:
    """The facts, without the joining of a job's only request: that merged nothing."""
    kept = list(facts)
    joined = Counter(f.job_id for f in kept if f.kind == "job.joined")
    return [f for f in kept if f.kind != "job.joined" or joined[f.job_id] > 1]


def _while_bound(fact: FactRow, bonds: list[Bond]) -> bool:
    return fact.request_id is None and any(
        b.job_id == fact.job_id
        and b.joined_at <= fact.at
        and (b.left_at is None or fact.at <= b.left_at)
        for b in bonds
    )


def _tell(
    facts: Iterable[FactRow], viewer: Viewer, me: UUID | None, teams: frozenset[UUID]
) -> list[Row]:
    told = [
        (fact, TELLINGS[fact.kind])
        for fact in facts
        if fact.kind in TELLINGS
        and viewer in TELLINGS[fact.kind].seen
        and (viewer == Viewer.STAFF or fact.data.get("cause") != UNTOLD_CAUSE)
        and (viewer != Viewer.VOLUNTEER or fact.kind not in TEAMS_OWN or fact.team_id in teams)
    ]
    team_names = dict(
        Team.objects.filter(id__in={f.team_id for f, _t in told if f.team_id}).values_list(
            "id", "name"
        )
    )
    people = masked_names(_people_of(told, viewer))
    rows = [_row(f, telling, viewer, me, team_names, people) for f, telling in told]
    owners = {f.person_id for f, _t in told if f.kind == MENDED_BY and f.person_id}
    who = posts(owners, told[-1][0].at) if owners else {}
    return [
        replace(row, who=who.get(fact.person_id, "") if fact.person_id else "")
        if fact.kind == MENDED_BY
        else row
        for row, (fact, _t) in zip(rows, told, strict=True)
    ]


def _people_of(told: list[tuple[FactRow, Telling]], viewer: Viewer) -> set[UUID]:
    named: set[UUID] = set()
    for fact, _telling in told:
        if fact.kind in NAMES_VOLUNTEER and fact.person_id:
            named.add(fact.person_id)
        elif viewer == Viewer.STAFF and fact.by_id:
            named.add(fact.by_id)
    return named


def _row(
    fact: FactRow,
    telling: Telling,
    viewer: Viewer,
    me: UUID | None,
    teams: dict[UUID, str],
    people: dict[UUID, str],
) -> Row:
    by_me = fact.by_id is not None and fact.by_id == me
    title = str(
        telling.mine if by_me and telling.mine and viewer != Viewer.STAFF else telling.title
    )
    team = teams.get(fact.team_id, "") if fact.team_id else ""
    if fact.kind == "job.offered" and team:
        title = _("派给%(team)s") % {"team": team}
    elif fact.kind == "job.accepted" and team:
        title = _("%(team)s接单") % {"team": team}
    elif fact.kind == "job.called_up" and team:
        title = _("原来的队伍来不了,改由%(team)s来") % {"team": team}
    who = [] if team and team in title else [team]
    if fact.kind in NAMES_VOLUNTEER and fact.person_id:
        who.append(people.get(fact.person_id, ""))
    elif viewer == Viewer.STAFF:
        who.append(people.get(fact.by_id, "") if fact.by_id else _("系统自动"))
    note = ""
    if fact.kind == "job.checked_in" and fact.data.get("why") and viewer in WORKERS:
        note = _("队长代为签到:%(why)s") % {"why": fact.data["why"]}
    return Row(title, fact.at, " · ".join(w for w in who if w), note, telling.tone)


def _with_reason(rows: list[Row], request: Request) -> list[Row]:
    """The present state's reason, said under the fact that brought it."""
    for number in range(len(rows) - 1, -1, -1):
        row = rows[number]
        if row.at == request.state_at:
            told = Row(row.title, row.at, row.who, request.reason, row.tone)
            return [*rows[:number], told, *rows[number + 1 :]]
    return rows


def _with_now(rows: list[Row], state: StateWords) -> list[Row]:
    """Where it stands now, last; on the last fact's own row when that says the same."""
    last = rows[-1] if rows and rows[-1].title == state.word else Row(state.word)
    before = rows[:-1] if last.at else rows
    who = state.duty or (_("由%(who)s负责") % {"who": state.who} if state.who else "")
    now = replace(last, who=who, tone=state.tone, is_now=True, by=state.by)
    return [*before, now]


def _ahead(request: Request, viewer: Viewer) -> list[Row]:
    """What a requester can still expect, so that waiting has a shape."""
    if viewer != Viewer.REQUESTER or request.is_private:
        return []
    before_team = (RequestState.PLACED, RequestState.TAKEN_UP)
    ahead = [_("志愿队接单")] if request.state in before_team else []
    if request.state in (*before_team, RequestState.ARRANGED):
        ahead += [_("志愿者上门服务"), _("请您评价")]
    return [Row(title) for title in ahead]
