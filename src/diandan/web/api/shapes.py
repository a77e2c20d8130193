"""形状: what comes in over the API. Shapes only; every rule is an action's.

Text that no database can hold (a null character, half a surrogate pair) is refused here by name.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StrictInt
from pydantic_core import PydanticCustomError

from diandan.path.ask.models import Urgency

ID_MAX = 2**62


def _storable(text: str) -> str:
    if any(c == "\x00" or unicodedata.category(c) == "Cs" for c in text):
        raise PydanticCustomError("null_character", "null character")
    return text


Text = Annotated[str, AfterValidator(_storable), Field(max_length=20_000)]
Short = Annotated[str, AfterValidator(_storable), Field(max_length=400)]
Number = Annotated[int, Field(ge=1, le=ID_MAX)]
Moment = AwareDatetime


class Asked(Schema):
    """Whatever else is sent is a mistake worth telling: an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Asked):
    """不用填什么,发 {} 即可。"""


class Reason(Asked):
    """为什么。"""

    reason: Text = Field("", description="原因,对方会看到,最多 300 字")


class Refuse(Asked):
    """不受理。"""

    reason: Text = Field(description="原因,点单人会看到,最多 300 字")
    whose: Short = Field("", description="归谁管,最多 80 字")


class Said(Asked):
    """要说的话。"""

    text: Text = Field("", description="要说的话")


class TeamSaid(Asked):
    """队伍给点单人的留言。"""

    text: Text = Field("", description="要说的话")
    request: UUID | None = Field(None, description="给哪张点单(服务单里有几张时填);不填为第一张")


class Outcome(Asked):
    """办得怎么样。"""

    outcome: Text = Field(description="结果,点单人会看到,最多 300 字")


class Solved(Asked):
    """外部热线的结果。"""

    outcome: Text = Field(description="办理的结果,点单人会看到,最多 300 字")
    solved: bool = Field(description="true 热线已办好;false 退给我们安排")


class Note(Asked):
    """审核的意见。"""

    note: Text = Field("", description="意见,可不填")


class Verdict(Asked):
    """审核服务项目。"""

    good: bool = Field(description="true 通过,false 退回")
    reason: Text = Field("", description="退回的原因,退回时必填")


class Score(Asked):
    """好差评。"""

    score: StrictInt = Field(description="5 非常满意、4 满意、3 基本满意、2 不满意、1 非常不满意")
    text: Text = Field("", description="评价的话,可不填")


class DraftIn(Asked):
    """制单:不填的取自点单和它的类型。"""

    title: Short = Field("", description="标题")
    plan: Text = Field("", description="怎么做")
    headcount: StrictInt | None = Field(
        None, ge=-1_000_000, le=1_000_000, description="要几位志愿者,人,1 到 200"
    )
    minutes: StrictInt | None = Field(None, ge=1, le=10_000, description="大约多久,分钟")
    starts_at: Moment | None = Field(None, description="开始时间")
    ends_at: Moment | None = Field(None, description="结束时间")
    others: list[UUID] = Field(
        default_factory=list, max_length=200, description="一并办理(集单)的其他点单编号"
    )


class TimeIn(Asked):
    """约定的时间。"""

    starts_at: Moment = Field(description="开始时间")
    ends_at: Moment = Field(description="结束时间")


class OfferIn(Asked):
    """派单:给指定的队伍,给所有队伍(抢单),都不填就给排在最前的队伍。"""

    team_ids: list[UUID] = Field(default_factory=list, max_length=200, description="请哪几支队伍")
    open_claim: bool = Field(False, description="true 为抢单,谁先接归谁")
    people: bool = Field(False, description="true 为逐个问志愿者本人,够人了就成")
    overruled: Short = Field("", description="没按排序派时,为什么")


class People(Asked):
    """配单。"""

    person_ids: list[UUID] = Field(max_length=200, description="派哪几位队员(本人编号)")


class Accept(Asked):
    """接单。"""

    team_id: UUID | None = Field(None, description="由哪支队伍接;只带一支队伍时不用填")


