"""`diandan engine`: files in, files out, exit codes, and no Django on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from diandan.engine import convert, writing
from diandan.engine.reading import ProblemFault
from diandan.ops import main
from diandan.ops.engining import rounds

SHARED = Path(__file__).parents[4] / "shared" / "data"
SPATIAL = """3 3 10.0 6
10 w 1.5 1.5 1.0 1 600 0.5
0 t 1.5 2.500000 600 4.2
20 t 1.5 1.6 600 3.1
5 w 9 9 1.0 1 600 0.9
700 t 9 9 600 9
100 w 1.5 1.5 1.0 1 600 0.25
"""


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main.main(["engine", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_spatial_instance_from_file_to_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, problem, plan = tmp_path / "i.txt", tmp_path / "p.json", tmp_path / "plan.json"
    source.write_text(SPATIAL, encoding="utf-8")
    assert run(capsys, "convert", "--from", "spatial", str(source), "-o", str(problem))[0] == 0
    words = ("solve", str(problem), "-o", str(plan), "--seconds", "5", "--json")
    code, out, _ = run(capsys, *words)
    line = json.loads(out)
    # w0 takes the dearer task on the edge of her circle, w2 the other; w1's has not begun in time.
    assert (code, out.count("\n"), line["source_value"]) == (0, 1, 4.2 * 0.5 + 3.1 * 0.25)
    assert (line["matched"], line["unmet"], line["optimal"]) == (2, 1, True)
    assert line["bound"] == line["source_value"]
    assert run(capsys, "check", str(problem), str(plan))[0] == 0
    code, out, _ = run(capsys, "explain", str(problem), str(plan), "--job", "t2", "--json")
    assert (code, json.loads(out)["jobs"][0]["job"]) == (0, "t2")
    spoiled = json.loads(plan.read_text(encoding="utf-8"))
    spoiled["pairs"][0]["person"] = "w1"
    plan.write_text(json.dumps(spoiled), encoding="utf-8")
    code, out, _ = run(capsys, "check", str(problem), str(plan))
    assert (code, "w1" in out) == (1, True)


BAD = [
    "",
    "x y",
    "1 0 10 1\n",
    "1 0 10 1\n5 w 1 1 1 1 600",
    "1 0 10 1\n5 w 1 nan 1 1 600 0.5",
    "0 1 10 1\n5 t 1 1 x 1",
]


@pytest.mark.parametrize("text", BAD)
def test_a_spatial_file_that_cannot_be_read_is_told(text: str) -> None:
    with pytest.raises(ProblemFault):
        convert.from_spatial(text)


def test_what_cannot_be_read_is_one_sentence_and_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "p.json"
    for text in ("{", "[]", "{}", '{"kind": "assign"}', '{"kind": "routes"}', "\ufeff{}"):
        file.write_text(text, encoding="utf-8")
        code, out, err = run(capsys, "solve", str(file), "--json")
        assert (code, out, err.count("\n")) == (2, "", 1), text
    file.write_bytes(b"\xff\xfe\x00")
    assert run(capsys, "solve", str(file))[0] == 2
    assert run(capsys, "solve", str(tmp_path / "nowhere.json"))[0] == 2
    assert run(capsys, "convert", "--from", "hhcrsp", str(file))[0] == 2


def test_what_is_printed_reads_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem, plan = tmp_path / "p.json", tmp_path / "plan.json"
    problem.write_text(json.dumps(writing.write(rounds.draw(2))), encoding="utf-8")
    plan.write_text(run(capsys, "solve", str(problem))[1], encoding="utf-8")
    assert run(capsys, "check", str(problem), str(plan), "--json")[0] == 0
    code, out, _ = run(capsys, "explain", str(problem), str(plan))
    assert code == 0
    assert "【j0】" in out
    assert run(capsys, "explain", str(problem), str(plan), "--job", "none")[0] == 2


def test_it_loads_no_django() -> None:
    words = (
        "import sys, diandan.engine.staffing.solve, diandan.engine.explain, diandan.engine.check"
    )
    code = f"{words}; sys.exit('django' in sys.modules or 'psycopg' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the data lies beside the repository")
def test_every_shared_spatial_instance_reaches_its_proven_optimum(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = SHARED / "assign"
    known = json.loads((folder / "reference.json").read_text(encoding="utf-8"))
    known = known["EverySender_cap1"]
    problem, plan = str(tmp_path / "p.json"), str(tmp_path / "plan.json")
    for file in sorted(folder.glob("data_*.txt")):
        run(capsys, "convert", "--from", "spatial", str(file), "-o", problem)
        _, out, _ = run(capsys, "solve", problem, "-o", plan, "--json")
        line: dict[str, Any] = json.loads(out)
        assert round(line["source_value"], 3) == known["OPT"]
        assert line["matched"] == known["OPT_matched"]
        assert line["optimal"]
        assert line["bound"] == line["source_value"]
    assert run(capsys, "check", problem, plan)[0] == 0
