"""谁没被问,为什么: every team of each round from which a job was offered, with its rule or its cost."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from diandan.path.bundle.models import Job
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.models import DispatchRound, Offer
from diandan.path.dispatch.rounds import Judged, judged, latest, rounds_of
from diandan.web import door
from diandan.web.shared import reasons

from . import frame, jobs, takeaway


def card_for(job: Job) -> dict[str, Any] | None:
    """The why-card of the round that asked about this job, or of the plan that waits for it."""
    last = (
        Offer.objects.filter(job=job, round__isnull=False)
        .select_related("round")
        .order_by("-offered_at", "-id")
        .first()
    )
    made = last.round if last else latest(job.centre) if job.state == JobState.READY else None
    told = made.reasons.get("jobs", {}).get(str(job.id)) if made else None
    found = reasons.card(told, reasons.names_of(reasons.teams_in(told)))
    if found is None:
        return {"asked_url": reverse("desk_asked", args=[job.id])} if last else None
    return {**found, "asked_url": reverse("desk_asked", args=[job.id]) if last else ""}


@require_GET
@door.staff_only
def show(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Round by round."""
    job = jobs.find(job_id, door.actor(request))
    found = rounds_of(job.id)
    context = {
        "job": {
            "id": job.id,
            "number": job.number,
            "kind": job.kind.name,
            "href": reverse("desk_job", args=[job.id]),
        },
        "rounds": [_round(made, job) for made in found],
        "by_hand": Offer.objects.filter(job=job, round=None, team__isnull=False).count(),
    }
    return frame.kept_nowhere(frame.plain(request, "desk/asked.html", "queues", **context))


@require_GET
@door.staff_only
def export(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The same as a table for a file: teams, rules and figures, no person and no words."""
    job = jobs.find(job_id, door.actor(request))
    heads = (_("单号"), _("轮次"), _("队伍"), _("结果"), _("代价(分)"), _("理由"))
    rows = [
        (job.number, made.made_at, row["team"], row["state"]["word"], row["cost"], row["why"])
        for made in rounds_of(job.id)
        for row in _round(made, job)["rows"]
    ]
    return frame.kept_nowhere(takeaway.as_csv(f"{job.number}-asked", heads, rows))


def _round(made: DispatchRound, job: Job) -> dict[str, Any]:
    rows = judged(made, job.id)
    asked = set(Offer.objects.filter(job=job, round=made).values_list("team_id", flat=True))
    names = reasons.names_of(row.team_id for row in rows)
    could = sum(row.could and row.team_id not in asked for row in rows)
    return {
        "at": made.made_at,
        "asked": len(asked),
        "could": could,
        "out": len(rows) - len(asked) - could,
        "rows": [_row(row, row.team_id in asked, names) for row in rows],
    }


def _row(row: Judged, was_asked: bool, names: dict[str, str]) -> dict[str, Any]:
    return {
        "team": names.get(str(row.team_id), ""),
        "state": _state(row, was_asked),
        "cost": reasons.points(row.cost) if row.could or was_asked else "",
        "why": _why(row),
    }


def _state(row: Judged, was_asked: bool) -> dict[str, str]:
    if was_asked:
        word = _("问了,方案首选") if row.is_planned else _("问了")
        return {"word": word, "tone": "good"}
    if row.is_planned:
        return {"word": _("方案首选,由人改派"), "tone": "wait"}
    if row.could:
        return {"word": _("可以问,代价更高"), "tone": "plain"}
    return {"word": _("不合条件"), "tone": "plain"}


def _why(row: Judged) -> str:
    if row.could:
        return reasons.shares(row.parts)
    said = [reasons.house(row.barred)] if row.barred else []
    return ";".join([*said, *reasons.say_all(row.rules)])
