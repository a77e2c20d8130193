"""答复的形状(问到我): what the operations on a volunteer's own asks answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema

from diandan.path.dispatch.models import PersonAsk

from .told import KindName, PlaceOut, UrgencyCode, Words, among, f
from .told_work import TeamName

AskState = Annotated[str, among(PersonAsk.State)]


class AskOut(Schema):
    """一份给本人的邀请:只说做什么、在哪个站,不说是谁家。"""

    id: UUID = f("邀请编号")
    state: AskState = f("邀请的状态")
    kind: KindName = f("服务类型")
    place: PlaceOut = f("在哪个社区(村)")
    urgency: UrgencyCode = f("急不急:urgent 紧急,normal 一般")
    headcount: int = f("一共要几位志愿者,人")
    minutes: int = f("大约多久,分钟")
    skills: list[str] = f("要什么技能")
    risk_notice: Words = f("注意事项")
    starts_at: datetime | None = f("开始时间;未定为空")
    ends_at: datetime | None = f("结束时间;未定为空")
    asked_at: datetime = f("什么时候问的")
    metres: int | None = f("离她住的社区多远,米;不知道为空")


class AgreedOut(Schema):
    """答应之后。"""

    id: UUID = f("邀请编号")
    task: UUID | None = f("任务编号;人还没齐为空")


class AskDone(Schema):
    """说了这次不行之后。"""

    id: UUID = f("邀请编号")
    state: AskState = f("邀请现在的状态")


class OwnTurnOut(Schema):
    """直接问我。"""

    last_asked: datetime | None = f("上次直接问她;没问过为空")
    asks_week: int = f("最近七天问过几次,次")
    budget: int = f("一周最多问几次,次")
    refused_since: datetime | None = f("从什么时候起只由队长问;没有为空")


class TeamTurnOut(Schema):
    """轮到我们。"""

    team: TeamName = f("哪支队伍")
    last_asked: datetime | None = f("上次问这支队伍;没问过为空")
    asks_week: int = f("最近七天问过几次,次")
    budget: int = f("一周最多问几次,次")
    place: int = f("轮流排第几位")
    among: int = f("全中心几支队伍,支")
    chance_permille: int = f("预计接单率,千分之几")


class TurnOut(Schema):
    """她本人和她的每支队伍。"""

    own: OwnTurnOut | None = f("本人;没有登记为人为空")
    teams: list[TeamTurnOut] = f("她的队伍")
