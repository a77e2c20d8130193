"""星级审核: what volunteers applied for, what levels above decided, objections, and candidates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from diandan.ground.people.actor import Actor
from diandan.ground.people.queries import masked_names
from diandan.ground.places import queries as places
from diandan.ground.places.models import Place
from diandan.kit.refusal import forbidden
from diandan.kit.units import local
from diandan.square.star import queries
from diandan.square.star.actions import decide
from diandan.square.star.actions.propose import propose_all
from diandan.square.star.models import StarApproval, StarCase
from diandan.square.star.policies import CHECKERS
from diandan.square.star.rulebook import rules_for
from diandan.web import door
from diandan.web.shared.once import once

from . import frame, takeaway

State = StarCase.State
TONES = {
    State.PROPOSED: "plain",
    State.DECLINED: "plain",
    State.APPLIED: "wait",
    State.ON_NOTICE: "wait",
    State.GRANTED: "good",
    State.REFUSED: "late",
}
HOUR = 60
LISTED = 300
YEAR_LEAST, YEAR_MOST, HOURS_MOST = 2000, 2999, 8760


def _centre(by: Actor) -> Place:
    """The centre whose stars she checks."""
    for grant in by.grants:
        if grant.role in CHECKERS:
            place = places.by_id(grant.place_id)
            centre = places.center_of(place)
            if by.holds(CHECKERS, centre.path):
                return centre
    raise forbidden(_("星级由中心工作人员审核。"), "not_your_centre")


@require_GET
@door.staff_only
def queue(request: HttpRequest) -> HttpResponse:
    """Those who applied first; then what is on notice; then the rest."""
    by = door.actor(request)
    centre = _centre(by)
    state = request.GET.get("state", State.APPLIED.value)
    cases = list(queries.queue(centre, state)[:LISTED])
    names = masked_names(c.person_id for c in cases)
    rules = rules_for(centre)
    counts = {s: queries.queue(centre, s).count() for s in (State.APPLIED, State.ON_NOTICE)}
    return frame.plain(
        request,
        "desk/stars.html",
        "stars",
        rows=[_row(c, names.get(c.person_id, "")) for c in cases],
        state=state,
        states=[
            {"value": s.value, "label": s.label, "n": counts.get(s)}
            for s in State
            if s != State.SUPERSEDED
        ],
        rules=rules,
    )


def _row(case: StarCase, who: str) -> dict[str, Any]:
    level = decide.waits_for(case) if case.state == State.APPLIED else ""
    volunteer = getattr(case.person, "volunteer", None)
    return {
        "id": case.id,
        "who": who,
        "number": volunteer.number if volunteer else case.number,
        "level": case.level,
        "hours": f"{case.minutes / HOUR:g}",
        "applied_at": case.applied_at,
        "until": case.notice_until,
        "state": {"word": State(case.state).label, "tone": TONES[State(case.state)]},
        "waits_for": StarApproval.Level(level).label if level else "",
        "is_ours": level == StarApproval.Level.COUNTY,
        "approvals": [
            {
                "level": a.get_level_display(),
                "body": a.body,
                "document": a.document,
                "at": a.at,
            }
            for a in case.approvals.all()
        ],
        "objections": [
            {"id": o.id, "text": o.text, "at": o.at, "open": o.settled_at is None,
             "settlement": o.settlement}
            for o in case.objections.all()
        ],
        "why": case.ended_why,
    }  # fmt: skip


@require_POST
@door.staff_only
def decide_on(request: HttpRequest, star_case_id: UUID) -> HttpResponse:
    """Approve at the level that is next, or refuse with a reason."""
    by, at = door.actor(request), door.now(request)
    yes = request.POST.get("answer") == "yes"

    def act() -> str:
        if yes:
            row = decide.approve(
                star_case_id,
                body=request.POST.get("body", ""),
                document=request.POST.get("document", ""),
                by=by,
                at=at,
            )
            if row.state == State.ON_NOTICE:
                messages.success(request, _("审核通过,已开始公示。"))
            else:
                messages.success(request, _("已记下,等上一级审批。"))
        else:
            decide.refuse(star_case_id, reason=request.POST.get("reason", ""), by=by, at=at)
            messages.success(request, _("已告诉本人没有评定的原因。"))
        return reverse("desk_stars")

    return once(request, act)


@require_POST
@door.staff_only
def settle(request: HttpRequest, star_objection_id: UUID) -> HttpResponse:
    """Answer an objection: upheld ends the application, else the notice goes on."""

    def act() -> str:
        decide.settle_star_objection(
            star_objection_id,
            is_upheld=request.POST.get("answer") == "upheld",
            text=request.POST.get("text", ""),
            by=door.actor(request),
            at=door.now(request),
        )
        messages.success(request, _("异议已处理。"))
        return f"{reverse('desk_stars')}?state=on_notice"

    return once(request, act)


@require_POST
@door.staff_only
def look_again(request: HttpRequest) -> HttpResponse:
    """Count everybody again, after the rules changed."""
    by = door.actor(request)
    centre = _centre(by)

    def act() -> str:
        n = propose_all(centre, by=by, at=door.now(request))
        messages.success(request, _("已按现行规则重新计算,新达到星级 %d 人,已告诉本人。") % n)
        return reverse("desk_stars")

    return once(request, act)


def _asked(request: HttpRequest) -> tuple[int, int]:
    """The year and the least hours the address asks for."""
    this = local(door.now(request)).year
    year, hours = request.GET.get("year", ""), request.GET.get("hours", "")
    found = int(year) if year.isascii() and year.isdigit() and len(year) < 5 else this
    least = int(hours) if hours.isascii() and hours.isdigit() and len(hours) < 6 else 24
    return min(max(found, YEAR_LEAST), YEAR_MOST), min(max(least, 1), HOURS_MOST)


def _candidates(request: HttpRequest) -> tuple[int, int, list[queries.Candidate]]:
    centre = _centre(door.actor(request))
    year, hours = _asked(request)
    return year, hours, queries.candidates(centre, year, hours * HOUR)


@require_http_methods(["GET"])
@door.staff_only
def candidates(request: HttpRequest) -> HttpResponse:
    """年度优秀志愿者候选: counted from rows, named only with consent, in no order of hours."""
    year, hours, found = _candidates(request)
    query = f"?year={year}&hours={hours}"
    return frame.plain(
        request,
        "desk/star_candidates.html",
        "stars",
        year=year,
        hours=hours,
        rows=[
            {"number": c.number, "name": c.name, "hours": f"{c.minutes / HOUR:g}"} for c in found
        ],
        agreed=sum(c.agreed for c in found),
        xlsx_url=reverse("desk_star_candidates_export", args=["xlsx"]) + query,
        csv_url=reverse("desk_star_candidates_export", args=["csv"]) + query,
    )


@require_GET
@door.staff_only
def candidates_export(request: HttpRequest, form: str) -> HttpResponse:
    """The list as it is shown."""
    year, _hours, found = _candidates(request)
    heads = [_("志愿者编号"), _("姓名(本人同意公开的)"), _("已核实小时")]
    cells = [[c.number, c.name, c.minutes / HOUR] for c in found]
    give = takeaway.as_xlsx if form == "xlsx" else takeaway.as_csv
    return give(_("%d年度候选") % year, heads, cells)
