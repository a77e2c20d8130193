"""模板的形状: which keys a flow file may have and what may stand in each, told before it is built.

A centre writes its own flow by hand: a number where a list belongs is a fault to be told in
words, like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as t


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 20


def _is_days(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 365


def _is_yes_or_no(value: object) -> bool:
    return isinstance(value, bool)


def _is_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_pairs(value: object) -> bool:
    return isinstance(value, list) and all(_is_words(each) and len(each) == 2 for each in value)


Kind = tuple[Callable[[object], bool], str | Promise]
TEXT: Kind = _is_text, t("引号里的文字")
COUNT: Kind = _is_count, t("1 到 20 的整数")
DAYS: Kind = _is_days, t("1 到 365 的整数(天)")
YES_OR_NO: Kind = _is_yes_or_no, t("true 或 false")
WORDS: Kind = _is_words, t("方括号里的几个词")
PAIRS: Kind = _is_pairs, t("方括号里的 [时限, 动作]")

TOP: Mapping[str, Kind] = {
    **dict.fromkeys(("row", "name", "extends", "source", "menu", "supply", "first"), TEXT),
    **dict.fromkeys(("private", "merges", "joins"), YES_OR_NO),
    **dict.fromkeys(("chain", "places", "doors", "raters", "review"), WORDS),
    "wave": COUNT,
    "ask_ahead_days": DAYS,
}
STAGE: Mapping[str, Kind] = {
    "owner": TEXT,
    "auto": TEXT,
    "ends": YES_OR_NO,
    "ways": WORDS,
    "ladder": PAIRS,
}
NOUNS = ("request", "job")


def faults_of(raw: Mapping[str, Any]) -> list[str]:
    """Every key that is unknown and every value of a wrong kind, a sentence each."""
    faults = _faults("", {k: v for k, v in raw.items() if k not in NOUNS}, TOP)
    if raw.get("extends", "common") != "common":
        faults.append(_("extends 只能写 common。"))
    for noun in NOUNS:
        states = raw.get(noun, {})
        if not isinstance(states, dict):
            faults.append(_("%(where)s:应按状态分开写,如 [request.placed]。") % {"where": noun})
            continue
        for state, stage in states.items():
            where = f"{noun}.{state}"
            if isinstance(stage, dict):
                faults += _faults(where, stage, STAGE)
            else:
                faults.append(
                    _("%(where)s:应按状态分开写,如 [request.placed]。") % {"where": where}
                )
    return faults


def _faults(where: str, raw: Mapping[str, Any], known: Mapping[str, Kind]) -> list[str]:
    faults = []
    for key, value in raw.items():
        name = f"{where}.{key}".lstrip(".")
        if key not in known:
            faults.append(_("没有「%(name)s」这一项。") % {"name": name})
            continue
        fits, words = known[key]
        if not fits(value):
            faults.append(_("%(name)s:应写%(kind)s。") % {"name": name, "kind": words})
    return faults
