"""阵地: `diandan places grow SLUG|all` and `diandan places counts SLUG`."""

from __future__ import annotations

import argparse
import sys

from django.utils.translation import gettext as _

from diandan.kit.clock import now
from diandan.kit.refusal import Refusal

HELP = "按区划数据建一个地方的中心、所、站,或查看数目"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words after `diandan places`."""
    parser.add_argument("verb", choices=("grow", "counts"), help="grow 建立或更新;counts 数目")
    parser.add_argument("slug", help="地方,如 jiangning;grow 时可写 all")


def run(args: argparse.Namespace) -> int:
    """0: done; 1: refused, with a sentence."""
    try:
        if args.verb == "grow":
            _grow(args.slug)
        else:
            _counts(args.slug)
    except Refusal as no:
        print(no.sentence, file=sys.stderr)
        return 1
    return 0


def _grow(slug: str) -> None:
    from diandan.ground.places.actions.grow import grow_counted
    from diandan.ground.places.district import SLUGS

    for one in SLUGS if slug == "all" else (slug,):
        grown = grow_counted(one, now())
        words = _("新增 %(new)d,改名 %(renamed)d,失效 %(gone)d,不变 %(same)d") % {
            "new": grown.added,
            "renamed": grown.renamed,
            "gone": grown.retired,
            "same": grown.same,
        }
        print(f"{one} {grown.place.name}:{words}")


def _counts(slug: str) -> None:
    from diandan.ground.places import queries

    place = queries.by_slug(slug)
    for row in queries.counts(place):
        beside = ""
        if row.material is not None:
            beside = _(";材料(%(dated)s)写“%(words)s”") % {
                "dated": row.dated or _("未署日期"),
                "words": row.words,
            }
        print(f"{row.label} {row.now}{beside}")
    for sentence in queries.differences(place):
        print(sentence)
