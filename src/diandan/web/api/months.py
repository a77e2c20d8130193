"""推演: ask for a month to be lived through under other policies, and read what it found."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from diandan.engine.whatif import ORACLE, POLICIES
from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.kit.refusal import missing
from diandan.path.dispatch.actions.live_month import USUAL_SEEDS, ask_month, stop_month
from diandan.path.dispatch.models import MonthTrial
from diandan.path.dispatch.months import trial_of, trials_of
from diandan.web import door
from diandan.web.desk.bank import centres

from . import shapes
from .gate import Need, caller
from .told import among, f

router = Router()
Shown = dict[str, Any]
TrialState = Annotated[str, among(MonthTrial.State)]
CODES = "、".join((*POLICIES, ORACLE))


class MonthIn(shapes.Asked):
    """推演哪段日子、比哪几种派法。"""

    since: shapes.Moment = Field(description="从什么时候起(含)")
    until: shapes.Moment = Field(description="到什么时候止(不含),须已过去")
    policies: list[shapes.Short] = Field(
        list(POLICIES), description=f"派法,可选:{CODES}", max_length=len(POLICIES) + 1
    )
    seeds: int = Field(USUAL_SEEDS, description="各走几遍,1 到 10")
    centre: shapes.Number | None = Field(None, description="中心编号;只管一个中心时不用填")


class MonthOut(Schema):
    """一次推演。"""

    id: UUID = f("推演编号")
    centre: int = f("中心编号")
    state: TrialState = f("asked 正在算,done 算好了,failed 没算成,stopped 已停下")
    since: datetime = f("从什么时候起(含)")
    until: datetime = f("到什么时候止(不含)")
    policies: list[str] = f("比的派法")
    seeds: int = f("各走几遍")
    asked_at: datetime = f("什么时候发起的")
    done_at: datetime | None = f("什么时候算完或停下的;还在算为空")
    slices: int = f("一共几份(派法×遍数);还没开始为 0")
    left: int = f("还有几份没算")
    trouble: str = f("没算成的原因代码;算成了为空")


class MonthFound(MonthOut):
    """一次推演和它的结果。"""

    counts: dict[str, int] = f("算进多少:teams 队伍,requests 服务单,answers 应答;没算进的")
    rows: dict[str, dict[str, dict[str, float]]] = f("第几遍 → 派法 → 指标 → 数值")
    means: dict[str, dict[str, list[float]]] = f("派法 → 指标 → [均值,95% 区间的一半]")
    worse: dict[str, str] = f("本系统不如别的派法的指标 → 那种派法")
    curves: dict[str, dict[str, list[list[float]]]] = f("派法 → 曲线 → 点(第一遍)")


@router.get(
    "/what-if/months",
    url_name="months",
    response=list[MonthOut],
    auth=Need("dispatch"),
    summary="做过的推演",
)
def months(request: HttpRequest) -> list[Shown]:
    """The newest of her centres, the newest first."""
    rows = [row for place in centres(caller(request)) for row in trials_of(place)]
    return [_plain(row) for row in sorted(rows, key=lambda row: row.asked_at, reverse=True)]


@router.post(
    "/what-if/months",
    url_name="month_ask",
    response=MonthOut,
    auth=Need("dispatch"),
    summary="发起推演",
)
def ask(request: HttpRequest, body: MonthIn) -> Shown:
    """The worker works it out slice by slice; read it again to see how far it is."""
    by = caller(request)
    place = _centre(by, body.centre)
    row = ask_month(
        place, body.since, body.until, body.policies, body.seeds, by=by, at=door.now(request)
    )
    return _plain(row)


@router.get(
    "/what-if/months/{uuid:month_trial_id}",
    url_name="month",
    response=MonthFound,
    auth=Need("dispatch"),
    summary="一次推演的结果",
)
def month(request: HttpRequest, month_trial_id: UUID) -> Shown:
    """Everything found so far."""
    row = _one(caller(request), month_trial_id)
    parts = ("counts", "rows", "means", "worse", "curves")
    return {**_plain(row), **{name: row.result.get(name, {}) for name in parts}}


@router.post(
    "/what-if/months/{uuid:month_trial_id}/stop",
    url_name="month_stop",
    response=MonthOut,
    auth=Need("dispatch"),
    summary="停下推演",
)
def stop(request: HttpRequest, month_trial_id: UUID, body: shapes.Nothing) -> Shown:
    """What was found so far stays."""
    del body
    by = caller(request)
    row = _one(by, month_trial_id)
    return _plain(stop_month(row.centre, row.id, by=by, at=door.now(request)))


def _centre(by: Actor, wanted: int | None) -> Place:
    mine = centres(by)
    for place in mine:
        if wanted in (None, place.id):
            return place
    raise missing(_("没有找到您的中心。"), "no_centre")


def _one(by: Actor, trial_id: UUID) -> MonthTrial:
    for place in centres(by):
        row = trial_of(place, trial_id)
        if row is not None:
            return row
    raise missing(_("没有找到这次推演。"))


def _plain(row: MonthTrial) -> Shown:
    return {
        "id": row.id,
        "centre": row.centre_id,
        "state": row.state,
        "since": row.since,
        "until": row.until,
        "policies": row.policies,
        "seeds": row.seeds,
        "asked_at": row.asked_at,
        "done_at": row.done_at,
        "slices": row.result.get("slices", 0),
        "left": len(row.result.get("left", ())),
        "trouble": row.trouble,
    }
