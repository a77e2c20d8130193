"""账本: `diandan books check` works all of it out again; `diandan books export` hands it out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "服务记录的账:check 逐笔重算,export 导出给别的程序核对"
SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words after `diandan books`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check|export")
    verbs.add_parser("check", help="按签到签退和评价逐笔重算,说出第一处不对")
    export = verbs.add_parser("export", help="导出账本")
    export.add_argument("--format", choices=("beancount",), default="beancount")
    export.add_argument("--to", metavar="FILE", help="写到这个文件;不写则打印")


def run(args: argparse.Namespace) -> int:
    """0: clean, or written; 1: a row is bad."""
    return _check() if args.verb == "check" else _export(args.to)


def _check() -> int:
    from diandan.flow.books import HANDLER
    from diandan.path.ledger.checking import CHECKS, bad_rows
    from diandan.path.ledger.models import Account, Transfer

    found = list(bad_rows(HANDLER))
    if found:
        print(f"第一处不对:{found[0].words}({found[0].check} {found[0].row})", file=sys.stderr)
        for bad in found[1:SHOWN]:
            print(f"  还有:{bad.words}({bad.check} {bad.row})", file=sys.stderr)
        print(f"共 {len(found)} 处不对。", file=sys.stderr)
        return 1
    posted = Transfer.objects.filter(phase__in=("posting", "direct")).count()
    print(
        f"账是对的:{Account.objects.count()} 个账户,{Transfer.objects.count()} 笔,"
        f"其中已入账 {posted} 笔;{len(CHECKS)} 项检查全部通过。"
    )
    return 0


def _export(to: str | None) -> int:
    from diandan.path.ledger.beancount import lines

    text = "\n".join(lines()) + "\n"
    if to:
        Path(to).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0
