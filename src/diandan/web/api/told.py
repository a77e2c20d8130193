"""答复: what goes out over the API about orders, desks and the caller, field by field.

Times are ISO 8601 with their zone, ids of orders, teams and people are UUIDs, places are numbers.
What a caller may not read is left out of the answer or empty; `rows.py` decides that.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Choices
from django.utils.functional import Promise
from ninja import Schema
from pydantic import BeforeValidator, Field, WithJsonSchema

from diandan.ground.people.models import Role
from diandan.ground.places.models import Kind
from diandan.path.ask.models import Channel, Urgency
from diandan.path.ask.states import RequestState
from diandan.path.assess.models import HotlineCase


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Promise) else value


def among(choices: type[Choices]) -> WithJsonSchema:
    """The JSON schema of a word out of a fixed list."""
    return WithJsonSchema({"type": "string", "enum": list(choices.values)})


def f(words: str, **more: Any) -> Any:
    """A field that is always there, and what it says."""
    return Field(description=words, **more)


def maybe(words: str) -> Any:
    """A field that is there only for who may read it."""
    return Field(None, description=words)


Words = Annotated[str, BeforeValidator(_plain)]
State = Annotated[str, among(RequestState)]
RoleCode = Annotated[str, among(Role)]
PlaceKind = Annotated[str, among(Kind)]
UrgencyCode = Annotated[str, among(Urgency)]
ChannelCode = Annotated[str, among(Channel)]
CaseState = Annotated[str, among(HotlineCase.State)]


class FieldError(Schema):
    """填错的一项。"""

    field: str = f("哪一项(嵌套用点号隔开)")
    sentence: str = f("给人看的一句话:错在哪里、怎么改")
    type: str = f("给程序看的错误类型")


class Problem(Schema):
    """办不了的答复(RFC 9457,application/problem+json)。"""

    type: str = f("问题的类型,urn:diandan:refusal: 加 code")
    title: str = f("给人看的一句话:为什么不行、接下来怎么办")
    status: int = f("HTTP 状态码")
    code: str = f("给程序看的代号,不随文字改变")
    field: str = Field("", description="与哪一项有关;与某一项无关时没有")
    more: dict[str, Any] = Field({}, description="补充事实,例如还可以接的别的单子")
    errors: list[FieldError] = Field([], description="逐项的错误,仅在内容格式不对时有")


class PlaceOut(Schema):
    """阵地。"""

    id: int = f("阵地编号")
    name: Words = f("名称")
    full_name: Words = f("全称")
    kind: PlaceKind = f("阵地种类")


class KindName(Schema):
    """服务类型的代号和名称。"""

    code: str = f("类型代号,点单时填在 kind")
    name: Words = f("类型名称")


class KindOut(KindName):
    """服务类型。"""

    icon: str = f("图标名")
    private: bool = f("是否保密(调解类只有调解员看得到)")


class MenuItemOut(Schema):
    """菜单上的一项服务。"""

    id: UUID = f("服务项目编号,点单时填在 item")
    title: Words = f("名称")
    about: Words = f("说明")
    kind: str = f("类型代号")
    place: PlaceOut = f("由哪个阵地提供")
    starts_at: datetime | None = f("活动开始时间;不定时的为空")
    is_paid: bool = f("是否便民低偿(低偿的不能在这里点)")
    joinable: bool = f("是否为可报名的活动")


class ProposalOut(Schema):
    """从一句话里看出来的建议,不留存。"""

    kind: str | None = f("建议的类型代号;看不出来为空")
    place: PlaceOut | None = f("话里提到的阵地;没有提到为空")
    urgency: UrgencyCode = f("急不急:urgent 紧急,normal 一般")
    why: list[Words] = f("凭哪些字看出来的")


class DoneOut(Schema):
    """办了一步之后的点单。"""

    id: UUID = f("点单编号")
    number: str = f("单号,可在电话里念")
    state: State = f("现在的状态")
    ways: list[str] = Field([], description="您接下来能做的动作")


class PlacedOut(Schema):
    """刚点好的单。"""

    id: UUID = f("点单编号")
    number: str = f("单号,可在电话里念")
    state: State = f("状态,刚点好为 placed")
    promise_at: datetime | None = f("承诺在此之前答复")
    follow_key: str = f("不登录查看进展的密钥,地址为 /r/密钥;只交给点单人")


class RequestRow(Schema):
    """列表里的一张点单。"""

    id: UUID = f("点单编号")
    number: str = f("单号")
    state: State = f("状态")
    word: Words = f("状态的话,给人看")
    who: Words = f("现在由谁办")
    by: datetime | None = f("这一步应在何时前办好;没有时限为空")
    title: Words = f("标题;只审计、评单的人看到的是类型名")
    kind: KindName = f("服务类型")
    place: PlaceOut = f("在哪个社区(村)")
    urgency: UrgencyCode = f("急不急:urgent 紧急,normal 一般")
    people_count: int = f("受益人数,人")
    channel: ChannelCode = f("从哪个渠道来")
    placed_at: datetime = f("点单时间")
    promise_at: datetime | None = f("承诺在此之前答复")
    wanted_from: datetime | None = f("希望的开始时间")
    wanted_until: datetime | None = f("希望的结束时间")
    is_private: bool = f("是否保密(调解)")


class RequestPage(Schema):
    """一页点单,新的在前。"""

    rows: list[RequestRow] = f("这一页的点单")
    next: str = f("下一页的 cursor;没有下一页为空")


class SaidOut(Schema):
    """一条留言。"""

    text: Words = f("留言的话")
    from_requester: bool = f("是否为点单人说的")
    at: datetime = f("留言时间")


class TimelineRow(Schema):
    """时间线上的一行。"""

    title: Words = f("发生了什么")
    at: datetime | None = f("何时;还没发生的为空")
    who: Words = f("谁办的")
    note: Words = f("补充的话")
    tone: str = f("语气:good 顺利,wait 等待,late 逾期,plain 平常")
    is_now: bool = f("是否为当前这一步")
    by: datetime | None = f("应在何时前办好")
    by_words: Words = f("时限的话,给人看")


class RequestOut(RequestRow):
    """一张点单的全部:给谁看,就只有谁能看的部分。"""

    words: Words = f("点单人的原话;评单的人看到的已隐去门牌、电话、姓名,只审计的人看到的为空")
    street: Words = f("路名门号(不含楼栋户号)")
    may_come: Words = f("方便上门的说明")
    reason: Words = f("退回、不受理、撤回等的原因;只审计的人看到的为空")
    whose: Words = f("不归这里管时归谁管")
    requester: Words = f("点单人:本人看到全名,别人看到打码的姓")
    said: list[SaidOut] = f("留言,早的在前")
    timeline: list[TimelineRow] = f("时间线,早的在前")
    ways: list[str] = f("您现在能做的动作")
    job: UUID | None = f("所在服务单的编号;没有制单或您不是工作人员为空")
    follow_key: str = maybe("不登录查看进展的密钥;只有点单人有")
    serve_code: str = maybe("服务码,志愿者到场时由点单人出示,6位数字;只有点单人有")
    leave_code: str = maybe("离场码,志愿者走时由点单人念,6位数字;有人到场以后才有,只有点单人有")
    phone: str = maybe("本人电话(E.164);只有点单人本人有")
    door: str = maybe("楼栋户号;只有点单人本人有")


class MessageOut(Schema):
    """刚留的言。"""

    id: UUID = f("留言编号")
    at: datetime = f("留言时间")


class RoleOut(Schema):
    """一个角色。"""

    role: RoleCode = f("角色代号")
    place: int = f("在哪个阵地及其以下(阵地编号)")


class MeOut(Schema):
    """这把钥匙的主人,和它能做的事。"""

    id: UUID = f("本人编号")
    name: Words = f("姓名")
    phone: str = f("电话(E.164);没有登记为空")
    roles: list[RoleOut] = f("现有的角色")
    leads: list[UUID] = f("带的队伍")
    member_of: list[UUID] = f("所在的队伍")
    is_volunteer: bool = f("是否志愿者")
    scopes: list[str] | None = f("这把钥匙的权限;用登录会话调用时为空,表示不限")


class FollowUpOut(Schema):
    """一件回头办。"""

    id: UUID = f("回头办编号")
    request: UUID = f("点单编号")
    number: str = f("单号")
    cause: str = f("起因")
    words: Words = f("点单人的话;不归您看时为空")
    mine: bool = f("是否指定给您")
    opened_at: datetime = f("开始时间")
    due_at: datetime = f("应在此之前办结")


class SettledOut(Schema):
    """办结的回头办。"""

    id: UUID = f("回头办编号")
    settled_at: datetime | None = f("办结时间")


class CallOut(Schema):
    """一次回访。"""

    id: UUID = f("回访编号")
    at: datetime = f("回访时间")


class WhistleOut(Schema):
    """等本单位报到的一次吹哨。"""

    id: UUID = f("吹哨编号")
    unit: PlaceOut = f("被请的单位")
    question: Words = f("问什么")
    kind: Words = f("点单的类型名称")
    place: PlaceOut = f("点单所在的社区(村)")
    asked_at: datetime = f("吹哨时间")
    due_at: datetime = f("应在此之前报到")


class WhistleMade(Schema):
    """吹出去的一声哨。"""

    id: UUID = f("吹哨编号")
    unit: int = f("被请单位的阵地编号")
    due_at: datetime = f("应在此之前报到")


class WhistleAnswered(Schema):
    """一次报到。"""

    id: UUID = f("吹哨编号")
    answered_at: datetime | None = f("报到时间")


class IncidentSettled(Schema):
    """处理好的情况。"""

    id: UUID = f("情况编号")
    settled_at: datetime | None = f("处理时间")


class ReviewOut(Schema):
    """一级审核的意见。"""

    id: UUID = f("审核编号")
    verdict: str = f("approved 通过,returned 退回")
    at: datetime = f("审核时间")


class CaseOut(Schema):
    """一件热线工单:转出去的,或热线转来的。"""

    id: UUID = f("工单编号")
    number: str = f("我方单号")
    outside_number: str = f("热线的工单号;还没送出为空")
    state: CaseState = f("工单:queued 待送出,sent 已送出,returned 已收回,received 热线转来")
    request_state: State = f("点单现在的状态")
    ended: bool = f("点单是否已有结果(已评价、已办结、未办成、不受理或已撤回)")
    kind: Words = f("服务类型名称")
    place: PlaceOut = f("在哪个社区(村)")
    made_at: datetime = f("转出或收到的时间")
    sent_at: datetime | None = f("送到热线的时间")
    tries: int = f("送了几次")
    last_error: Words = f("上次没有送成的原因")
    promise_at: datetime | None = f("承诺在此之前答复")
    report: str = f("结果回报:空 还没有结果,waiting 待回报,sent 已回报")
    reported_at: datetime | None = f("结果回报热线的时间")
    report_error: Words = f("上次没有报成的原因")


class OutcomeOut(Schema):
    """热线回报之后的点单。"""

    case: UUID = f("工单编号")
    request: UUID = f("点单编号")
    state: State = f("点单现在的状态")


class FactOut(Schema):
    """一条记录,只含编号。"""

    id: int = f("记录编号,从小到大")
    kind: str = f("发生了什么(见记录目录)")
    at: datetime = f("何时")
    place: int | None = f("阵地编号")
    by: UUID | None = f("谁办的;系统办的为空")
    person: UUID | None = f("关于谁")
    request: UUID | None = f("点单编号")
    job: UUID | None = f("服务单编号")
    team: UUID | None = f("队伍编号")
    number: int | None = f("在本中心记录链上的序号;还没上链为空")
    digest: str | None = f("链上摘要(SHA-256,十六进制)")


class FactsOut(Schema):
    """一批记录。"""

    facts: list[FactOut] = f("记录,早的在前")
    next: int = f("下次填在 after;0 表示没有更多")


class FiguresOut(Schema):
    """一类人的评价。沉默不算满意。"""

    asked: int = f("请评价的单数")
    answered: int = f("评了的单数")
    silent: int = f("没有评的单数")
    n: int = f("评价的份数")
    good: int = f("满意及以上的份数")
    share_good: float | None = f("满意率,0 到 1;没有评价为空")
    at_least: float | None = f("满意率的 95% 下限,0 到 1;没有评价为空")
    response_rate: float | None = f("评价率,0 到 1;没有可评的为空")
    by_score: dict[str, int] = f("每一分(5 非常满意 … 1 非常不满意)的份数")


class SatisfactionOut(Schema):
    """满意度:群众和专家分开算。"""

    place: PlaceOut = f("哪个阵地及其以下")
    resident: FiguresOut = f("群众的评价")
    expert: FiguresOut = f("专家的评价")
