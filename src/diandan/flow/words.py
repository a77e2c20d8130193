"""流程的话: owners, clocks and ways of a template said as people say them. Pages and docs share it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diandan.ground.people.models import Role
from diandan.ground.places.models import Level
from diandan.ground.places.words import promise_in_words
from diandan.path.ask.models import Channel
from diandan.path.ask.states import RequestState
from diandan.path.bundle.states import JobState

from .template import Flow, Owner, Rung, Stage
from .verbs import VERBS, leads

# The line an order walks when nothing goes wrong; a flow uses a part of it.
SPINE: dict[str, tuple[str, ...]] = {
    "request": ("placed", "taken_up", "arranged", "served", "rated", "closed"),
    "job": (
        *("designed", "in_review", "ready", "offered", "engaged"),
        *("allocated", "serving", "served", "closed"),
    ),
}


def state_words(noun: str, state: str) -> str:
    """The state's own label."""
    return str(RequestState(state).label if noun == "request" else JobState(state).label)


def owner_words(owner: Owner) -> str:
    """派单员、中心工作人员(中心); who a plain word means."""
    plain = {
        "requester": _("点单人"),
        "team": _("志愿服务队"),
        "outside": _("外部热线"),
        "job": _("服务单的办理方"),
        "review": _("这一级的审核人"),
    }
    if owner.plain:
        return plain[owner.plain]
    if not owner.roles or owner.level is None:
        return _("无人")
    roles = _("、").join(str(role.label) for role in Role if role in owner.roles)
    return _("%(roles)s(%(level)s)") % {"roles": roles, "level": Level(owner.level).label}


def rung_words(rung: Rung, noun: str) -> str:
    """满 4 小时催办: what happens after how long."""
    when = _("到承诺时限") if rung.after == "promise" else promise_in_words(rung.after)
    does = {"remind": _("催办"), "escalate": _("上报")}.get(rung.does)
    return _("%(when)s%(does)s") % {"when": when, "does": does or VERBS[(noun, rung.does)].label}


def clock_words(stage: Stage) -> str:
    """The whole ladder of a stage; empty for an end."""
    return _(";").join(rung_words(rung, stage.noun) for rung in stage.ladder)


def ways_of(stage: Stage) -> list[tuple[str, str, list[str]]]:
    """(verb, its label, the states it leads to) for each way out, in the order of VERBS."""
    order = [verb for noun, verb in VERBS if noun == stage.noun]
    return [
        (verb, str(VERBS[(stage.noun, verb)].label), sorted(leads(stage.noun, verb, stage.state)))
        for verb in order
        if verb in stage.ways
    ]


def way_words(stage: Stage) -> list[str]:
    """受理→正在安排, for each way out; an automatic one says so."""
    said = []
    for verb, label, targets in ways_of(stage):
        to = "/".join(state_words(stage.noun, target) for target in targets)
        auto = _("(自动)") if verb == stage.auto else ""
        said.append(f"{label}{auto}→{to}")
    return said


def ordered(flow: Flow, noun: str) -> list[Stage]:
    """The stages of a noun: its spine first, then what branches off."""
    stages = flow.request if noun == "request" else flow.job
    spine = [stages[state] for state in SPINE[noun] if state in stages]
    return spine + [stage for stage in stages.values() if stage not in spine]


def settings_words(flow: Flow) -> list[tuple[str, str]]:
    """What a flow sets beside its states, each as (name, in words)."""
    menu = {"required": _("只能从菜单点"), "optional": _("可自由点单,也可从菜单点")}
    supply = {"takers": _("已事先接单的队伍"), "ranked": _("按距离、负荷、轮次排出的队伍")}
    raters = {"resident": _("群众"), "expert": _("专家")}
    rows = [
        (_("菜单"), menu.get(flow.menu, flow.menu)),
        (_("派给谁"), supply.get(flow.supply, flow.supply)),
        (_("每轮派给"), _("%(n)d 支队伍") % {"n": flow.wave}),
        (_("提前几天问"), _("约定日前 %(n)d 天起问队伍") % {"n": flow.ask_ahead_days}),
        (_("谁来评"), _("、").join(raters.get(one, one) for one in flow.raters)),
        (_("集单"), _("同类需求先集中再制单") if flow.merges else _("不集中,一单一办")),
    ]
    if flow.review:
        rows.append((_("审核"), "→".join(str(level.label) for level in flow.review)))
    if flow.joins:
        rows.append((_("报名"), _("可报名参加已发布的项目")))
    if flow.private:
        rows.append((_("可见"), _("只有当事人和调解员看得到")))
    if flow.doors != frozenset(Channel.values):
        doors = _("、").join(str(door.label) for door in Channel if door in flow.doors)
        rows.append((_("入口"), doors))
    return rows
