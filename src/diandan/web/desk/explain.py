"""说明: what a clerk is told beside an order: whose way it goes, and which clock counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diandan.flow.template import Flow
from diandan.ground.places.queries import calendar_of
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.bundle.states import JobState
from diandan.web.shared import words

from .relay import HERS
from .rows import say_day, say_left

WHISTLE_DUES = ("4h", "1wd", "3wd")
IN_HAND = (JobState.ENGAGED, JobState.ALLOCATED, JobState.SERVING)


def flow_fact(flow: Flow) -> dict[str, str]:
    """Which way it goes, and why no desk touched it when none did."""
    return {
        "label": _("流程"),
        "text": flow.name + (f" — {fast_words(flow)}" if fast(flow) else ""),
    }


def fast(flow: Flow) -> bool:
    """A lane in which the house takes up, arranges and asks the teams by itself."""
    steps = (("request", "placed"), ("request", "taken_up"), ("job", "ready"))
    stages = [(flow.request if noun == "request" else flow.job).get(state) for noun, state in steps]
    return all(stage is not None and stage.auto for stage in stages)


def fast_words(flow: Flow) -> str:
    """小修小补直接问专业队,不经中心派单."""
    asked = ngettext("一次问%(n)d支", "一次问%(n)d支", flow.wave) % {"n": flow.wave}
    return _("小事直接问专业队(%(asked)s),不经中心派单") % {"asked": asked}


def clocks(
    subject: Request | Job, state: words.StateWords, due: datetime | None, at: datetime
) -> tuple[words.StateWords, dict[str, Any] | None, list[dict[str, str]]]:
    """One clock to look at, this step's; what else runs is said in words among the facts."""
    if isinstance(subject, Request) and subject.state in HERS and state.by:
        due = state.by.at
    clock = say_left(due, at)
    if clock is None or state.by is None:
        return state, clock, []
    label = ""
    if subject.state == JobState.OFFERED:
        label = _("等队伍确认")
    elif subject.state in HERS:
        label = _("等点单人")
    elif subject.state in IN_HAND:
        label = _("约定")
    facts = [{"label": label, "text": state.by.words}] if label else []
    return replace(state, by=None), clock, facts


def whistle_dues(row: Request, at: datetime) -> list[dict[str, Any]]:
    """The three spans to choose from, each with the moment it ends."""
    calendar = calendar_of(row.place)
    names = {"4h": _("4小时内"), "1wd": _("1个工作日"), "3wd": _("3个工作日")}
    return [
        {
            "value": span,
            "chosen": span == "1wd",
            "label": _("%(span)s(%(day)s前)")
            % {"span": names[span], "day": say_day(calendar.due(at, span))},
        }
        for span in WHISTLE_DUES
    ]
