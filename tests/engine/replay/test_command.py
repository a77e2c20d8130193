"""复盘命令: the same seed prints the same numbers, the page loads nothing, facts can be given."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from diandan.ops import replay
from diandan.ops.replaying import gaps, presets
from diandan.ops.replaying.seeds import Task, do

from .test_facts import PERSON, REQUEST

SMALL = """
extends = "{base}"
accept = 0.35
no_show = 0.08
[district.village]
name = "村"
streets = 2
communities = 5
side = 3000
street_spread = 500
community_spread = 200
weight_sigma = 0.5
reach_median = 3000
reach_sigma = 0.3
volunteers = 150
requests = 60
"""


@pytest.fixture
def village(tmp_path: Path) -> str:
    made = tmp_path / "village.toml"
    made.write_text(SMALL.format(base=presets.folder() / "base.toml"), encoding="utf-8")
    return str(made)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    parser = argparse.ArgumentParser()
    replay.add_arguments(parser)
    code = replay.run(parser.parse_args([*words, "--cores", "1"]))
    out = capsys.readouterr().out
    return code, json.loads(out) if out.startswith(("{", "[")) else out


def test_the_same_seeds_print_the_same_numbers(
    village: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--preset", village, "--district", "village", "--seeds", "2", "--json")
    first, second = said(capsys, *words), said(capsys, *words)
    assert first == second
    code, data = first
    assert code == 0
    assert data["seeds"] == [1, 2]
    assert set(data["policies"]) >= {"by_hand", "ordered", "ask_7", "waves_of_5", "ours", "oracle"}
    assert {aim["name"] for aim in data["aims"]["ours"]} >= {
        "served_against_oracle",
        "alerts_against_planner",
        "gini_asks_lowest",
    }


def test_the_page_stands_alone(
    village: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    words = ("--preset", village, "--district", "village", "--frontier", "--page", str(page))
    code, text = said(capsys, *words)
    assert code == 0
    assert "本系统" in text
    written = page.read_text(encoding="utf-8")
    assert written.count("<svg") > 4
    assert not any(word in written for word in ("http", "src=", "url(", "<script", "@import"))


def test_own_facts_are_replayed_from_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [PERSON | {"person": f"v{n}", "free": (1 << 21) - 1} for n in range(9)]
    lines = [json.dumps(row) for row in [*rows, REQUEST, REQUEST]]
    file = tmp_path / "facts.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    code, data = said(capsys, "--facts", str(file), "--policies", "ours,oracle", "--json")
    assert code == 0
    assert data["policies"]["ours"]["requests"] == [2.0, 0.0]


@pytest.mark.parametrize(
    "words",
    [
        ("--policies", "ours,nobody"),
        ("--district", "atlantis"),
        ("--preset", "no-such-file.toml"),
        ("--facts", "no-such-file.jsonl"),
        ("--export-facts", "facts.jsonl"),
    ],
)
def test_what_cannot_be_replayed_is_said(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    replay.add_arguments(parser)
    assert replay.run(parser.parse_args(list(words))) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("name", presets.NAMES)
@pytest.mark.parametrize("district", ["jiangning", "gusu"])
def test_the_presets_are_as_the_brief_wants_them(name: str, district: str) -> None:
    world = presets.preset(name, district)
    assert world.accept == {"high": 0.6, "middle": 0.35, "low": 0.1}[name]
    assert world.no_show == 0.08
    assert world.district.requests >= 10_000


def test_a_seeds_outcome_does_not_depend_on_what_ran_before(village: str) -> None:
    task = Task(village, "village", 3, ("ours", "ask_7"))
    turned = Task(village, "village", 3, ("ask_7", "ours"))
    assert do(task).figures["ours"] == do(turned).figures["ours"]


def test_gaps_name_every_level_of_supply() -> None:
    found = gaps.said(gaps.levels(1))
    assert [level["supply"] for level in found] == ["surplus", "tight", "short"]
    for level in found:
        assert float(level["ours_over_hindsight"]) >= 1
