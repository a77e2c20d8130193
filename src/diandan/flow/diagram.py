"""流程图: a template drawn, as SVG for the page and as Mermaid for the documents.

Nothing is drawn by hand: every state, owner, clock and way out comes from the flow, so that the
picture cannot say anything else than the code does. The line of a good life stands on the left
of each lane, what branches off it on the right.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from django.utils.translation import gettext as _

from .template import Flow, Stage
from .words import SPINE, clock_words, ordered, owner_words, state_words, way_words, ways_of

BOX, GAP, LANE_GAP, TOP = 232, 26, 36, 44
LINE, PAD, ROW_GAP = 17, 10, 30
WIDE = 34  # half-width columns of small text in a box
INK, QUIET, EDGE, CARD, SAND = "#1F2328", "#57606A", "#7C756A", "#FFFFFF", "#F3EEE6"
JADE, SOFT = "#1F7A5C", "#E7E2DA"


@dataclass(frozen=True, slots=True)
class Box:
    """One state on the sheet."""

    stage: Stage
    x: int
    y: int
    lines: tuple[tuple[str, str], ...]

    @property
    def height(self) -> int:
        """As tall as what it says."""
        return len(self.lines) * LINE + 2 * PAD


def diagram(flow: Flow) -> str:
    """The flow as an SVG: lanes for the request and for the job it becomes."""
    lanes = [noun for noun in ("request", "job") if _stages(flow, noun)]
    boxes: dict[tuple[str, str], Box] = {}
    x = 0
    for noun in lanes:
        boxes |= _lane(flow, noun, x)
        x += 2 * BOX + GAP + LANE_GAP
    width = x - LANE_GAP + 2
    height = max(box.y + box.height for box in boxes.values()) + 8
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" aria-label="{escape(_title(flow))}" '
            'font-family="PingFang SC,Microsoft YaHei,Noto Sans CJK SC,sans-serif">'
        ),
        f"<title>{escape(_title(flow))}</title>",
        (
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
            f'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="{EDGE}"/></marker></defs>'
        ),
    ]
    heads = {"request": _("点单(一位群众的一件事)"), "job": _("服务单(派出去的一件活)")}
    for n, noun in enumerate(lanes):
        parts.append(_text(n * (2 * BOX + GAP + LANE_GAP), 20, heads[noun], INK, 15, bold=True))
    parts += _arrows(flow, boxes)
    parts += [_drawn(box) for box in boxes.values()]
    return "\n".join([*parts, "</svg>"])


def mermaid(flow: Flow) -> str:
    """The flow as Mermaid state diagrams, every way out an arrow."""
    lines = ["stateDiagram-v2"]
    for noun in ("request", "job"):
        stages = ordered(flow, noun)
        lines += [
            f'  state "{state_words(noun, stage.state)}" as {noun}_{stage.state}'
            for stage in stages
        ]
        if stages:
            lines.append(f"  [*] --> {noun}_{stages[0].state}")
        for stage in stages:
            here = f"{noun}_{stage.state}"
            for verb, label, targets in ways_of(stage):
                mark = _("(自动)") if verb == stage.auto else ""
                lines += [f"  {here} --> {noun}_{to} : {label}{mark}" for to in targets]
            if stage.ends:
                lines.append(f"  {here} --> [*]")
    return "\n".join(lines)


def _title(flow: Flow) -> str:
    return _("%(name)s:%(chain)s") % {"name": flow.name, "chain": "→".join(flow.chain)}


def _stages(flow: Flow, noun: str) -> list[Stage]:
    return ordered(flow, noun)


def _lane(flow: Flow, noun: str, x: int) -> dict[tuple[str, str], Box]:
    """Boxes of one noun: the spine down the left, each branch beside what first leads to it."""
    stages = _stages(flow, noun)
    spine = [stage for stage in stages if stage.state in SPINE[noun]]
    rest = [stage for stage in stages if stage.state not in SPINE[noun]]
    branches: dict[str, list[Stage]] = {}
    for stage in rest:
        source = next((s for s in spine if stage.state in _targets(s)), spine[-1])
        branches.setdefault(source.state, []).append(stage)
    boxes: dict[tuple[str, str], Box] = {}
    y = side_y = TOP
    for stage in spine:
        beside = branches.get(stage.state, [])
        # A branch begins no higher than its source, a source no higher than the branches before.
        y = max(y, side_y) if beside else y
        box = Box(stage, x, y, _lines(stage))
        boxes[(noun, stage.state)] = box
        branch_y = y
        for one in beside:
            branch = Box(one, x + BOX + GAP, branch_y, _lines(one))
            boxes[(noun, one.state)] = branch
            branch_y += branch.height + ROW_GAP // 2
        side_y = max(side_y, branch_y)
        y += box.height + ROW_GAP
    return boxes


def _targets(stage: Stage) -> set[str]:
    return {to for _verb, _label, targets in ways_of(stage) for to in targets}


def _lines(stage: Stage) -> tuple[tuple[str, str], ...]:
    """(what it is, words) for each line of a box."""
    lines = [("title", state_words(stage.noun, stage.state))]
    if stage.ends:
        lines.append(("quiet", _("到此为止")))
    else:
        lines += [("owner", part) for part in _wrapped(_("由") + owner_words(stage.owner))]
        lines += [("clock", part) for part in _wrapped(clock_words(stage))]
    lines += [("way", part) for said in way_words(stage) for part in _wrapped("· " + said)]
    return tuple(lines)


def _wrapped(text: str) -> list[str]:
    """`text` in pieces that fit a box; an English word stays whole, Chinese breaks anywhere."""
    pieces, piece = [], ""
    for sign in text:
        if piece and _width(piece + sign) > WIDE:
            whole, _space, begun = piece.rpartition(" ")
            if not (whole and begun.isascii() and sign.isascii()):
                whole, begun = piece, ""
            pieces.append(whole)
            piece = begun.lstrip()
        piece = (piece + sign) if piece or sign != " " else piece
    return [*pieces, piece] if piece else pieces


def _width(text: str) -> int:
    """How wide `text` is; a wide character counts two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