class Decline(Asked):
    """这次不行。"""

    reason: Short = Field(
        "",
        description="busy 时间来不了、far 太远、skill 不会做、hands 人手不够、other 其他",
    )
    text: Text = Field("", description="补充的话,可不填")


class Step(Asked):
    """任务的一步可能要填的。"""

    reason: Text = Field("", description="原因(decline、cannot_come 时填)")
    code: Short = Field("", description="服务对象的码或站点码:check_in 填到场码,check_out 填离场码")
    note: Text = Field("", description="服务小结(check_out 时可填)")
    to: UUID | None = Field(None, description="转给哪位队友(hand_on 时填)")


class IncidentIn(Asked):
    """报告情况。"""

    text: Text = Field(description="发生了什么")
    is_urgent: bool = Field(False, description="是否紧急")


class Kind(Asked):
    """改成哪一类服务。"""

    kind: Short = Field(description="类型代号")


class ProposeIn(Asked):
    """一句话。"""

    words: Text = Field(description="原话,只看前 2000 字")
    place: Number | None = Field(None, description="所在阵地编号,知道就填")


class Proxy(Asked):
    """替谁点单,她怎样同意的。"""

    name: Short = Field(description="本人姓名")
    phone: Short = Field("", description="本人电话,没有可不填")
    how: Short = Field(
        description="怎样收到的:desk 窗口、phone 电话、paper 纸质单、grid 网格、visit 走访、group 社区群、family 家人"
    )
    consent_note: Text = Field(description="本人怎样同意的,例如“电话里复述后同意”")
    read_back: bool = Field(False, description="是否向本人复述过")


class WishIn(Asked):
    """点单。"""

    words: Text = Field(description="要办的事,原话")
    place: Number = Field(description="在哪个社区(村),阵地编号")
    kind: Short = Field("", description="类型代号;从菜单里点时不用填")
    item: UUID | None = Field(None, description="菜单里的服务项目编号")
    urgency: Urgency = Field(Urgency.NORMAL, description="urgent 紧急,normal 一般")
    people_count: StrictInt = Field(1, description="受益人数,人,1 到 500")
    wanted_from: Moment | None = Field(None, description="希望的开始时间")
    wanted_until: Moment | None = Field(None, description="希望的结束时间")
    street: Short = Field("", description="路名门号(不含楼栋户号),最多 120 字")
    door: Short = Field("", description="楼栋户号,加密保存,最多 120 字")
    may_come: Short = Field("", description="方便上门的说明,最多 60 字")
    on_behalf: Proxy | None = Field(None, description="替别人点单时填")


class CaseIn(Asked):
    """热线转来的一件工单。"""

    outside_number: Short = Field(description="热线的工单号,最多 60 字;同一个号只收一次")
    words: Text = Field(description="群众要办的事,原话")
    place: Number = Field(description="在哪个社区(村),阵地编号")
    name: Short = Field(description="群众的姓名")
    phone: Short = Field("", description="群众的电话,没有可不填")
    consent_note: Text = Field(description="群众怎样同意转来办理的,例如“电话里复述后同意”")
    kind: Short = Field("", description="类型代号;不填由原话判断,判断不出的归「其他」")
    urgency: Urgency = Field(Urgency.NORMAL, description="urgent 紧急,normal 一般")
    people_count: StrictInt = Field(1, description="受益人数,人,1 到 500")
    wanted_from: Moment | None = Field(None, description="希望的开始时间")
    wanted_until: Moment | None = Field(None, description="希望的结束时间")
    street: Short = Field("", description="路名门号(不含楼栋户号),最多 120 字")
    door: Short = Field("", description="楼栋户号,加密保存,最多 120 字")


class WhistleIn(Asked):
    """吹哨。"""

    unit_ids: list[Number] = Field(max_length=50, description="请哪几个单位(阵地编号)")
    question: Text = Field(description="请他们答什么,最多 300 字")
    due_at: datetime = Field(description="请在此之前报到")


class CallIn(Asked):
    """回访。"""

    reached: bool = Field(description="是否接通")
    note: Text = Field("", description="说了什么")
