"""自有事实: a centre's own month out of its tables, written as lines for `--facts`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from diandan.ops import house

USUAL = timedelta(days=30)


class OwnTrouble(ValueError):
    """The days asked for are no days; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many lines were written, and how many jobs could not be told."""

    teams: int
    requests: int
    answers: int
    no_place: int
    private: int

    def __str__(self) -> str:
        return (
            f"队伍 {self.teams} 支,服务单 {self.requests} 张,应答 {self.answers} 次;"
            f"没写的:没有坐标 {self.no_place} 张,不公开 {self.private} 张"
        )


def write(slug: str, since: str, until: str, target: Path) -> Written:
    """The centre's facts of [since, until), or of the last thirty days."""
    house.make_ready(house.TABLES)
    from django.utils.timezone import get_current_timezone

    from diandan.ground.places.queries import by_slug, center_of
    from diandan.kit.clock import now
    from diandan.path.dispatch.own_facts import facts_of

    zone = get_current_timezone()
    ends = _day(until).replace(tzinfo=zone) if until else now()
    begins = _day(since).replace(tzinfo=zone) if since else ends - USUAL
    if begins >= ends:
        raise OwnTrouble(f"--from {since} 不在 --to {until} 之前")
    lines, left = facts_of(center_of(by_slug(slug)), begins, ends)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    target.write_text(text, encoding="utf-8")
    count = {what: sum(line["what"] == what for line in lines) for what in KINDS_OF_LINE}
    return Written(count["person"], count["request"], count["answer"], left.no_place, left.private)


KINDS_OF_LINE = ("person", "request", "answer")


def _day(said: str) -> datetime:
    try:
        return datetime.strptime(said, "%Y-%m-%d")  # noqa: DTZ007 (the zone is set by the caller)
    except ValueError:
        raise OwnTrouble(f"日期要写成 2026-03-02 的样子:{said}") from None
