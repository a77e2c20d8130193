"""星级: how far to the next star, her own act of applying, and the public notice with objections."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diandan.ground.people.queries import volunteer_of
from diandan.kit.refusal import missing
from diandan.square.star import queries
from diandan.square.star.actions.decide import object_to_star
from diandan.square.star.actions.propose import apply_for, decline
from diandan.square.star.models import StarCase
from diandan.square.star.rulebook import rules_for
from diandan.web import door
from diandan.web.shared.malls import centre_for
from diandan.web.shared.once import once
from diandan.web.volunteer.frame import page

State = StarCase.State
TONES = {
    State.PROPOSED: "wait",
    State.DECLINED: "plain",
    State.APPLIED: "wait",
    State.ON_NOTICE: "wait",
    State.GRANTED: "good",
    State.REFUSED: "late",
}
HOUR = 60


def hours_words(minutes: int) -> str:
    """12小时30分钟, without the half that is nought."""
    whole, rest = divmod(minutes, HOUR)
    if not rest:
        return _("%d小时") % whole
    return _("%(h)d小时%(m)d分钟") % {"h": whole, "m": rest}


@require_safe
@door.signed_in
def stars(request: HttpRequest) -> HttpResponse:
    """My star, what the next one needs, and what I may apply for."""
    me = door.me(request)
    centre = centre_for(me)
    rules = rules_for(centre)
    found = queries.stand_of(me.id, centre)
    target = rules.hours[found.next_level - 1] * HOUR if found.next_level else found.minutes
    context: dict[str, Any] = {
        "level": queries.level_of(me.id, centre),
        "has": hours_words(found.minutes),
        "next": found.next_level,
        "needed": hours_words(found.minutes_needed) if found.minutes_needed else "",
        "points_needed": found.points_needed,
        "done": min(found.minutes, target),
        "target": target or 1,
        "steps": [
            {"level": n, "hours": h, "reached": found.minutes >= h * HOUR}
            for n, h in enumerate(rules.hours, 1)
        ],
        "rules": rules,
        "declared": "declared" in rules.counts,
        "is_volunteer": volunteer_of(me.id) is not None,
        "open": [
            {"case": c, "hours": hours_words(c.minutes)}
            for c in queries.cases_of(me.id)
            if c.state in (State.PROPOSED, State.DECLINED)
        ],
        "cases": [
            {
                "level": c.level,
                "number": c.number,
                "state": {"word": State(c.state).label, "tone": TONES[State(c.state)]},
                "until": c.notice_until if c.state == State.ON_NOTICE else None,
                "why": c.ended_why,
                "may_withdraw": c.state == State.APPLIED,
                "id": c.id,
            }
            for c in queries.cases_of(me.id)
            if c.state in (State.APPLIED, State.ON_NOTICE, State.REFUSED)
        ],
        "history": queries.stars_of(me.id),
    }
    return page(request, "stars", context)


@require_POST
@door.signed_in
def apply(request: HttpRequest, star_case_id: UUID) -> HttpResponse:
    """I apply; whether my name stands on the notice is asked apart from it."""

    def act() -> str:
        show = request.POST.get("show_name") == "yes"
        apply_for(star_case_id, may_show_name=show, by=door.actor(request), at=door.now(request))
        messages.success(request, _("已申请。审核通过后公示,没有异议就评定。"))
        return reverse("v_stars")

    return once(request, act)


@require_POST
@door.signed_in
def not_now(request: HttpRequest, star_case_id: UUID) -> HttpResponse:
    """Not now; nothing is lost."""

    def act() -> str:
        decline(star_case_id, by=door.actor(request), at=door.now(request))
        messages.success(request, _("好的,什么时候想申请都可以,不影响任何记录。"))
        return reverse("v_stars")

    return once(request, act)


@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """公示: anybody may look; a number and a masked name, or a name where she agreed."""
    centre = door.centre()
    if centre is None:
        raise missing(_("这里还没有建好阵地。"), "no_centre")
    cases = queries.on_notice(centre)
    names = queries.shown_names(cases)
    context = {
        "rows": [
            {
                "id": c.id,
                "number": c.number,
                "name": names[c.id],
                "level": c.level,
                "hours": hours_words(c.minutes),
                "until": c.notice_until,
            }
            for c in cases
        ],
        "centre": centre.full_name,
        "signed_in": door.actor(request).person_id is not None,
    }
    if door.actor(request).person_id is None:
        from django.shortcuts import render

        return render(request, "volunteer/star_notice.html", context)
    return page(request, "star_notice", context)


@require_POST
@door.signed_in
def object_to(request: HttpRequest, star_case_id: UUID) -> HttpResponse:
    """异议: by somebody known by name; another officer answers it."""

    def act() -> str:
        text = request.POST.get("text", "")
        object_to_star(star_case_id, text=text, by=door.actor(request), at=door.now(request))
        messages.success(request, _("异议已收到,处理完以前不会评定。"))
        return reverse("v_star_notice")

    return once(request, act)
