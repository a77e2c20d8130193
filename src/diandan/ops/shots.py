"""拍照: `diandan shots` renders the demo's named pages into docs/screens/ and puts each before axe."""

from __future__ import annotations

import argparse

from .house import NOTHING

HELP = "给每一页拍照到 docs/screens/,并用 axe 检查(先有演示)"
NEEDS = NOTHING


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words after `diandan shots`."""
    parser.add_argument("--place", default="jiangning", help="哪个地方的演示")
    parser.add_argument("--only", default="", help="只拍名字里有这几个字的")
    parser.add_argument("--into", default="", help="放到哪个文件夹,默认 docs/screens")


def run(args: argparse.Namespace) -> int:
    """0: every page was taken, and axe found no fault on any."""
    from .camera import take_all

    return take_all(args.place, args.only, args.into)
