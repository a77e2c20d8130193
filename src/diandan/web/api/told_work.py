"""答复(做): what goes out over the API about jobs, offers and tasks, field by field."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema

from diandan.path.bundle.states import JobState
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Task

from .told import KindName, PlaceOut, RequestRow, TimelineRow, UrgencyCode, Words, among, f

State = Annotated[str, among(JobState)]
OfferRole = Annotated[str, among(Offer.Role)]
OfferState = Annotated[str, among(Offer.State)]
TaskState = Annotated[str, among(Task.State)]


class TeamName(Schema):
    """队伍的编号和名称。"""

    id: UUID = f("队伍编号")
    name: Words = f("队伍名称")


class JobRow(Schema):
    """列表里的一张服务单。"""

    id: UUID = f("服务单编号")
    number: str = f("服务单号")
    state: State = f("状态")
    word: Words = f("状态的话,给人看")
    who: Words = f("现在由谁办")
    kind: KindName = f("服务类型")
    place: PlaceOut = f("在哪个社区(村)")
    urgency: UrgencyCode = f("急不急:urgent 紧急,normal 一般")
    headcount: int = f("要几位志愿者,人")
    starts_at: datetime | None = f("约定的开始时间;未定为空")
    ends_at: datetime | None = f("约定的结束时间;未定为空")
    promise_at: datetime | None = f("承诺在此之前办好")
    made_at: datetime = f("制单时间")


class JobPage(Schema):
    """一页服务单,新的在前。"""

    rows: list[JobRow] = f("这一页的服务单")
    next: str = f("下一页的 cursor;没有下一页为空")


class OfferOut(Schema):
    """一份邀约:只说做什么、在哪个站,不说是谁家。"""

    id: UUID = f("邀约编号")
    state: OfferState = f("邀约的状态")
    role: OfferRole = f(
        "问什么:main 接单,backup 备勤(接单的队伍来不了时顶上),people 志愿者自己应约"
    )
    team: TeamName | None = f("请的是哪支队伍;抢单为空")
    kind: KindName = f("服务类型")
    place: PlaceOut = f("在哪个社区(村)")
    urgency: UrgencyCode = f("急不急:urgent 紧急,normal 一般")
    headcount: int = f("要几位志愿者,人")
    minutes: int = f("大约多久,分钟")
    skills: list[str] = f("要什么技能")
    risk_notice: Words = f("注意事项")
    starts_at: datetime | None = f("开始时间;未定为空")
    ends_at: datetime | None = f("结束时间;未定为空")
    offered_at: datetime = f("发出时间")
    expires_at: datetime | None = f("请在此之前答复;不限为空")
    job: UUID | None = f("接下之后的服务单编号;还没接为空")


class OfferOfJob(OfferOut):
    """派单员看到的一份邀约。"""

    wave: int = f("第几轮")
    reason: str = f("没接的原因代号")


class JobOut(JobRow):
    """一张服务单的全部。"""

    plan: Words = f("怎么做")
    minutes: int = f("大约多久,分钟")
    skills: list[str] = f("要什么技能")
    requests: list[RequestRow] = f("为哪几张点单而做(您能看的)")
    offers: list[OfferOfJob] = f("发出过的邀约,早的在前")
    team: TeamName | None = f("接单的队伍;没有为空")
    timeline: list[TimelineRow] = f("时间线,早的在前")
    ways: list[str] = f("您现在能做的动作")


class CandidateOut(Schema):
    """一支可请的队伍,和排在这里的理由。"""

    team: TeamName = f("队伍")
    cost: int = f("总代价,千分之一公里当量,越小越先请")
    parts: dict[str, int] = f("代价由哪几项组成")
    ruled_out: str = f("不能请的原因代号;能请为空")
    distance_m: int | None = f("直线距离,米;位置未知为空")
    load: int = f("本周已接,单")
    members: int = f("队员,人")


class TalkLine(Schema):
    """一条留言。"""

    text: Words = f("留言的话;到场签到前,门牌和电话已隐去")
    at: datetime = f("留言时间")
    theirs: bool = f("是否为点单人说的")


class TalkOut(Schema):
    """和一位点单人的留言。"""

    request: UUID = f("点单编号,留言时填在 request")
    number: str = f("点单的单号")
    said: list[TalkLine] = f("留言,早的在前")


class StopLed(Schema):
    """队长看到的一处去处。"""

    number: str = f("点单的单号")
    cell: Words = f("网格范围")
    street: Words = f("路名;还不能看时为空")
    words: Words = f("要做的事(已隐去门牌、电话、姓名)")


class MemberOut(Schema):
    """一位队员。"""

    id: UUID = f("本人编号,配单时填在 person_ids")
    name: Words = f("打码的姓名")


class TaskOfMember(Schema):
    """一位队员的任务。"""

    person: UUID = f("本人编号")
    state: TaskState = f("任务的状态")


class LedJobOut(Schema):
    """我队的一张服务单。"""

    id: UUID = f("服务单编号")
    number: str = f("服务单号")
    state: State = f("状态")
    kind: KindName = f("服务类型")
    headcount: int = f("要几位志愿者,人")
    starts_at: datetime | None = f("约定的开始时间;未定为空")
    ends_at: datetime | None = f("约定的结束时间;未定为空")
    plan: Words = f("怎么做;不在我队手里时为空")
    stops: list[StopLed] = f("去处")
    members: list[MemberOut] = f("全队的人")
    tasks: list[TaskOfMember] = f("已安排的人")
    talks: list[TalkOut] = f("和点单人的留言")
    ways: list[str] = f("您现在能做的动作")


class ClaimOut(OfferOut):
    """一份可抢的单。"""

    teams: list[TeamName] = f("您带的哪几支队伍可以接")


class OffersOut(Schema):
    """等您队答复的,和可以抢的。"""

    asked: list[OfferOut] = f("指名请您队的")
    standing_by: list[OfferOut] = f("您队备勤中的")
    claims: list[ClaimOut] = f("可以抢的")
    answered: list[OfferOut] = f("已经答复的")
    reasons: dict[str, str] = f("「这次不行」可选的原因:代号和文字")


class AcceptedOut(Schema):
    """接下的单。"""

    job: UUID = f("服务单编号")
    team: UUID = f("接单的队伍")
    accepted_at: datetime = f("接单时间")


class OfferDone(Schema):
    """答复过的邀约。"""

    id: UUID = f("邀约编号")
    state: OfferState = f("邀约现在的状态")


class JobDone(Schema):
    """办了一步之后的服务单。"""

    id: UUID = f("服务单编号")
    number: str = f("服务单号")
    state: State = f("现在的状态")
    ways: list[str] = f("您接下来能做的动作")


class TimeAgreed(Schema):
    """约好的时间。"""

    id: UUID = f("服务单编号")
    starts_at: datetime | None = f("开始时间")
    ends_at: datetime | None = f("结束时间")


class StopOut(Schema):
    """志愿者看到的一处去处,走到哪一步就看到哪一步。"""

    number: str = f("点单的单号")
    cell: Words = f("网格范围")
    street: Words = f("路名;出发前为空")
    door: Words = f("楼栋户号;还不能看时为空")
    who: Words = f("称呼;还不能看时为空")
    words: Words = f("要做的事")


class TaskOut(Schema):
    """我的一项任务。"""

    id: UUID = f("任务编号")
    state: TaskState = f("任务的状态")
    team: TeamName = f("代表哪支队伍")
    job: UUID = f("服务单编号")
    kind: KindName = f("服务类型")
    starts_at: datetime | None = f("约定的开始时间;未定为空")
    ends_at: datetime | None = f("约定的结束时间;未定为空")
    minutes: int = f("大约多久,分钟")
    risk_notice: Words = f("注意事项")
    stops: list[StopOut] = f("去处")
    talks: list[TalkOut] = f("和点单人的留言")


class TaskDone(Schema):
    """走了一步之后的任务。"""

    id: UUID = f("任务编号")
    state: TaskState = f("任务现在的状态")


class IncidentOut(Schema):
    """报告的情况。"""

    id: UUID = f("情况编号")
    at: datetime = f("报告时间")
