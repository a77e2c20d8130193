"""自有事实: a centre's month becomes lines that a replay reads, and nothing of a person is in them."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta

import pytest

from diandan.engine.replay.facts import crowd_of, read, requests_of, world_of
from diandan.ops import house, replay
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.models import Offer
from diandan.path.dispatch.own_facts import facts_of
from tests import factories as make
from tests.engine.replay.small import village

pytestmark = pytest.mark.django_db

SINCE, UNTIL = make.NOON - timedelta(days=1), make.NOON + timedelta(days=30)
HERE = {"lat": 31.95, "lon": 118.84}


def _district() -> make.District:
    there = make.district()
    for place in (there.station, there.centre):
        for key, value in HERE.items():
            setattr(place, key, value)
        place.save()
    return there


def test_the_lines_are_read_by_the_replay() -> None:
    there = _district()
    cut, fix = make.kind(there.centre, "cut"), make.kind(there.centre, "fix", skills=["electric"])
    able, _leader, _by = make.team(there.station, skills=("electric",))
    other, _leader, _by = make.team(there.station)
    starts = make.NOON + timedelta(days=2)
    make.job(there.centre, there.station, cut, starts_at=starts, minutes=40)
    done = make.job(there.centre, there.station, fix, state=JobState.SERVED)
    make.offer(done, other, state=Offer.State.DECLINED)
    make.offer(done, able, state=Offer.State.ACCEPTED)
    lines, left = facts_of(there.centre, SINCE, UNTIL)
    assert (left.no_place, left.private) == (0, 0)
    facts = read(json.dumps(line) for line in lines)
    world = world_of(facts, village())
    wanted = requests_of(facts, world)
    assert sorted(r.booked for r in wanted) == [False, True]
    booked = next(r for r in wanted if r.booked)
    assert booked.start - booked.placed == 2 * 1440
    assert booked.promise - booked.start == 60
    crowd = crowd_of(facts, world, 1)
    bit = {kind.code: 1 << n for n, kind in enumerate(world.demand.kinds)}
    places = {row["person"]: n for n, row in enumerate(facts.people)}
    assert crowd.able[places[str(able.id)]] == bit["cut"] | bit["fix"]
    assert crowd.able[places[str(other.id)]] == bit["cut"]
    assert {(a["person"], a["yes"], a.get("came")) for a in facts.answers} == {
        (str(other.id), False, None),
        (str(able.id), True, True),
    }


def test_no_name_no_word_and_no_private_job_is_in_them() -> None:
    there = _district()
    cut = make.kind(there.centre, "cut")
    team, _leader, _by = make.team(there.station)
    make.job(there.centre, there.station, cut, title="给张奶奶理发")
    make.job(there.centre, there.station, cut, is_private=True)
    make.job(there.centre, there.station, cut, state=JobState.CANCELLED)
    make.job(there.centre, there.station, cut, made_at=SINCE - timedelta(days=40))
    lines, left = facts_of(there.centre, SINCE, UNTIL)
    assert left.private == 1
    assert [line["what"] for line in lines] == ["person", "request"]
    said = json.dumps(lines, ensure_ascii=False)
    assert team.name not in said
    assert "张奶奶" not in said
    assert there.station.name not in said


def test_a_site_without_a_position_is_counted_not_guessed() -> None:
    there = _district()
    nowhere = make.place("新站", under=there.station)
    make.job(there.centre, nowhere, make.kind(there.centre))
    assert facts_of(there.centre, SINCE, UNTIL)[1].no_place == 1


def test_the_rarest_kinds_share_a_name() -> None:
    there = _district()
    make.team(there.station)
    for _n in range(40):
        make.job(there.centre, there.station, make.kind(there.centre))
    lines, _left = facts_of(there.centre, SINCE, UNTIL)
    kinds = {line["kind"] for line in lines if line["what"] == "request"}
    assert len(kinds) == 32
    assert "other" in kinds


def test_the_command_lives_the_centres_own_month_through(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(house, "make_ready", lambda _needs: None)
    there = _district()
    make.team(there.station)
    make.job(there.centre, there.station, make.kind(there.centre, "cut"))
    parser = argparse.ArgumentParser()
    replay.add_arguments(parser)
    days = ["--from", f"{SINCE:%Y-%m-%d}", "--to", f"{UNTIL:%Y-%m-%d}"]
    words = ["--own", there.centre.slug, *days, "--policies", "by_hand", "--json"]
    assert replay.run(parser.parse_args(words)) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["policies"]["by_hand"]["requests"] == [1.0, 0.0]
    assert "服务单 1 张" in said.err
    assert replay.run(parser.parse_args(["--own", "nowhere"])) == 2
    assert replay.run(parser.parse_args([*words[:2], "--from", "soon"])) == 2
