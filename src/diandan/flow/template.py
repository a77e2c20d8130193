"""流程模板: a place's flow as data, and a loader that says in words what is wrong with one."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from diandan.ground.people.models import Role
from diandan.ground.places.models import Level
from diandan.path.ask.models import Channel
from diandan.path.ask.states import RequestState
from diandan.path.bundle.states import JobState

from .shape import faults_of
from .verbs import VERBS, leads

FOLDER = Path(__file__).parent / "templates"
PLAIN_OWNERS = frozenset({"requester", "team", "outside", "job"})
OFFSET_UNITS = ("m", "h", "d", "wd")
#: Who is asked first: teams, volunteers themselves (then teams), or both at once.
FIRST = ("teams", "people", "both")
RUNG_WORDS = frozenset({"remind", "escalate"})


class FlowTrouble(ValueError):
    """A template that cannot be used. `faults` says why, one sentence each."""

    def __init__(self, name: str, faults: list[str]) -> None:
        super().__init__(_("流程「%(name)s」有问题:") % {"name": name} + " ".join(faults))
        self.name = name
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has a state: roles at a level of the place, or a plain word (requester, team…)."""

    plain: str = ""
    roles: frozenset[Role] = frozenset()
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """What happens `after` the state was entered, if nobody acted."""

    after: str
    does: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One state of a flow: its owner, its clock and its ways out."""

    noun: str
    state: str
    owner: Owner
    ladder: tuple[Rung, ...]
    ways: frozenset[str]
    auto: str = ""
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """A whole flow, checked. `review` is the ladder of levels a job climbs before dispatch."""

    id: str
    row: str
    name: str
    chain: tuple[str, ...]
    source: str
    places: tuple[str, ...]
    request: Mapping[str, Stage]
    job: Mapping[str, Stage]
    menu: str = "optional"
    supply: str = "ranked"
    first: str = "teams"
    wave: int = 1
    ask_ahead_days: int = 14
    private: bool = False
    merges: bool = False
    joins: bool = False
    doors: frozenset[str] = frozenset(Channel.values)
    raters: tuple[str, ...] = ("resident",)
    review: tuple[Level, ...] = field(default=())

    def stage(self, noun: str, state: str) -> Stage:
        """The stage of a noun's state; KeyError when the flow does not use it."""
        return (self.request if noun == "request" else self.job)[state]


def read(flow_id: str, text: str, common: Mapping[str, Any] | None = None) -> Flow:
    """Parse and check a template. Raises FlowTrouble with every fault, in words."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FlowTrouble(flow_id, [_("文件格式不对:%(error)s") % {"error": error}]) from None
    if crooked := faults_of(raw):
        raise FlowTrouble(str(raw.get("name", flow_id)), crooked)
    merged = _extend(raw, common or _common()) if raw.get("extends") == "common" else raw
    faults: list[str] = []
    flow = _build(flow_id, merged, faults)
    faults += check(flow)
    if faults:
        raise FlowTrouble(str(raw.get("name", flow_id)), faults)
    return flow


@functools.cache
def shipped() -> dict[str, Flow]:
    """Every template that comes with the house, by id."""
    return {
        file.stem: read(file.stem, file.read_text(encoding="utf-8"))
        for file in sorted(FOLDER.glob("*.toml"))
        if file.stem != "common"
    }


def shipped_text(flow_id: str) -> str:
    """The template file itself, as a centre's starting point for its own."""
    return (FOLDER / f"{flow_id}.toml").read_text(encoding="utf-8")


@functools.cache
def _common() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "common.toml").read_text(encoding="utf-8"))


def _extend(raw: dict[str, Any], common: Mapping[str, Any]) -> dict[str, Any]:
    """`raw` over `common`, state by state and key by key."""
    merged = dict(raw)
    for noun in ("request", "job"):
        states = {name: dict(stage) for name, stage in common.get(noun, {}).items()}
        for name, stage in raw.get(noun, {}).items():
            states[name] = {**states.get(name, {}), **stage}
        merged[noun] = states
    return merged


def _build(flow_id: str, raw: Mapping[str, Any], faults: list[str]) -> Flow:
    levels = [level for level in raw.get("review", []) if level in Level.values]
    if len(levels) != len(raw.get("review", [])):
        faults.append(_("review 里只能写 %(levels)s。") % {"levels": "、".join(Level.values)})
    return Flow(
        id=flow_id,
        row=str(raw.get("row", "")),
        name=str(raw.get("name", flow_id)),
        chain=tuple(raw.get("chain", ())),
        source=str(raw.get("source", "")),
        places=tuple(raw.get("places", ())),
        request=_stages("request", raw.get("request", {}), RequestState.values, faults),
        job=_stages("job", raw.get("job", {}), JobState.values, faults),
        menu=str(raw.get("menu", "optional")),
        supply=str(raw.get("supply", "ranked")),
        first=str(raw.get("first", FIRST[0])),
        wave=int(raw.get("wave", 1)),
        ask_ahead_days=int(raw.get("ask_ahead_days", 14)),
        private=bool(raw.get("private", False)),
        merges=bool(raw.get("merges", False)),
        joins=bool(raw.get("joins", False)),
        doors=frozenset(raw.get("doors", Channel.values)),
        raters=tuple(raw.get("raters", ("resident",))),
        review=tuple(Level(level) for level in levels),
    )