def _drawn(box: Box) -> str:
    stage = box.stage
    fill = SAND if stage.ends else CARD
    dash = ' stroke-dasharray="5 4"' if stage.state not in SPINE[stage.noun] else ""
    parts = [
        (
            f'<g id="{stage.noun}-{stage.state}"><rect x="{box.x}" y="{box.y}" width="{BOX}" '
            f'height="{box.height}" rx="8" fill="{fill}" stroke="{EDGE}"{dash}/>'
        )
    ]
    looks = {
        "title": (INK, 15, True),
        "owner": (JADE, 12, False),
        "clock": (QUIET, 12, False),
        "way": (INK, 12, False),
        "quiet": (QUIET, 12, False),
    }
    for n, (kind, words) in enumerate(box.lines):
        colour, size, bold = looks[kind]
        y = box.y + PAD + n * LINE + 13
        parts.append(_text(box.x + PAD, y, words, colour, size, bold=bold))
    return "".join([*parts, "</g>"])


def _arrows(flow: Flow, boxes: dict[tuple[str, str], Box]) -> Iterable[str]:
    """Along the spine and out to the branches; the ways back are written in the boxes."""
    found: list[str] = []
    for noun in ("request", "job"):
        spine = [s for s in _stages(flow, noun) if s.state in SPINE[noun]]
        for before, after in pairwise(spine):
            a, b = boxes[(noun, before.state)], boxes[(noun, after.state)]
            middle = a.x + BOX // 2
            if after.state in _targets(before):
                found.append(_line(middle, a.y + a.height, middle, b.y - 2))
        for stage in _stages(flow, noun):
            box = boxes[(noun, stage.state)]
            source = next((s for s in spine if stage.state in _targets(s)), None)
            if stage.state not in SPINE[noun] and source is not None:
                a = boxes[(noun, source.state)]
                start = min(box.y + 16, a.y + a.height - 8)
                found.append(_line(a.x + BOX, start, box.x - 2, box.y + 16))
    arranged, designed = boxes.get(("request", "arranged")), boxes.get(("job", "designed"))
    if arranged and designed:
        turn = designed.x - LANE_GAP // 2
        found.append(
            f'<path d="M{arranged.x + BOX} {arranged.y + arranged.height - 12}H{turn}'
            f'V{designed.y + 16}H{designed.x - 2}" fill="none" stroke="{JADE}" '
            'stroke-dasharray="2 3" stroke-width="1.5"/>'
        )
    return found


def _line(x1: int, y1: int, x2: int, y2: int) -> str:
    return (
        f'<path d="M{x1} {y1}L{x2} {y2}" stroke="{EDGE}" fill="none" stroke-width="1.5" '
        'marker-end="url(#tip)"/>'
    )


def _text(x: int, y: int, words: str, colour: str, size: int, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}"{weight}>{escape(words)}</text>'
    )
