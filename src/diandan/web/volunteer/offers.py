"""接单: offers to my teams and open claims; yes, or no with one tap of reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diandan.flow import answers
from diandan.ground.people.models import Team
from diandan.kit.refusal import Refusal
from diandan.path.bundle.queries import requests_of
from diandan.path.dispatch.models import DeclineReason, Offer
from diandan.path.dispatch.queries import asks_of
from diandan.path.engage import queries
from diandan.path.engage.actions.accept import what_else_for
from diandan.web import door
from diandan.web.shared.once import once
from diandan.web.volunteer import rows, turn
from diandan.web.volunteer.frame import page

LOST = ("taken", "offer_over")


@require_safe
@door.signed_in
def offers(request: HttpRequest) -> HttpResponse:
    """What my teams are asked, what anybody may claim, and what became of earlier offers."""
    by, at = door.actor(request), door.now(request)
    context = {
        "asked": [rows.offer_row(o, at) for o in queries.offers_asked(by, at)],
        "asks": [rows.ask_row(a, at) for a in asks_of(door.me(request).id)],
        "standing_by": [rows.offer_row(o, at) for o in queries.standing_by(by)],
        "claims": [
            rows.offer_row(c.offer, at, c.teams[0] if c.teams else None)
            for c in queries.claims_for(by, at)
        ],
        "answered": [rows.offer_row(o, at) for o in queries.offers_answered(by)],
        "leads": bool(by.leads),
        "in_team": bool(by.member_of),
    }
    return page(request, "offers", context, tab="/v/offers")


@require_safe
@door.signed_in
def offer(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """One offer, with two equal answers."""
    return _offer_page(request, queries.offer_seen(offer_id, door.actor(request)))


def _offer_page(request: HttpRequest, row: Offer, error: Refusal | None = None) -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    mine = _own_teams(row, request)
    asks = row.state == Offer.State.OPEN and row.expires_at > at
    team = row.team or (mine[0] if mine else None)
    context = {
        "id": row.id,
        "offer": {**rows.offer_row(row, at, team), **_need(row)},
        "is_claim": row.team_id is None,
        "why_us": turn.why_us(row),
        "can_answer": asks and bool(mine),
        "asks": asks,
        "teams_own": bool(mine),
        "teams": [{"value": t.id, "label": t.name} for t in mine] if len(mine) > 1 else [],
        "error": error,
        "over": _what_became(row, by.leads) if not asks else None,
        "else": what_else_for(row, by, at) if not asks else [],
    }
    return page(request, "offer", context, tab="/v/offers", status=error.status if error else 200)


def _own_teams(row: Offer, request: HttpRequest) -> list[Team]:
    """The teams in whose name she could answer this offer."""
    led = Team.objects.filter(id__in=door.actor(request).leads, closed_at=None)
    if row.team_id is not None:
        return list(led.filter(id=row.team_id).select_related("home"))
    return [t for t in led.select_related("home") if queries.could_do(t, row.job)]


def _need(row: Offer) -> dict[str, Any]:
    """Who needs what, in the words of the menu: the resident's own come after acceptance."""
    job = row.job
    requests = requests_of(job)
    people = sum(r.people_count for r in requests)
    return {
        "need": ngettext("%(n)d 位居民需要「%(what)s」", "%(n)d 位居民需要「%(what)s」", people)
        % {"n": people, "what": job.item.title if job.item else job.kind.name},
        "orders": len(requests),
        "skills": "、".join(job.skills),
        "risk": job.risk_notice,
    }


def _standing_by() -> dict[str, str]:
    words = _("你们队在备勤。接单的队伍来不了时,这张单子就交给你们,会马上告诉您。")
    return {"code": "standby", "sentence": words}


def _released() -> dict[str, str]:
    return {
        "code": "released",
        "sentence": _("接单的队伍已经到场,或不再需要了,备勤结束。谢谢你们。"),
    }


STOOD_BY = {Offer.State.STANDBY: _standing_by, Offer.State.RELEASED: _released}


def _what_became(row: Offer, leads: frozenset[UUID]) -> dict[str, str]:
    """What to say on the page of an offer that needs no answer any more."""
    engagement = queries.living(row.job)
    if row.role == Offer.Role.BACKUP and row.state in STOOD_BY:
        return STOOD_BY[Offer.State(row.state)]()
    ours = engagement is not None and engagement.team_id in leads
    if row.state == Offer.State.ACCEPTED and ours:
        return {"code": "ours", "sentence": _("你们队已接单。"), "href": f"/v/jobs/{row.job_id}"}
    if row.state == Offer.State.DECLINED:
        return {
            "code": "declined",
            "sentence": _("已告诉派单员,谢谢您及时回复。这不影响你们的任何记录。"),
        }
    if engagement is not None:
        name = engagement.team.name
        return {"code": "taken", "sentence": _("%(team)s先接了这张单子。") % {"team": name}}
    return {"code": "over", "sentence": _("这份邀约已过期或收回,不影响你们的任何记录。")}


@require_POST
@door.signed_in
def accept(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """接单. Whoever is late is told who is thanked, and what else there is."""
    by, at = door.actor(request), door.now(request)
    row = queries.offer_seen(offer_id, by)
    try:
        team = UUID(request.POST["team"]) if request.POST.get("team") else None
    except ValueError:
        team = None

    def act() -> str:
        engagement = answers.accept_offer(offer_id, by=by, at=at, team_id=team)
        messages.success(request, _("接单成功,谢谢你们。请安排队员。"))
        return f"/v/jobs/{engagement.job_id}"

    try:
        return once(request, act)
    except Refusal as no:
        if no.code in LOST:
            return _lost(request, no)
        if no.field == "team":
            return _offer_page(request, row, no)
        raise


@require_POST
@door.signed_in
def stand_by(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """备勤: yes, we would come if the team that has it cannot."""
    by, at = door.actor(request), door.now(request)
    queries.offer_seen(offer_id, by)

    def act() -> str:
        answers.stand_by(offer_id, by=by, at=at)
        messages.success(request, _("已记下备勤,谢谢你们。用得上时会马上告诉您。"))
        return f"/v/offers/{offer_id}"

    try:
        return once(request, act)
    except Refusal as no:
        if no.code in LOST:
            return _lost(request, no)
        raise


def _lost(request: HttpRequest, no: Refusal) -> HttpResponse:
    context = {
        "sentence": no.sentence,
        "winner": no.more.get("winner", ""),
        "else": no.more.get("else", []),
    }
    return page(request, "lost", context, tab="/v/offers", status=no.status)


@require_http_methods(["GET", "POST"])
@door.signed_in
def decline(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """这次不行: one tap of reason."""
    by, at = door.actor(request), door.now(request)
    row = queries.offer_seen(offer_id, by)
    error = None
    if request.method == "POST":

        def act() -> str:
            answers.decline_offer(
                offer_id,
                reason=request.POST.get("reason", ""),
                text=request.POST.get("text", ""),
                by=by,
                at=at,
            )
            return f"/v/offers/{offer_id}"

        try:
            return once(request, act)
        except Refusal as no:
            if no.field != "reason":
                raise
            error = no
    context = {
        "id": row.id,
        "offer": rows.offer_row(row, at),
        "reasons": [{"value": v, "label": label} for v, label in DeclineReason.choices],
        "text": request.POST.get("text", ""),
        "error": error,
    }
    status = error.status if error else 200
    return page(request, "decline", context, tab="/v/offers", status=status)
