"""The documents made from the code say what the code says; `diandan docs` makes them anew."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from diandan.flow.template import shipped
from diandan.ops import docs, fact_kinds

pytestmark = pytest.mark.tidy


def test_documents_are_equal_to_the_code() -> None:
    stale = [path.name for path, text in docs.documents().items() if docs.now_says(path) != text]
    assert stale == [], "run: diandan docs"


def test_a_changed_document_fails_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(docs.env, "root", lambda: tmp_path)
    assert docs.run(argparse.Namespace(check=True)) == 1
    assert "docs/path.md" in capsys.readouterr().err
    assert docs.run(argparse.Namespace(check=False)) == 0
    assert docs.run(argparse.Namespace(check=True)) == 0
    page = tmp_path / "docs" / "path.md"
    page.write_text(page.read_text().replace("群众点单", "群众下单", 1))
    assert docs.run(argparse.Namespace(check=True)) == 1


def test_every_flow_and_each_of_its_states_is_in_the_document() -> None:
    text = docs.path_text()
    for flow in shipped().values():
        part = text[text.index(f"`{flow.id}`") :]
        for stages in (flow.request, flow.job):
            for stage in stages.values():
                assert f"`{stage.noun}.{stage.state}`" in part


def test_every_kind_of_fact_could_be_read() -> None:
    found = fact_kinds.read()
    assert found.loose == []
    assert {"request.placed", "item.published", "places.added", "standing.missed"} <= set(
        found.kinds
    )
    assert "standing.visited" not in found.kinds
