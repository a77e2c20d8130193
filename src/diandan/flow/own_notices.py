"""告知本人: facts that concern one person and no order: her coins, her entries, her applications.

A pure table beside `notice_table.py`, and the handler that carries it out. The words hold no
name and no reason: those stand on the page the link leads to, behind her sign-in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diandan.ground.notify.actions.tell import tell
from diandan.ground.people.models import Person
from diandan.ground.record.models import FactRow
from diandan.square.bank.core import say


@dataclass(frozen=True, slots=True)
class OwnNotice:
    """What she is told, and where she looks. `even_herself`: a receipt of her own act too."""

    words: Promise
    link: str
    must_have: bool = False
    even_herself: bool = False


STARS, ORDERS, VOUCHERS, BENEFITS = "/v/stars", "/v/mall/orders", "/v/vouchers", "/v/benefits"
RECORD = "/v/record"
MERGE = "/me/merge"
BANK, CONDUCT = "/v/bank", "/v/conduct"
OWN_NOTICES: dict[str, OwnNotice] = {
    "coins.saved": OwnNotice(_("时间银行:您存入%(coins)s枚时间币。"), BANK),
    "coins.over_cap": OwnNotice(
        _("时间银行:您已存满,多出的%(coins)s枚按规则捐入公益池,谢谢您。"), BANK, True
    ),
    "coins.right_reached": OwnNotice(
        _("时间银行:您存满%(coins)s枚,中心会联系您办理规则写明的权益。"), BANK, True
    ),
    "coins.given": OwnNotice(_("时间银行:亲属转赠给您%(coins)s枚时间币。"), BANK),
    "coins.used": OwnNotice(_("时间银行:服务已完成,用了%(coins)s枚。"), BANK),
    "coins.given_back": OwnNotice(
        _("时间银行:这次服务没有办成,预留的%(coins)s枚已退回。"), BANK, True
    ),
    "coins.crossed": OwnNotice(_("时间银行:%(coins)s枚已转到另一个中心。"), BANK),
    "coins.application_granted": OwnNotice(_("时间银行:您的申请已通过,请点开查看。"), BANK, True),
    "coins.application_refused": OwnNotice(
        _("时间银行:您的申请没有通过,原因请点开查看。"), BANK, True
    ),
    "dual.confirmed": OwnNotice(
        _("您有一条新的积分记录,依据和申诉请点开查看。"), CONDUCT, must_have=True
    ),
    "dual.corrected": OwnNotice(_("您的一条积分记录已更正,请点开查看。"), CONDUCT),
    "dual.settled": OwnNotice(_("对您积分记录的申诉或异议已有裁定,请点开查看。"), CONDUCT, True),
    "dual.answered": OwnNotice(_("您提的积分异议已有裁定,谢谢您的监督。"), CONDUCT),
    "dual.objected": OwnNotice(_("有人对您的一条积分记录提了异议,裁定前不计分。"), CONDUCT),
    "dual.listed": OwnNotice(
        _("评议结果有更新,请点开查看;是否公开由您自己决定。"), CONDUCT, must_have=True
    ),
    "coins.application_checked": OwnNotice(
        _("时间银行:您的申请已核对一次,等第二位工作人员核对。"), BANK
    ),
    "gift_order.placed": OwnNotice(
        _("积分兑换:已为您留好礼品,领取码请点开查看。"), ORDERS, even_herself=True
    ),
    "gift_order.handed_out": OwnNotice(
        _("积分兑换:礼品已领取。不是您本人领的,请马上联系实践站。"), ORDERS, True
    ),
    "gift_order.expired": OwnNotice(
        _("积分兑换:礼品过期未领,占用的积分已全部退回。"), ORDERS, True
    ),
    "gift_order.returned": OwnNotice(_("积分兑换:礼品已退回,积分已返还。"), ORDERS, True),
    "voucher.used": OwnNotice(
        _("惠民券已使用。不是您本人用的,请马上联系实践中心。"), VOUCHERS, True
    ),
    "voucher.lapsed": OwnNotice(_("惠民券已过有效期,没有用上的券自动作废。"), VOUCHERS),
    "benefit_use.made": OwnNotice(_("礼遇已使用,记录请点开查看。"), BENEFITS),
    "star.reached": OwnNotice(
        _("您的服务时长已达到%(level)s星。要不要申请评定由您决定,请点开查看。"), STARS, True
    ),
    "star.put_on_notice": OwnNotice(_("您的%(level)s星申请已通过审核,正在公示。"), STARS),
    "star.granted": OwnNotice(_("您已评定为%(level)s星志愿者,谢谢您的付出。"), STARS, True),
    "star.refused": OwnNotice(_("您的%(level)s星申请没有评定,原因请点开查看。"), STARS, True),
    "star.ended": OwnNotice(_("您的%(level)s星已被撤回,原因请点开查看。"), STARS, True),
    "certificate.signed": OwnNotice(
        _("您的志愿服务记录证明已签字,正在公示,期满自动生效。"), RECORD
    ),
    "certificate.issued": OwnNotice(
        _("您的志愿服务记录证明已生效,可以打印,也可以取凭证。"), RECORD, True
    ),
    "certificate.refused": OwnNotice(
        _("您申请的志愿服务记录证明没有出具,原因请点开查看。"), RECORD, True
    ),
    "certificate.revoked": OwnNotice(
        _("您的一份志愿服务记录证明已撤销,原因请点开查看。"), RECORD, True
    ),
    "people.merge_confirmed": OwnNotice(
        _("实践站核实您有两份记录。并不并、并了会怎样,请点开查看,由您自己确认。"), MERGE, True
    ),
    "people.merge_announced": OwnNotice(
        _("有人认为您这份记录和另一份是同一个人的。不是的话,请马上点开说不是。"), MERGE, True
    ),
    "people.merged": OwnNotice(
        _("并号已办好:另一份记录的时长和积分会转过来。"), MERGE, even_herself=True
    ),
    "record_entry.confirmed": OwnNotice(
        _("您的志愿服务记录新添了一条培训或表彰,请看看对不对。"), RECORD
    ),
    "correction.answered": OwnNotice(_("您提出的记录更正有答复了,请点开查看。"), RECORD, True),
}


def tell_own(fact: FactRow, at: datetime) -> None:
    """Tell the person the fact is about, once, in her own language."""
    notice = OWN_NOTICES.get(fact.kind)
    if notice is None or fact.person_id is None:
        return
    if fact.by_id == fact.person_id and not notice.even_herself:
        return
    person = Person.objects.filter(id=fact.person_id).first()
    if person is None:
        return
    with translation.override(person.language):
        filled = {
            "coins": say(int(fact.data.get("minutes", 0))),
            "level": fact.data.get("level", ""),
        }
        text = str(notice.words) % filled
    tell(
        person=person,
        kind=fact.kind[:40],
        key=f"{fact.id}:{person.id}",
        text=text,
        at=at,
        link=notice.link,
        must_have=notice.must_have,
    )
