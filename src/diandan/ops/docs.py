"""文档: `diandan docs` writes the documents that are made from the code; `--check` compares them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from diandan.config import env

from . import house

NAME = "docs"
HELP = "由代码生成文档:流程、事实、环境变量(--check 只比对)"
NEEDS = house.DJANGO
MADE = "<!-- Made by `diandan docs`. Change the code it is made from, then run it again. -->"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words after `diandan docs`."""
    parser.add_argument("--check", action="store_true", help="只比对,不写;不同则返回 1")


def run(args: argparse.Namespace) -> int:
    """0: written, or in a check all the same; 1: a document is not what the code says."""
    wanted = documents()
    stale = [path for path, text in wanted.items() if now_says(path) != text]
    for path in stale:
        shown = path.relative_to(env.root()).as_posix()
        if args.check:
            print(_("%(path)s 与代码不一致,请运行 diandan docs") % {"path": shown}, file=sys.stderr)
        else:
            path.write_text(wanted[path], encoding="utf-8")
            print(_("已写 %(path)s") % {"path": shown})
    return 1 if args.check and stale else 0


def documents() -> dict[Path, str]:
    """Each generated document and what it must say."""
    makers: dict[str, Callable[[], str]] = {
        "path.md": path_text,
        "facts.md": facts_text,
        "run.md": run_text,
    }
    with translation.override("zh-hans"):
        return {env.root() / "docs" / name: make() for name, make in makers.items()}


def now_says(path: Path) -> str:
    """What the document says now; nothing when it is not there."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def path_text() -> str:
    """Every flow: its chain, its settings, each state's owner, clock and ways, and its picture."""
    from diandan.flow.template import shipped
    from diandan.flow.words import settings_words

    parts = [
        "# 流程 · The flows orders live by",
        MADE,
        (
            "Each flow is a file in `src/diandan/flow/templates`; what files share stands in "
            "`common.toml`. Every state has an owner (谁负责), a clock (时限) and ways out (出路), or "
            "it ends a life. `tests/flow/test_templates.py` holds that, and `diandan docs --check` "
            "holds this page equal to the code."
        ),
    ]
    for flow in sorted(shipped().values(), key=lambda one: one.row):
        parts += [
            f"## {flow.row} {flow.name} · `{flow.id}`",
            " → ".join(flow.chain),
            f"出处:{flow.source}" + _places(flow.places),
            "\n".join(f"- {name}:{words}" for name, words in settings_words(flow)),
            *_stages_text(flow.id),
        ]
    return "\n\n".join(parts) + "\n"


def _places(places: tuple[str, ...]) -> str:
    if places == ("*",):
        return " · 各地通用"
    return f" · {' '.join(places)}" if places else ""


def _stages_text(flow_id: str) -> list[str]:
    from diandan.flow.diagram import mermaid
    from diandan.flow.template import shipped
    from diandan.flow.words import clock_words, ordered, owner_words, state_words, way_words

    flow = shipped()[flow_id]
    lines = ["| 状态 | 谁负责 | 时限 | 出路 |", "|---|---|---|---|"]
    for noun, label in (("request", "点单"), ("job", "服务单")):
        for stage in ordered(flow, noun):
            name = f"{label}·{state_words(noun, stage.state)} `{noun}.{stage.state}`"
            owner = "—" if stage.ends else owner_words(stage.owner)
            ways = "<br>".join(way_words(stage)) or "—"
            lines.append(f"| {name} | {owner} | {clock_words(stage) or '—'} | {ways} |")
    return ["\n".join(lines), f"```mermaid\n{mermaid(flow)}\n```"]


def facts_text() -> str:
    """Every kind of fact and where it is announced."""
    from . import fact_kinds

    found = fact_kinds.read()
    lines = ["| fact | announced in |", "|---|---|"]
    for kind in sorted(found.kinds):
        where = ", ".join(f"`{name}`" for name in sorted(found.kinds[kind]))
        lines.append(f"| `{kind}` | {where} |")
    head = [
        "# 事实 · What the house announces",
        MADE,
        (
            "A fact says what happened, in the past tense, in the transaction that made it happen. "
            "It holds ids and codes only, never a name, a phone or a door; it is never changed or "
            "deleted (`src/diandan/ground/record/README.md`). Paths are under `src/diandan`."
        ),
        f"{len(found.kinds)} kinds.",
    ]
    return "\n\n".join([*head, "\n".join(lines)]) + "\n"


BACKUP = """## 备份和恢复 · Backup and restore

`diandan backup FILE` writes the database as it stands at one moment into one file, while the site
runs. Keep it with two other files, and keep those apart from it: the master key
(`DIANDAN_KEY_FILE`) and, in the same folder, `erased.list`. Without the key a backup reads no name,
phone or door; with another key it is refused.

`diandan restore FILE --yes` puts the backup into a database of its own, brings its tables up to
date, forgets again everybody on `erased.list`, and only then lets it take the place of the one in
use. Whatever fails before that leaves everything as it was. A list shorter than when the backup was
made is refused (`--without-list` where it is truly lost). Stop the site meanwhile, and start it
again afterwards.

Every command that serves or reads looks first whether somebody on the list is readable again (a
database brought back by other means): then nothing starts before `diandan restore --replay`.

Forgetting somebody destroys her data key and search keys, empties her words, takes her name and
phone out of the words of others, of kept answers, sessions and message files, and keeps ids, states
and sums, so that `diandan books check` still holds. A short or common name in words about somebody
else is not cut out: those rows are named in table `erasure` (`left`) for a person to look at. An old
backup together with the master key can still be read outside the house: delete backups after the
time your rules allow."""


def run_text() -> str:
    """Every environment variable, its default and its meaning."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for variable in env.VARIABLES:
        default = f"`{variable.default}`" if variable.default else "—"
        secret = " Secret." if variable.secret else ""
        meaning = variable.meaning.replace("|", "\\|")
        lines.append(f"| `{variable.name}` | {default} | {meaning}{secret} |")
    head = [
        "# 运行 · Running a centre",
        MADE,
        (
            "`make run` needs none of these. A relative path counts from the project's folder. Yes "
            "is written 1, no is written 0."
        ),
    ]
    return "\n\n".join([*head, "\n".join(lines), BACKUP]) + "\n"
