"""时间银行: what she saved, every line of it, and what it can be used for. Never money."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.people import queries as people
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person, Team
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal
from diandan.path.ledger.models import Account, Ledger
from diandan.square.bank import queries
from diandan.square.bank.actions.apply import end_relation
from diandan.square.bank.actions.give import donate_of_group
from diandan.square.bank.actions.join import join, join_as_group, leave
from diandan.square.bank.core import Rules, say
from diandan.square.bank.models import Application, Relation
from diandan.square.bank.rulebook import rules_for
from diandan.web import door
from diandan.web.shared.coins import centre_of, key_of, minutes_of, person_id_of
from diandan.web.shared.once import once
from diandan.web.volunteer.frame import page

LINES = 100


@require_http_methods(["GET", "HEAD", "POST"])
@door.signed_in
def bank(request: HttpRequest) -> HttpResponse:
    """My bank; POST joins or leaves."""
    me = door.me(request)
    centre = centre_of(me)
    if request.method == "POST":
        try:
            return once(request, lambda: _join_or_leave(request, me, centre))
        except Refusal as no:
            return show(request, "bank", _context(request, me, centre, no), status=no.status)
    return show(request, "bank", _context(request, me, centre))


def _join_or_leave(request: HttpRequest, me: Person, centre: Place) -> str:
    by, at = door.actor(request), door.now(request)
    if request.POST.get("act") == "leave":
        leave(person=me, centre=centre, by=by, at=at)
        messages.success(request, _("已退出,以后的服务不再存入;已存的仍归您使用。"))
    else:
        join(person=me, centre=centre, read=request.POST.get("read", ""), by=by, at=at)
        messages.success(request, _("您已加入时间银行,从下一次服务开始存。"))
    return "/v/bank"


def show(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of the bank: a volunteer's with her bar below, an elder's without it."""
    by = door.actor(request)
    answer = {"is_volunteer": by.is_volunteer, **context}
    return page(request, template, answer, tab="/v/teams", status=status)


def _context(
    request: HttpRequest, me: Person, centre: Place, error: Refusal | None = None
) -> dict[str, Any]:
    by, at = door.actor(request), door.now(request)
    rules = rules_for(centre)
    saver = queries.saver_of(me.id, centre)
    accounts = list(Account.objects.filter(person=me, ledger=Ledger.COINS).select_related("centre"))
    own = next((row for row in accounts if row.centre_id == centre.id), None)
    return {
        "centre": centre.name,
        "saver": saver,
        "rules": rules_rows(rules, centre),
        "read": rules.version,
        "balance": balance(own),
        "cap": _cap(own, rules),
        "elsewhere": [
            {"centre": row.centre.name, **balance(row)}
            for row in accounts
            if row.centre_id != centre.id and (row.posted or row.held)
        ],
        "lines": [line for row in accounts for line in line_rows(row, several=len(accounts) > 1)][
            :LINES
        ],
        "orders": [
            {
                "href": f"/r/{row.request.follow_key}",
                "title": row.request.title,
                "state": row.get_state_display(),
                "coins": say(row.used if row.state == "paid" else row.minutes),
                "at": row.at,
            }
            for row in queries.redemptions_by(me.id)[:20]
        ],
        "relatives": _relatives(me, centre),
        "cases": [case_row(row) for row in queries.applications_by(me.id)[:20]],
        "groups": _groups(by, at),
        "error": error,
    }


def balance(row: Account | None) -> dict[str, Any]:
    """What is hers, what of it is held for orders, in coins and in words of hours."""
    posted, held = (row.posted, row.held) if row else (0, 0)
    return {"coins": say(posted), "held": say(held), "free": say(posted - held), "any": posted}


