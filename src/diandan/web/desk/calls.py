"""直接问志愿者: how far the asking has come, who was asked and why, and why others were not."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diandan.ground.people.queries import masked_names
from diandan.path.bundle.models import Job
from diandan.path.dispatch.core import NEVER_ASKED_DAYS
from diandan.path.dispatch.models import PeopleCall, PersonAsk
from diandan.path.dispatch.queries import call_of

from .ranking import say_travel

Ask = PersonAsk.State
TONES = {Ask.OPEN: "wait", Ask.AGREED: "good"}


def call_card(job: Job) -> dict[str, Any] | None:
    """The last call of the job; None when volunteers were never asked themselves."""
    call = call_of(job)
    if call is None:
        return None
    asks = sorted(call.asks.all(), key=lambda row: (row.asked_at, str(row.id)))
    names = masked_names(row.person_id for row in asks)
    is_open = call.state == PeopleCall.State.OPEN
    return {
        "is_open": is_open,
        "state": {
            "word": str(call.get_state_display()),
            "tone": "wait" if is_open else "plain",
        },
        "sentence": _sentence(job, asks),
        "asks": [
            {
                "who": names.get(row.person_id, ""),
                "why": _why(row),
                "state": {
                    "word": str(row.get_state_display()),
                    "tone": TONES.get(Ask(row.state), "plain"),
                },
                "reason": str(row.get_reason_display()) if row.reason else "",
                "at": row.answered_at or row.asked_at,
            }
            for row in asks
        ],
        "left_out": _left_out(call),
    }


def _sentence(job: Job, asks: list[PersonAsk]) -> str:
    agreed = sum(row.state == Ask.AGREED for row in asks)
    said = ngettext("问了%(n)d人", "问了%(n)d人", len(asks)) % {"n": len(asks)}
    return _("%(asked)s,%(yes)d人答应,要%(need)d人。") % {
        "asked": said,
        "yes": agreed,
        "need": job.headcount,
    }


def _why(row: PersonAsk) -> str:
    days = int(row.why.get("days_since_asked", NEVER_ASKED_DAYS))
    turn = (
        _("还没问过")
        if days >= NEVER_ASKED_DAYS
        else ngettext("%(n)d天前问过", "%(n)d天前问过", days) % {"n": days}
    )
    return f"{say_travel(row.why.get('distance_m'))} · {turn}"


def _left_out(call: PeopleCall) -> list[str]:
    """One sentence a rule: how many it kept from being asked."""
    words = {
        "asked_before": _("这张单子问过了,不重复打扰:%(n)d人"),
        "own_request": _("是点单人自己:%(n)d人"),
        "busy_then": _("那个时间有别的任务:%(n)d人"),
        "week_cap": _("本周任务已满:%(n)d人"),
        "asked_enough": _("本周已问过三次,先不打扰:%(n)d人"),
        "too_far": _("太远:%(n)d人"),
        "able": _("可以问、还没轮到:%(n)d人"),
    }
    waiting = sum(row.state == Ask.OPEN for row in call.asks.all())
    found = {code: int(n) - (waiting if code == "able" else 0) for code, n in call.looked.items()}
    return [words[code] % {"n": n} for code, n in found.items() if code in words and n > 0]
