"""Every state of every template has an owner, a clock and a way out: taken away, it is missed."""

from __future__ import annotations

import copy
import tomllib
from typing import Any

import pytest

from diandan.flow.diagram import diagram, mermaid
from diandan.flow.template import FOLDER, Flow, FlowTrouble, _extend, check, read, shipped
from diandan.flow.template import _common as common
from diandan.flow.words import ordered, state_words, way_words
from diandan.path.ask.states import RequestState
from diandan.path.bundle.states import JobState

FLOWS = sorted(shipped())


def raw(flow_id: str) -> dict[str, Any]:
    """The file as it is lived by: over the common part, and standing alone."""
    made = tomllib.loads((FOLDER / f"{flow_id}.toml").read_text(encoding="utf-8"))
    whole = _extend(made, common()) if made.get("extends") == "common" else made
    whole.pop("extends", None)
    return copy.deepcopy(whole)


def toml(value: dict[str, Any]) -> str:
    """Enough TOML to write a template back."""

    def say(one: Any) -> str:
        if isinstance(one, bool):
            return "true" if one else "false"
        if isinstance(one, list | tuple):
            return "[" + ", ".join(say(part) for part in one) + "]"
        return f'"{one}"' if isinstance(one, str) else str(one)

    lines = [f"{k} = {say(v)}" for k, v in value.items() if not isinstance(v, dict)]
    for noun in ("request", "job"):
        for state, stage in value.get(noun, {}).items():
            lines.append(f"[{noun}.{state}]")
            lines += [f"{k} = {say(v)}" for k, v in stage.items()]
    return "\n".join(lines)


def states(flow_id: str) -> list[tuple[str, str]]:
    flow = shipped()[flow_id]
    return [
        (noun, state)
        for noun, stages in (("request", flow.request), ("job", flow.job))
        for state, stage in stages.items()
        if not stage.ends
    ]


def faults(flow_id: str, changed: dict[str, Any]) -> list[str]:
    with pytest.raises(FlowTrouble) as trouble:
        read(flow_id, toml(changed), {})
    return trouble.value.faults


@pytest.mark.parametrize("flow_id", FLOWS)
def test_as_shipped_nothing_is_missing(flow_id: str) -> None:
    flow = shipped()[flow_id]
    assert check(flow) == []
    for stages in (flow.request, flow.job):
        for stage in stages.values():
            assert stage.ends or (
                (stage.owner.plain or stage.owner.roles) and stage.ladder and stage.ways
            )


@pytest.mark.parametrize("flow_id", FLOWS)
def test_the_file_written_back_reads_the_same(flow_id: str) -> None:
    """So that a mutation below differs from the shipped file in nothing else."""
    again = read(flow_id, toml(raw(flow_id)), {})
    assert (again.request, again.job) == (shipped()[flow_id].request, shipped()[flow_id].job)


@pytest.mark.parametrize(
    ("key", "said"),
    [("owner", "没写由谁负责"), ("ladder", "没写时限"), ("ways", "没有出路")],
)
@pytest.mark.parametrize("flow_id", FLOWS)
def test_each_state_misses_what_is_taken_away(flow_id: str, key: str, said: str) -> None:
    for noun, state in states(flow_id):
        changed = raw(flow_id)
        del changed[noun][state][key]
        found = faults(flow_id, changed)
        assert any(f"{noun}.{state}" in one and said in one for one in found), (noun, state)


@pytest.mark.parametrize("flow_id", FLOWS)
def test_a_state_nobody_can_reach_is_named(flow_id: str) -> None:
    changed = raw(flow_id)
    for stage in changed["request"].values():
        stage["ways"] = [verb for verb in stage.get("ways", []) if verb != "withdraw"]
    assert any("request.withdrawn" in f and "没有哪一步" in f for f in faults(flow_id, changed))


