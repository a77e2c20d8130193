"""告知表: which fact is told to whom, in which words. A pure table; `notices.py` carries it out.

The words are a resident's own (已收到 · 正在安排 · 已派给〇〇队,等对方确认 …) and say who has the
order now and by when. No door, phone or name of a person stands in any of them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .notice import Notice, Whom
from .notice_people import PEOPLE_NOTICES

W = Whom
NEUTRAL_ASKING: Promise = _("您的单子 %(number)s 有新进展,请点开链接查看。")
NEUTRAL_OTHERS: Promise = _("单子 %(number)s 有新情况等您处理,请登录查看。")

NOT_GOING: Promise = _("「%(what)s」(%(start)s)本队不去了,您不用来,谢谢您。")

NOTICES: dict[str, tuple[Notice, ...]] = {
    **PEOPLE_NOTICES,
    "follow_up.opened": (
        Notice(
            W.NAMED, _("回头办 %(number)s「%(what)s」由您跟进,请在%(until)s前给群众答复。"), True
        ),
    ),
    "follow_up.reminded": (
        Notice(W.NAMED, _("催办:%(number)s「%(what)s」的回头办已超时,请尽快答复。"), True),
        Notice(W.DESK, _("回头办 %(number)s「%(what)s」超时未答复,请督促。")),
    ),
    "follow_up.settled": (
        Notice(W.ASKING, _("您反映的 %(number)s「%(what)s」已有答复,请点开查看。"), True),
    ),
    "whistle.blown": (
        Notice(W.UNIT, _("吹哨:%(number)s「%(what)s」请贵单位在%(until)s前答复。"), True),
    ),
    "whistle.reminded": (
        Notice(W.UNIT, _("催办:吹哨 %(number)s「%(what)s」已超过答复时间。"), True),
        Notice(W.FIRST_OWNER, _("吹哨 %(number)s「%(what)s」有单位超时未答复。")),
    ),
    "whistle.answered": (Notice(W.FIRST_OWNER, _("吹哨 %(number)s「%(what)s」有单位答复了。")),),
    "request.placed": (
        Notice(W.ASKING, _("已收到:您点的「%(what)s」(%(number)s)由%(place)s办理,%(by)s。")),
        Notice(W.DESK, _("新点单 %(number)s:%(station)s「%(what)s」,请在%(due)s前受理。")),
    ),
    "request.taken_up": (
        Notice(W.ASKING, _("正在安排:%(number)s「%(what)s」%(place)s已接手,%(by)s。")),
    ),
    "request.returned": (
        Notice(
            W.ASKING,
            _("请补充:%(number)s「%(what)s」还差一点信息,%(place)s在等您回复。点开链接补充即可。"),
            must_have=True,
        ),
    ),
    "request.resubmitted": (Notice(W.DESK, _("%(number)s「%(what)s」已补充,请在%(due)s前受理。")),),
    "request.refused": (
        Notice(
            W.ASKING,
            _("不受理:%(number)s「%(what)s」%(place)s不能办理,原因和可以找谁请点开链接。"),
            must_have=True,
        ),
        Notice(W.FIRST_OWNER, _("您代录的 %(number)s「%(what)s」未被受理,请向本人说明。")),
    ),
    "request.passed_up": (
        Notice(W.ASKING, _("正在安排:%(number)s「%(what)s」已上交%(place)s办理,%(by)s。")),
        Notice(W.DESK, _("上交来的点单 %(number)s「%(what)s」,请在%(due)s前受理。")),
    ),
    "request.escalated": (
        Notice(W.ASKING, _("正在催办:%(number)s「%(what)s」已由%(place)s督办,%(by)s。")),
        Notice(W.DESK, _("督办:%(number)s「%(what)s」超过时限,请在%(due)s前处理。")),
    ),
    "request.unarranged": (
        Notice(
            W.ASKING,
            _("重新安排:%(number)s「%(what)s」原来的安排已取消,%(place)s正在另行安排,%(by)s。"),
            must_have=True,
        ),
    ),
    "request.handed_over": (
        Notice(
            W.ASKING,
            _("已转交:%(number)s「%(what)s」已转外部热线办理,%(place)s负责跟进到底,%(by)s。"),
            must_have=True,
        ),
    ),
    "request.taken_back": (
        Notice(W.ASKING, _("正在安排:%(number)s「%(what)s」已从热线收回,由%(place)s办理,%(by)s。")),
    ),
    "request.found_unmet": (
        Notice(
            W.ASKING,
            _(
                "暂时无人能办:%(number)s「%(what)s」%(place)s还没有找到人。可以改时间、重新办理或撤回。"
            ),
            must_have=True,
        ),
        Notice(W.FIRST_OWNER, _("您代录的 %(number)s「%(what)s」暂时无人能办,请向本人说明。")),
    ),
    "request.withdrawn": (
        Notice(W.ASKING, _("已撤回:%(number)s「%(what)s」不再办理。需要时随时可以再点。")),
        Notice(W.DESK, _("%(number)s「%(what)s」已由点单人撤回,不用再办。")),
        Notice(W.FIRST_OWNER, _("您代录的 %(number)s「%(what)s」已撤回。")),
    ),
    "request.served": (
        Notice(
            W.ASKING,
            _("服务完成,请您评价:%(number)s「%(what)s」。不满意也请说,%(place)s会回头办。"),
        ),
        Notice(W.FIRST_OWNER, _("您代录的 %(number)s「%(what)s」已服务完成,请听听本人怎么说。")),
    ),
    "request.settled": (
        Notice(W.ASKING, _("已办完,请您评价:%(number)s「%(what)s」。不满意%(place)s会回头办。")),
    ),
    "request.disputed": (
        Notice(W.ASKING, _("正在回头办:%(number)s「%(what)s」由%(place)s重新了解情况,%(by)s。")),
        Notice(
            W.DESK,
            _("%(number)s「%(what)s」群众不满意,请在%(due)s前联系本人回头办。"),
            must_have=True,
        ),
        Notice(W.FIRST_OWNER, _("您首接的 %(number)s「%(what)s」群众不满意,正在回头办。")),
    ),
    "request.reopened": (
        Notice(
            W.ASKING,
            _("重新办理:%(number)s「%(what)s」由%(place)s再次办理,%(by)s。"),
            must_have=True,
        ),
        Notice(W.DESK, _("重新办理:%(number)s「%(what)s」,请在%(due)s前受理。")),
    ),
    "request.closed": (
        Notice(W.ASKING, _("已办结:%(number)s「%(what)s」。有问题仍可点开链接要求重办。")),
    ),
    "request.added_to": (
        Notice(W.ASKING, _("%(who)s就 %(number)s「%(what)s」给您留了言,请点开链接查看。")),
        Notice(W.DESK, _("%(number)s「%(what)s」的点单人补充了几句话,请查看。")),
        Notice(W.TEAM, _("「%(what)s」%(number)s 的点单人给你们留了言,请点开查看。")),
        Notice(W.GOING, _("您要去的「%(what)s」,点单人留了言,请点开查看。")),
    ),
    "request.kind_changed": (
        Notice(
            W.ASKING,
            _("已改类别:%(number)s 现在按「%(what)s」办理,由%(place)s负责,%(by)s。"),
            must_have=True,
        ),
    ),
    "request.reminded": (
        Notice(W.DESK, _("催办:%(number)s「%(what)s」还在等%(place)s处理,%(by)s。")),
    ),
    "job.submitted": (Notice(W.DESK, _("服务单 %(number)s「%(what)s」等您审核,请在%(due)s前。")),),
    "job.approved": (Notice(W.DESK, _("服务单 %(number)s「%(what)s」等您审核,请在%(due)s前。")),),
    "job.passed": (
        Notice(W.DESK, _("服务单 %(number)s「%(what)s」可以派单了,请在%(due)s前派出。")),
    ),
    "job.sent_back": (
        Notice(W.DESK, _("服务单 %(number)s「%(what)s」审核退回,请修改后再交。"), must_have=True),
    ),
    "job.offered": (
        Notice(W.ASKING, _("已派给%(teams)s,等对方确认:%(number)s「%(what)s」,%(due)s前有答复。")),
        Notice(
            W.ASKED,
            _(
                "想请%(team)s接「%(what)s」:%(station)s,%(start)s。请在%(due)s前回复,不方便也没关系。"
            ),
        ),
    ),
    "job.widened": (
        Notice(W.ASKING, _("还在找队伍:%(number)s「%(what)s」又问了%(teams)s,%(due)s前有答复。")),
        Notice(
            W.ASKED,
            _(
                "想请%(team)s接「%(what)s」:%(station)s,%(start)s。请在%(due)s前回复,不方便也没关系。"
            ),
        ),
    ),
    "job.recalled": (
        Notice(W.ASKING, _("正在重新派单:%(number)s「%(what)s」由%(place)s负责,%(by)s。")),
        Notice(W.UNASKED, _("「%(what)s」的邀约已收回,不用再回复,谢谢%(team)s。"), must_have=True),
    ),
    "job.escalated": (
        Notice(W.ASKING, _("还在找队伍:%(number)s「%(what)s」已报%(place)s督办,%(by)s。")),
        Notice(
            W.DESK,
            _("督办:服务单 %(number)s「%(what)s」还没有落实,请在%(due)s前处理。"),
            must_have=True,
        ),
    ),
    "job.accepted": (
        Notice(
            W.ASKING,
            _("%(team)s已接单:%(number)s「%(what)s」,%(start)s,接下来由队长安排志愿者。"),
            must_have=True,
        ),
        Notice(W.TEAM, _("%(team)s已接「%(what)s」%(number)s,请在%(due)s前安排队员。")),
        Notice(W.UNASKED, _("「%(what)s」已有别的队伍接了,谢谢%(team)s,不用再回复。")),
    ),
    "job.offer_expired": (
        Notice(
            W.TEAM,
            _("给%(team)s的「%(what)s」邀约已到时间,不影响任何记录。"),
            must_have=True,
        ),
    ),
    "job.allocated": (
        Notice(W.ASKING, _("已安排志愿者:%(number)s「%(what)s」由%(team)s上门服务,%(start)s。")),
        Notice(
            W.CHOSEN,
            _("%(team)s请您参加「%(what)s」:%(station)s,%(start)s。请点开链接回复去或这次不行。"),
            must_have=True,
        ),
        Notice(
            W.RELEASED, _("「%(what)s」(%(start)s)人手已够,这次不用来了,谢谢您。"), must_have=True
        ),
    ),
    "job.given_up": (
        Notice(
            W.ASKING,
            _(
                "正在重新派单:%(number)s「%(what)s」原来的队伍来不了,%(place)s正在另找,%(visit)s,%(by)s。"
            ),
            must_have=True,
        ),
        Notice(
            W.DESK,
            _("服务单 %(number)s「%(what)s」被队伍退回,请在%(due)s前重新派单。"),
            must_have=True,
        ),
        Notice(W.RELEASED, NOT_GOING, must_have=True),
    ),
    "job.set_out": (
        Notice(
            W.ASKING,
            _("志愿者在路上:%(number)s「%(what)s」,%(team)s已经出发。到了请报六位服务码。"),
        ),
    ),
    "job.checked_in": (
        Notice(W.ASKING, _("志愿者已到:%(number)s「%(what)s」,%(team)s正在服务。")),
    ),
    "job.task_answered": (
        Notice(W.TEAM, _("「%(what)s」(%(start)s)有队员这次不行,请%(team)s另安排人。")),
    ),
    "job.dropped": (
        Notice(
            W.TEAM,
            _("「%(what)s」(%(start)s)有队员来不了,请%(team)s尽快另安排人。"),
            must_have=True,
            urgent=True,
        ),
    ),
    "job.handed_on": (
        Notice(
            W.NEXT,
            _("队友想请您接手「%(what)s」:%(station)s,%(start)s。请点开链接回复去或这次不行。"),
            must_have=True,
        ),
        Notice(W.TEAM, _("「%(what)s」(%(start)s)有队员转给了队友,等对方确认。")),
    ),
    "job.redesigned": (
        Notice(
            W.ASKING,
            _("安排有变:%(number)s「%(what)s」改为%(start)s,由%(place)s负责。不合适请留言。"),
            must_have=True,
        ),
        Notice(
            W.TEAM, _("安排有变:「%(what)s」%(number)s 改为%(start)s,请告诉队员。"), must_have=True
        ),
        Notice(
            W.GOING,
            _("安排有变:「%(what)s」改为%(start)s,来不了请点开链接说一声。"),
            must_have=True,
        ),
        Notice(
            W.STANDING_BY,
            _("%(team)s备勤的「%(what)s」改约在%(start)s,不方便请点开链接说一声。"),
            must_have=True,
        ),
    ),
    "job.time_agreed": (
        Notice(
            W.ASKING,
            _("约好了:%(number)s「%(what)s」%(team)s%(start)s上门。不合适请点开链接留言。"),
            must_have=True,
        ),
        Notice(W.TEAM, _("「%(what)s」%(number)s 约在%(start)s上门。")),
        Notice(
            W.GOING,
            _("「%(what)s」约在%(start)s,来不了请点开链接说一声。"),
            must_have=True,
        ),
        Notice(
            W.STANDING_BY,
            _("%(team)s备勤的「%(what)s」改约在%(start)s,不方便请点开链接说一声。"),
            must_have=True,
        ),
    ),
    "job.found_unmet": (
        Notice(W.DESK, _("服务单 %(number)s「%(what)s」没有找到队伍,请向点单人说明。")),
    ),
    "job.cancelled": (
        Notice(
            W.TEAM,
            _("已取消:「%(what)s」%(number)s(%(start)s)不用去了,谢谢%(team)s。"),
            must_have=True,
        ),
        Notice(W.UNASKED, _("「%(what)s」已取消,不用再回复,谢谢%(team)s。"), must_have=True),
        Notice(W.RELEASED, _("已取消:「%(what)s」(%(start)s)不用来了,谢谢您。"), must_have=True),
    ),
    "job.backup_asked": (
        Notice(
            W.BACKUP,
            _(
                "能否备勤?「%(what)s」%(station)s,%(start)s,已有队伍接单。万一来不了请%(team)s顶上。请在%(until)s前回复,不方便也没关系。"
            ),
        ),
    ),
    "job.backup_expired": (
        Notice(W.BACKUP, _("给%(team)s的「%(what)s」备勤邀约已到时间,不影响任何记录。")),
    ),
    "job.backup_released": (
        Notice(W.BACKUP, _("「%(what)s」(%(start)s)不用备勤了,谢谢%(team)s。"), must_have=True),
    ),
    "job.called_up": (
        Notice(
            W.ASKING,
            _(
                "改由%(team)s来:%(number)s「%(what)s」原来的队伍来不了,%(visit)s,队长正在安排志愿者。"
            ),
            must_have=True,
            urgent=True,
        ),
        Notice(
            W.TEAM,
            _(
                "请%(team)s顶上:「%(what)s」%(number)s 原来的队伍来不了,现在由你们去,%(visit)s。请马上安排队员。"
            ),
            must_have=True,
            urgent=True,
        ),
        Notice(
            W.FORMER,
            _("「%(what)s」%(number)s 改由备勤的队伍去,%(team)s不用去了,谢谢你们早说。"),
            must_have=True,
        ),
        Notice(W.DESK, _("服务单 %(number)s「%(what)s」原来的队伍来不了,已由备勤的队伍顶上。")),
        Notice(W.RELEASED, NOT_GOING, must_have=True),
    ),
    "job.had_incident": (
        Notice(
            W.TEAM,
            _("服务中有情况:「%(what)s」%(number)s,请马上查看并联系队员。"),
            must_have=True,
            urgent=True,
        ),
        Notice(
            W.DESK,
            _("服务中有情况:服务单 %(number)s「%(what)s」,请马上查看。"),
            must_have=True,
            urgent=True,
        ),
    ),
    "job.reminded": (
        Notice(W.TEAM, _("提醒:「%(what)s」%(number)s 在等%(team)s安排,请在%(due)s前。")),
        Notice(W.DESK, _("催办:服务单 %(number)s「%(what)s」还在等处理,%(by)s。")),
    ),
}

# Several people set out and arrive; who waits at home is told of the first.
FIRST_ONLY = frozenset({"job.set_out", "job.checked_in"})
