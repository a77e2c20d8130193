"""导入: `diandan import FILE --place SLUG [--dry-run]`, a place's own sites, teams and people."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from django.utils.translation import gettext as _

from diandan.kit.clock import now
from diandan.kit.refusal import Refusal

HELP = "从 xlsx 或 csv 导入一地自己的阵地、队伍、人员"
WHAT = ("sites", "teams", "people")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words after `diandan import`."""
    parser.add_argument("file", nargs="?", help="xlsx 或 csv 文件")
    parser.add_argument("--place", help="哪个地方,如 jiangning")
    parser.add_argument("--what", choices=WHAT, help="表里是什么;不写则由表头判断")
    parser.add_argument("--dry-run", action="store_true", help="只检查,不写入")
    parser.add_argument("--template", choices=WHAT, help="写出一份空白模板到 FILE")


def run(args: argparse.Namespace) -> int:
    """0: done (or nothing wrong in a dry run); 1: rows or the file were refused."""
    try:
        if args.template:
            return _write_template(args.template, args.file)
        if not args.file or not args.place:
            print(_("用法:diandan import 文件 --place 地方 [--dry-run]"), file=sys.stderr)
            return 2
        return _import(Path(args.file), args.place, args.what, dry_run=args.dry_run)
    except Refusal as no:
        print(no.sentence, file=sys.stderr)
        return 1


def _write_template(what: str, file: str | None) -> int:
    from diandan.ground.people.actions import import_people, import_teams
    from diandan.ground.places.actions import import_sites
    from diandan.ground.places.sheet import template

    columns = {
        "sites": import_sites.COLUMNS,
        "teams": import_teams.COLUMNS,
        "people": import_people.COLUMNS,
    }[what]
    target = Path(file or f"{what}.xlsx")
    target.write_bytes(template(columns))
    print(_("模板已写到 %(file)s") % {"file": target})
    return 0


def _import(file: Path, slug: str, what: str | None, *, dry_run: bool) -> int:
    from diandan.ground.people.actions.import_people import import_people
    from diandan.ground.people.actions.import_teams import import_teams
    from diandan.ground.people.actor import SYSTEM
    from diandan.ground.places import queries
    from diandan.ground.places.actions.import_sites import import_sites
    from diandan.ground.places.sheet import titles

    try:
        content = file.read_bytes()
    except OSError as trouble:
        raise Refusal(
            "unreadable_file",
            _("读不了文件 %(file)s:%(why)s") % {"file": file, "why": trouble.strerror},
        ) from None
    center = queries.by_slug(slug)
    what = what or kind_of_table(titles(content))
    if what == "sites":
        done = import_sites(center, content, at=now(), dry_run=dry_run)
    elif what == "teams":
        done = import_teams(center, content, at=now(), by=SYSTEM, dry_run=dry_run)
    else:
        done = import_people(center, content, at=now(), by=SYSTEM, dry_run=dry_run)
    for wrong in done.troubles:
        print(wrong)
    words = _("新增 %(new)d,更改 %(changed)d,不变 %(same)d,有误 %(bad)d") % {
        "new": done.new,
        "changed": done.changed,
        "same": done.same,
        "bad": len(done.troubles),
    }
    ending = _("已写入") if done.is_written else _("未写入")
    print(f"{file.name} → {center.name}:{words}。{ending}。")
    if what == "people" and done.is_written:
        print(_("导入的是邀请:每个人由本人确认后才成为志愿者或队员。"))
    return 1 if done.troubles else 0


def kind_of_table(header: list[str]) -> str:
    """Sites, teams or people, told from the table's own titles."""
    plain = {title.rstrip("*＊ ") for title in header}
    if plain & {"手机号", "手机"} or "姓名" in plain:
        return "people"
    if plain & {"队伍名称", "队名"}:
        return "teams"
    return "sites"