def test_a_state_without_an_end_is_named() -> None:
    """disputed may only be settled into served, and served only disputed: nobody gets out."""
    changed = raw("w1_jiangning")
    changed["request"] = {
        name: stage
        for name, stage in changed["request"].items()
        if name in ("placed", "taken_up", "arranged", "served", "disputed", "withdrawn")
    }
    ways = {
        "placed": ["take_up", "withdraw"],
        "taken_up": ["arrange", "withdraw"],
        "arranged": ["finish", "unarrange", "withdraw"],
        "served": ["dispute"],
        "disputed": ["settle"],
    }
    for name, verbs in ways.items():
        changed["request"][name] |= {"ways": verbs, "ladder": [["1d", "remind"]]}
    found = faults("w1_jiangning", changed)
    assert any("request.served" in f and "永远走不到终点" in f for f in found)
    assert any("request.disputed" in f and "永远走不到终点" in f for f in found)


@pytest.mark.parametrize(
    ("where", "key", "value", "said"),
    [
        ("placed", "ways", ["take_up", "fly", "withdraw"], "没有「fly」这个动作"),
        ("placed", "ways", ["take_up", "rate", "withdraw"], "「rate」不能从这个状态开始"),
        ("placed", "owner", "wizard@center", "负责人「wizard@center」看不懂"),
        ("placed", "owner", "dispatcher@moon", "负责人「dispatcher@moon」看不懂"),
        ("placed", "ladder", [["soon", "remind"]], "时限「soon」看不懂"),
        ("placed", "ladder", [["4h", "finish"]], "超时后要「finish」,但它不在出路里"),
        ("placed", "auto", "finish", "自动「finish」不在出路里"),
        ("flying", "owner", "requester", "没有这个状态"),
    ],
)
def test_a_wrong_word_is_said_in_words(where: str, key: str, value: Any, said: str) -> None:
    changed = raw("w1_jiangning")
    changed["request"].setdefault(where, {})[key] = value
    assert any(f"request.{where}" in one and said in one for one in faults("w1", changed))


def test_a_broken_file_and_an_unknown_level_are_said_in_words() -> None:
    with pytest.raises(FlowTrouble, match="文件格式不对"):
        read("broken", "name = ", {})
    changed = raw("w7_daxing")
    changed["review"] = ["station", "moon"]
    assert any("review" in one for one in faults("w7_daxing", changed))


def test_every_fault_is_told_at_once() -> None:
    changed = raw("w1_jiangning")
    del changed["request"]["placed"]["owner"]
    del changed["job"]["ready"]["ladder"]
    found = faults("w1_jiangning", changed)
    assert any("request.placed" in one for one in found)
    assert any("job.ready" in one for one in found)


@pytest.mark.parametrize("flow_id", FLOWS)
def test_the_drawing_holds_every_state_and_way(flow_id: str) -> None:
    flow = shipped()[flow_id]
    svg, text = diagram(flow), mermaid(flow)
    for noun in ("request", "job"):
        for stage in ordered(flow, noun):
            assert f'id="{noun}-{stage.state}"' in svg
            assert state_words(noun, stage.state) in svg
            assert f"as {noun}_{stage.state}" in text
            box = svg[svg.index(f'id="{noun}-{stage.state}"') :].split("</g>")[0]
            plain = "".join(part.split("<")[0] for part in box.split(">"))
            for said in way_words(stage):
                assert said in plain, (flow_id, stage.state, said)


def test_a_drawing_changes_with_its_flow() -> None:
    changed = raw("w1_jiangning")
    changed["request"]["placed"]["ways"].append("pass_up")
    other: Flow = read("w1_jiangning", toml(changed), {})
    assert diagram(other) != diagram(shipped()["w1_jiangning"])
    assert mermaid(other) != mermaid(shipped()["w1_jiangning"])


def test_no_flow_speaks_of_a_state_the_house_does_not_know() -> None:
    for flow in shipped().values():
        assert set(flow.request) <= set(RequestState.values)
        assert set(flow.job) <= set(JobState.values)
