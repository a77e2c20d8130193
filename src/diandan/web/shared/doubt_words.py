"""疑点的话: what was compared, in plain words, for the officer and for the volunteer alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as t

from diandan.ground.presence.doubts import Kind
from diandan.path.fulfil.models import Doubt
from diandan.web.shared.words import StateWords

SAID: Mapping[str, str | Promise] = {
    Kind.TWO_PLACES: t("和另一次服务有 %(minutes)s 分钟重叠"),
    Kind.TOO_FAST: t("两处相距 %(metres)s 米,中间只隔 %(minutes)s 分钟"),
    Kind.SAME_MINUTE: t("同一张单有 %(people)s 人在一分钟里由人工记下,没有码"),
    Kind.LONG: t("在场 %(minutes)s 分钟,计划 %(planned)s 分钟"),
    Kind.ENTERED_LATER: t("离场 %(minutes_later)s 分钟以后才由人工记下"),
    Kind.LONG_DAY: t("这一天一共 %(minutes)s 分钟"),
    Kind.NO_SITE_CODE: t("%(people)s 人参加,没有一个人用过现场的码"),
    Kind.RATER_RING: t("%(days)s 天里同一个人确认了 %(times)s 次"),
    Kind.MUTUAL: t("两人互相确认:一方 %(times)s 次,另一方 %(back)s 次"),
}
TONES = {
    Doubt.Outcome.OPEN: ("wait", "clock"),
    Doubt.Outcome.CLEARED: ("good", "circle-check"),
    Doubt.Outcome.DECLARED: ("plain", "info"),
    Doubt.Outcome.VOIDED: ("late", "circle-x"),
}


def figures_said(row: Doubt) -> str:
    """What was found, with its figures."""
    words = str(SAID.get(row.kind, ""))
    figures: Mapping[str, int] = row.figures
    try:
        return words % figures
    except KeyError:
        return ""


def state_of(row: Doubt, _at: datetime) -> StateWords:
    """Where a doubt stands."""
    tone, icon = TONES[Doubt.Outcome(row.outcome)]
    return StateWords(str(row.get_outcome_display()), tone, icon)