def _cap(row: Account | None, rules: Rules) -> dict[str, Any] | None:
    most = rules.stored_max or rules.right_at
    if not most:
        return None
    posted = row.posted if row else 0
    return {
        "most": say(most),
        "now": say(posted),
        "percent": min(100, posted * 100 // most),
        "is_right": not rules.stored_max,
    }


def line_rows(account: Account, *, several: bool = False) -> list[dict[str, Any]]:
    """Every line, with what it was for and where it can be looked at."""
    return [
        {
            "at": line.transfer.at,
            "why": _why(line),
            "amount": f"+{say(line.amount)}" if line.amount > 0 else say(line.amount),
            "minutes": abs(line.amount),
            "is_in": line.amount > 0,
            "waits": line.is_waiting,
            "after": say(line.after),
            "centre": account.centre.name if several else "",
            "what": _what(line),
        }
        for line in queries.lines_of(account)
    ]


def _why(line: queries.Line) -> str:
    if line.transfer.data.get("why") == "cap":
        return _("存满,多出的捐入公益池")
    return str(line.transfer.get_reason_display())


def _what(line: queries.Line) -> str:
    """The kind of service, never the order's own words: they may be private."""
    task = line.transfer.task
    return task.engagement.job.kind.name if task else ""


def _relatives(me: Person, centre: Place) -> list[dict[str, Any]]:
    rows = queries.relatives_of(me.id, centre)
    names = people.masked_names(row.other_id for row in rows if row.other_id)
    return [
        {
            "id": row.id,
            "name": names.get(row.other_id, "") if row.other_id else "",
            "relation": row.get_relation_display(),
        }
        for row in rows
    ]


def case_row(row: Application) -> dict[str, Any]:
    """One application as she sees it: what became of it, and why not."""
    return {
        "id": row.id,
        "kind": row.get_kind_display(),
        "relation": row.get_relation_display() if row.relation else "",
        "state": row.get_state_display(),
        "answer": row.answer,
        "at": row.asked_at,
        "is_good": row.state == Application.State.GRANTED,
    }


def _groups(by: Actor, at: datetime) -> list[dict[str, Any]]:
    found = []
    for team in Team.objects.filter(id__in=by.leads, closed_at=None).order_by("name"):
        group = queries.group_of(team.id)
        coins = balance(queries.group_till(group, at)) if group else None
        found.append({"id": team.id, "name": team.name, "balance": coins})
    return found


def rules_rows(rules: Rules, centre: Place) -> list[dict[str, str]]:
    """The rules in plain words, what a saver reads before she joins."""
    kinds = ServiceKind.objects.filter(centre=centre, code__in=rules.kinds, retired_at=None)
    names = "、".join(kinds.order_by("rank").values_list("name", flat=True))
    relations = {row.value: str(row.label) for row in Relation}
    most = rules.stored_hours_max
    rows = [
        (_("怎么存"), _("为登记的老人服务1小时,公示无异议、核实入账后记1枚(按分钟记,不取整)。")),
        (_("算哪些服务"), names or _("各类服务都算")),
        (_("谁能存"), _("满18岁的志愿者;未成年的学生要有监护人同意。补录的时长不能存。")),
        (
            _("怎么用"),
            _("%(age)d岁起,本人或%(who)s可以用它点单:点单时预留,服务完成才扣,没办成就退回。")
            % {
                "age": rules.redeem_age_min,
                "who": "、".join(relations[one] for one in rules.redeem_for),
            },
        ),
        (
            _("能给谁"),
            _("转赠给已核对的亲属(%(who)s),或捐入公益池帮助困难老人。以集体名义存的只能捐。")
            % {"who": "、".join(relations[one] for one in rules.gift_to)},
        ),
        (
            _("存多少"),
            _("每人最多存%(n)d小时,多出的自动捐入公益池。") % {"n": most}
            if most
            else _("存量没有上限。"),
        ),
        (_("会不会过期"), _("不会过期。退出或离开后仍归您,可由亲属凭证明继承。")),
        (_("不能做什么"), _("时间币不能兑换资金或实物,不能买卖。")),
        (_("依据"), rules.source),
    ]
    if rules.right_coins:
        words = _("存满%(n)d枚,可按特困人员的条件入住公办养老机构,由中心记下并联系您。")
        rows.insert(6, (_("存满以后"), words % {"n": rules.right_coins}))
    return [{"label": label, "text": text} for label, text in rows]


@require_POST
@door.signed_in
def group(request: HttpRequest) -> HttpResponse:
    """The leader's two acts: save as a group, donate what it saved."""
    by, at = door.actor(request), door.now(request)
    team = people.team(person_id_of(request.POST.get("team", "")) or door.me(request).id)

    def act() -> str:
        row = queries.group_of(team.id)
        if row is None:
            join_as_group(team=team, by=by, at=at)
            messages.success(request, _("已开通:队员自己没有存的,记在队里,只能捐赠。"))
        else:
            minutes = minutes_of(request.POST.get("coins", ""))
            donate_of_group(key_of(request), group=row, minutes=minutes, by=by, at=at)
            messages.success(request, _("已捐入公益池,谢谢你们。"))
        return "/v/bank"

    return once(request, act)


@require_POST
@door.signed_in
def end(request: HttpRequest) -> HttpResponse:
    """She takes a relation back."""
    row_id = person_id_of(request.POST.get("application", "")) or door.me(request).id

    def act() -> str:
        end_relation(row_id, by=door.actor(request), at=door.now(request))
        messages.success(request, _("已解除这一亲属关系。"))
        return "/v/bank"

    return once(request, act)
