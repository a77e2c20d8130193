"""并号前的对照: two records side by side, and what would become of each account of the second."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diandan.ground.people.merging import MergeCase
from diandan.ground.people.models import FamilyMember, Person
from diandan.ground.people.queries import masked_name, masked_phone, memberships_of, volunteer_of
from diandan.kit.units import local
from diandan.path.ledger.models import Account, Grade, Ledger
from diandan.square.bank.core import say
from diandan.web.shared.hour_words import hours

TONES = {"joined": "good"}


def record(person: Person) -> dict[str, Any]:
    """One record as a column: enough to compare, with name and phone masked."""
    volunteer = volunteer_of(person.id)
    teams = [m.team.name for m in memberships_of(person.id)]
    began = person.registered_at
    facts = [
        {"label": _("姓名"), "text": masked_name(person)},
        {"label": _("手机号"), "text": masked_phone(person) or _("没有登记")},
        {"label": _("所在"), "text": person.home.full_name if person.home else _("没有登记")},
        {
            "label": _("登记"),
            "text": f"{local(began):%Y-%m-%d}" if began else _("工作人员代登记,本人没登录过"),
        },
        {"label": _("志愿者"), "text": volunteer.number if volunteer else _("没有报名")},
        {"label": _("队伍"), "text": "、".join(teams) or _("没有")},
    ]
    return {"id": person.id, "facts": facts}


def would_move(gone: Person) -> list[dict[str, Any]]:
    """Every account of the record that ends: what moves, what follows later, what is held."""
    rows = Account.objects.filter(person=gone).select_related("centre")
    return [
        {
            "centre": row.centre.name,
            "what": " · ".join(
                str(word)
                for word in (Ledger(row.ledger).label, Grade(row.grade).label if row.grade else "")
                if word
            ),
            "now": amount(row.ledger, row.available),
            "coming": amount(row.ledger, row.coming) if row.coming else "",
            "held": amount(row.ledger, row.held) if row.held else "",
        }
        for row in rows.order_by("centre_id", "ledger", "-grade")
        if row.posted or row.coming
    ]


def stays(gone: Person) -> list[str]:
    """What is not carried over, said before anybody presses a button."""
    said = []
    teams = len(memberships_of(gone.id))
    if teams:
        said.append(
            ngettext(
                "退出 %(n)d 支队伍,要继续的请用保留的记录再加入。",
                "退出 %(n)d 支队伍,要继续的请用保留的记录再加入。",
                teams,
            )
            % {"n": teams}
        )
    if FamilyMember.objects.filter(person=gone, left_at=None).exists():
        said.append(_("退出志愿家庭,家庭里已共用的积分留在家庭。"))
    return [
        *said,
        _("已开的证明号码不变,照样能核对;点过的单和评价留在原来的记录里。"),
        _("另一份记录不能再登录、接单;并好以后不能撤回。"),
    ]


def amount(ledger: str, figure: int) -> str:
    """So much of one ledger in its own unit; units are never mixed."""
    if ledger == Ledger.MINUTES:
        return hours(figure)
    if ledger == Ledger.COINS:
        return _("%s 枚") % say(figure)
    unit = _("%d 分") if ledger == Ledger.POINTS else _("%d 张")
    return unit % figure


def state(row: MergeCase) -> dict[str, str]:
    """Where a case stands, in words."""
    if row.ended_at is not None:
        return {"word": row.get_ended_why_display(), "tone": TONES.get(row.ended_why, "plain")}
    if row.confirmed_at is None:
        return {"word": _("等第二人核对"), "tone": "wait"}
    return {"word": _("等本人确认"), "tone": "wait"}
