"""Stories as a person runs them: the command, its one JSON object, its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from diandan.ops.story.walker import Page, StoryTrouble, _Reader

pytestmark = pytest.mark.story
COMMAND = Path(sys.executable).with_name("diandan")


def tell(*words: str) -> tuple[int, dict[str, object], str]:
    environ = {**os.environ, "DIANDAN_LOG_LEVEL": "ERROR"}
    done = subprocess.run(
        [str(COMMAND), "story", *words, "--json"],
        capture_output=True,
        text=True,
        check=False,
        env=environ,
        timeout=420,
    )
    assert done.stdout.count("\n") == 1, done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


@pytest.mark.parametrize(
    ("place", "row"), [("jiangning", "W1"), ("daxing", "W7")], ids=["jiangning", "daxing"]
)
def test_a_place_lives_its_flow_at_its_own_pages(place: str, row: str) -> None:
    code, told, said = tell(place, "--rows", row)
    rows = told["rows"]
    assert told["place"] == place
    assert [r["row"] for r in rows] == [row]  # type: ignore[attr-defined]
    assert rows[0]["ok"], rows[0]["observed"]  # type: ignore[index]
    assert code == 0, said
    for life in (
        "正常",
        "拒单再接",
        "过期扩大",
        "撤回",
        "集单拆出",
        "退回",
        "未办成",
        "差评重办",
        "纸质代点",
        "经接口",
    ):
        assert f"【{life}】" in rows[0]["observed"]  # type: ignore[index]


def page(html: str) -> Page:
    reader = _Reader("http://here/a")
    reader.feed(html)
    return Page(200, "http://here/a", html, "".join(reader.text), reader.forms, reader.links)


def test_the_walker_reads_a_form_as_a_browser_does() -> None:
    shown = page(
        '<form method="post" action="/b"><input type="hidden" name="k" value="1">'
        '<input type="radio" name="r" value="x"><input type="radio" name="r" value="y" checked>'
        '<textarea name="t">\nhers</textarea><select name="s"><option value="p">'
        '<option value="q" selected></select><select name="u"><option value="v"><option value="w">'
        '</select><button name="verb" value="go">Go</button></form>'
    )
    form = shown.forms[0]
    assert form.action == "http://here/b"
    assert form.fields == [("k", "1"), ("r", "y"), ("t", "hers"), ("s", "q"), ("u", "v")]
    assert form.presses == [("verb", "go")]


def test_a_page_without_the_words_fails_the_story() -> None:
    with pytest.raises(StoryTrouble, match="页面上没有"):
        page("<p>别的</p>").find("已接单")