def _stages(
    noun: str, raw: Mapping[str, Any], known: list[str], faults: list[str]
) -> dict[str, Stage]:
    stages = {}
    for state, row in raw.items():
        where = f"{noun}.{state}"
        if state not in known:
            faults.append(_("%(where)s:没有这个状态。") % {"where": where})
            continue
        stages[state] = Stage(
            noun=noun,
            state=state,
            owner=_owner(where, str(row.get("owner", "")), bool(row.get("ends")), faults),
            ladder=_ladder(where, row.get("ladder", []), faults),
            ways=frozenset(row.get("ways", [])),
            auto=str(row.get("auto", "")),
            ends=bool(row.get("ends", False)),
        )
    return stages


def _owner(where: str, text: str, ends: bool, faults: list[str]) -> Owner:
    if ends or not text or text in PLAIN_OWNERS:
        return Owner(plain=text)
    roles_text, _at, level_text = text.partition("@")
    if level_text == "review":
        return Owner(plain="review")
    roles = [r for r in roles_text.split("|") if r in Role.values]
    if len(roles) != len(roles_text.split("|")) or level_text not in Level.values:
        faults.append(
            _("%(where)s:负责人「%(text)s」看不懂,应写成「角色|角色@级别」。")
            % {"where": where, "text": text}
        )
        return Owner()
    return Owner(roles=frozenset(Role(r) for r in roles), level=Level(level_text))


def _ladder(where: str, raw: Any, faults: list[str]) -> tuple[Rung, ...]:
    rungs = []
    for pair in raw if isinstance(raw, list) else []:
        after, does = (str(pair[0]), str(pair[1])) if len(pair) == 2 else ("", "")
        number = after.rstrip("mhdw")
        if after != "promise" and not (number.isdigit() and after[len(number) :] in OFFSET_UNITS):
            faults.append(
                _("%(where)s:时限「%(after)s」看不懂,应写 30m、2h、7d、5wd 或 promise。")
                % {"where": where, "after": after}
            )
            continue
        rungs.append(Rung(after, does))
    return tuple(rungs)


def check(flow: Flow) -> list[str]:
    """Everything wrong with a built flow, a sentence each; empty when it can be lived by."""
    faults = []
    if flow.first not in FIRST:
        faults.append(_("first 只能写 %(words)s。") % {"words": "、".join(FIRST)})
    if RequestState.PLACED not in flow.request:
        faults.append(_("没有 request.placed:单子放进来就没有地方去。"))
    for noun, stages in (("request", flow.request), ("job", flow.job)):
        for stage in stages.values():
            faults += _check_stage(flow, noun, stage)
        start = RequestState.PLACED if noun == "request" else JobState.DESIGNED
        if stages and start in stages:
            faults += _check_reach(noun, stages, start)
    return faults


def _check_stage(flow: Flow, noun: str, stage: Stage) -> list[str]:
    where = f"{noun}.{stage.state}"
    stages = flow.request if noun == "request" else flow.job
    faults = []
    if not stage.ends:
        if not stage.owner.plain and not stage.owner.roles:
            faults.append(_("%(where)s:没写由谁负责。") % {"where": where})
        if not stage.ladder:
            faults.append(_("%(where)s:没写时限,超时了没人知道。") % {"where": where})
        if not stage.ways:
            faults.append(_("%(where)s:没有出路。") % {"where": where})
    for verb in sorted(stage.ways | ({stage.auto} - {""})):
        faults += _check_way(where, stage, verb, stages)
    faults += [
        _("%(where)s:超时后要「%(verb)s」,但它不在出路里。") % {"where": where, "verb": rung.does}
        for rung in stage.ladder
        if rung.does not in RUNG_WORDS and rung.does not in stage.ways
    ]
    if stage.auto and stage.auto not in stage.ways:
        faults.append(
            _("%(where)s:自动「%(verb)s」不在出路里。") % {"where": where, "verb": stage.auto}
        )
    return faults


def _check_way(where: str, stage: Stage, verb: str, stages: Mapping[str, Stage]) -> list[str]:
    """What is wrong with one way out of a stage."""
    if (stage.noun, verb) not in VERBS:
        return [_("%(where)s:没有「%(verb)s」这个动作。") % {"where": where, "verb": verb}]
    targets = leads(stage.noun, verb, stage.state)
    if not targets:
        return [_("%(where)s:「%(verb)s」不能从这个状态开始。") % {"where": where, "verb": verb}]
    return [
        _("%(where)s:「%(verb)s」会到 %(target)s,但流程里没有这个状态。")
        % {"where": where, "verb": verb, "target": target}
        for target in sorted(targets - set(stages))
    ]


def _check_reach(noun: str, stages: Mapping[str, Stage], start: str) -> list[str]:
    """States nobody can reach, and states from which no end can be reached."""
    forward = {
        s: {
            target
            for verb in stage.ways
            if (noun, verb) in VERBS
            for target in leads(noun, verb, s)
        }
        for s, stage in stages.items()
    }
    reached = _spread({start}, forward)
    backward: dict[str, set[str]] = {s: set() for s in stages}
    for s, targets in forward.items():
        for t in targets & set(stages):
            backward[t].add(s)
    can_end = _spread({s for s, stage in stages.items() if stage.ends}, backward)
    faults = [
        _("%(where)s:没有哪一步能走到这里。") % {"where": f"{noun}.{s}"}
        for s in sorted(set(stages) - reached)
    ]
    faults += [
        _("%(where)s:从这里永远走不到终点。") % {"where": f"{noun}.{s}"}
        for s in sorted(set(stages) - can_end)
    ]
    return faults


def _spread(seed: set[str], edges: Mapping[str, set[str]]) -> set[str]:
    seen, todo = set(seed), list(seed)
    while todo:
        for target in edges.get(todo.pop(), set()) - seen:
            seen.add(target)
            todo.append(target)
    return seen
