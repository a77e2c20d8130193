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


BANK = "/v/bank"
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
    "coins.application_checked": OwnNotice(
        _("时间银行:您的申请已核对一次,等第二位工作人员核对。"), BANK
    ),
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
        text = str(notice.words) % {"coins": say(int(fact.data.get("minutes", 0)))}
    tell(
        person=person,
        kind=fact.kind[:40],
        key=f"{fact.id}:{person.id}",
        text=text,
        at=at,
        link=notice.link,
        must_have=notice.must_have,
    )
