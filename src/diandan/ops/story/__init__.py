"""故事: `diandan story PLACE` lives whole lives at a place's own pages and says what it saw."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import time

from diandan.ops.house import NOTHING

HELP = "在一次性数据库里,经公开网页走完一个地方的一生又一生,并说出看到了什么"
NEEDS = NOTHING
PLACES = (
    "jiangning",
    "suzhou",
    "taixing",
    "hongta",
    "qindu",
    "jian",
    "chengde",
    "xiyang",
    "shexian",
    "baiyintala",
    "daxing",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words after `diandan story`."""
    parser.add_argument("place", choices=PLACES, help="地方")
    parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")
    parser.add_argument("--rows", help="只走这几行,用逗号隔开,如 W1,S0-03")


def run(args: argparse.Namespace) -> int:
    """0: every claimed row holds; 1: one does not."""
    from .play import play

    began = time.monotonic()
    wanted = tuple(args.rows.split(",")) if args.rows else ()
    with contextlib.redirect_stdout(io.StringIO()):
        rows = play(args.place, wanted, _tell)
    if args.json:
        said = [{"row": r.row, "ok": r.ok, "observed": r.observed} for r in rows]
        print(json.dumps({"place": args.place, "rows": said}, ensure_ascii=False))
    else:
        for row in rows:
            print(f"{'✓' if row.ok else '✗'} {row.row}  {row.observed}")
        print(
            f"{args.place}:{len(rows)} 行,用了 {time.monotonic() - began:.0f} 秒", file=sys.stderr
        )
    return 0 if rows and all(row.ok for row in rows) else 1


def _tell(text: str) -> None:
    print(f"  {text}…", file=sys.stderr, flush=True)
