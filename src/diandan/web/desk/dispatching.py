"""派单台: the whole plan of a centre's waiting jobs before it is sent, with what changed and why.

The dispatch process made the plan and its reasons; this page reads them, and sends what is ticked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from diandan.flow import conductor
from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.ground.places.queries import center_of
from diandan.kit.refusal import Refusal
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import visible
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.models import DispatchRound
from diandan.path.dispatch.rounds import Since, asked_first, latest, planned, since_before
from diandan.web import door
from diandan.web.shared import reasons

from . import frame, parsing, sight
from .rows import say_left

AT_MOST = 60
SAID_KEY = "dispatch_said"


@dataclass(slots=True)
class Sent:
    """What became of the ticked jobs; `kept` is what she typed for those that did not go.

    A job she left out is kept too: ticked again by itself it would go with the next press.
    """

    went: list[str] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    kept: dict[str, dict[str, str]] = field(default_factory=dict)

    def refused(self, job: Job | None, key: str, no: Refusal, typed: dict[str, str]) -> None:
        """Keep why, and what was typed."""
        self.failed.append({"number": job.number if job else "", "why": no.sentence})
        self.kept[key] = {**typed, "why_not": no.sentence}


@require_http_methods(["GET", "POST"])
@door.staff_only
def board(request: HttpRequest) -> HttpResponse:
    """The newest plan; a POST sends the ticked jobs, each on its own."""
    if request.method == "POST":
        return frame.act(
            request, "dispatch", lambda: _send(request), lambda failed: _show(request, failed)
        )
    return _show(request)


@require_GET
@door.staff_only
def fresh(request: HttpRequest) -> HttpResponse:
    """A line that says so when there is a newer plan than the page shows; else nothing."""
    shown = request.GET.get("round", "")
    newest = {str(one.id) for one in _rounds(door.actor(request))}
    context = {"is_old": bool(shown) and shown not in newest}
    return frame.kept_nowhere(render(request, "desk/dispatch_fresh.html", context))


def _centres(by: Actor) -> list[Place]:
    """The centres she works in or for."""
    found = {}
    for place in Place.objects.filter(path__in=by.paths).order_by("path"):
        centre = center_of(place)
        found[centre.id] = centre
    return list(found.values())


def _rounds(by: Actor) -> list[DispatchRound]:
    return [made for centre in _centres(by) if (made := latest(centre)) is not None]


def _waiting(by: Actor, ids: Iterable[str]) -> list[Job]:
    rows = visible(by).filter(id__in=list(ids), state=JobState.READY)
    return list(
        rows.select_related("place", "kind", "centre", "owner_place").order_by("promise_at", "id")
    )


def _show(request: HttpRequest, failed: frame.Failed | None = None) -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    said = request.session.pop(SAID_KEY, None) if request.method == "GET" else None
    kept: dict[str, dict[str, str]] = (said or {}).get("kept", {})
    if request.method == "POST":
        kept = _left_out(request)
    parts = [_part(made, by, at, kept) for made in _rounds(by)]
    shown = [part for part in parts if part["jobs"]]
    return frame.kept_nowhere(
        frame.plain(
            request,
            "desk/dispatch.html",
            "dispatch",
            parts=shown,
            has_round=bool(parts),
            may_send=any(job["may"] for part in shown for job in part["jobs"]),
            failed=failed,
            not_sent=(said or {}).get("failed", ()),
            status=failed.refusal.status if failed else 200,
        )
    )


def _part(
    made: DispatchRound, by: Actor, at: datetime, kept: dict[str, dict[str, str]]
) -> dict[str, Any]:
    jobs = _waiting(by, made.order)
    told, pairs, since = made.reasons.get("jobs", {}), planned(made), since_before(made)
    ids = {team for job in jobs for team in made.order[str(job.id)]}
    ids |= {team for job in jobs for team in reasons.teams_in(told.get(str(job.id)))}
    ids |= set(since.moved.values()) - {""} if since else set()
    names = reasons.names_of(ids)
    rows = [_row(made, job, by, at, names, pairs, since) for job in jobs[:AT_MOST]]
    for row in rows:
        row["typed"] = kept.get(row["key"], {})
        row["ticked"] = bool(row["team"]) and not row["typed"].get("left_out")
    return {
        "id": made.id,
        "centre": made.centre.name,
        "made_at": made.made_at,
        "jobs": rows,
        "more": max(0, len(jobs) - AT_MOST),
        "planned": sum(bool(pairs.get(str(job.id))) for job in jobs),
        "optimal": made.optimal,
        "explained": made.explained_at is not None,
        "new": sum(row["change"] == "new" for row in rows),
        "moved": sum(row["change"] == "moved" for row in rows),
        "gone": since.gone if since else 0,
        "first": since is None,
    }


def _row(
    made: DispatchRound,
    job: Job,
    by: Actor,
    at: datetime,
    names: dict[str, str],
    pairs: dict[str, str],
    since: Since | None,
) -> dict[str, Any]:
    key = str(job.id)
    team = pairs.get(key, "")
    why = reasons.card(made.reasons.get("jobs", {}).get(key), names)
    change, was = _change(key, since, names)
    nearest = {one["id"] for one in why["instead"]} if why else set()
    others = [one for one in made.order[key] if one != team and one not in nearest]
    return {
        "key": key,
        "number": job.number,
        "title": sight.title_for(job, by),
        "href": reverse("desk_job", args=[job.id]),
        "kind": job.kind.name,
        "place": job.place.name,
        "urgent": job.urgency == "urgent",
        "clock": say_left(job.promise_at, at),
        "team": team,
        "name": names.get(team, ""),
        "why": why,
        "others": [{"id": one, "name": names.get(one, "")} for one in others],
        "change": change,
        "was": was,
        "may": bool(made.order[key]) and "offer" in conductor.ways(job, by),
    }


def _change(key: str, since: Since | None, names: dict[str, str]) -> tuple[str, str]:
    if since is None:
        return "", ""
    if key in since.new:
        return "new", ""
    if key in since.moved:
        return "moved", names.get(since.moved[key], _("没有队伍"))
    return "", ""


def _send(request: HttpRequest) -> str:
    """Each ticked job on its own: one that cannot go holds no other up."""
    by, at = door.actor(request), door.now(request)
    ticked = [str(one) for one in parsing.uuids(request.POST.getlist("jobs"))]
    if not ticked:
        raise Refusal("nothing_ticked", _("请先勾选要派的单子。"))
    sent = Sent(kept=_left_out(request))
    jobs = {str(job.id): job for job in _waiting(by, ticked)}
    for key in ticked:
        typed = _typed(request, key)
        try:
            _send_one(jobs.get(key), typed, by, at)
        except Refusal as no:
            sent.refused(jobs.get(key), key, no, typed)
        else:
            sent.went.append(key)
    if sent.went:
        frame.said(request, _("派出%(n)d单,等队伍回复。") % {"n": len(sent.went)})
    request.session[SAID_KEY] = {"failed": sent.failed, "kept": sent.kept}
    return reverse("desk_dispatch")


def _typed(request: HttpRequest, key: str) -> dict[str, str]:
    """What she chose and wrote for one job."""
    return {name: request.POST.get(f"{name}-{key}", "").strip() for name in ("team", "why", "plan")}


def _left_out(request: HttpRequest) -> dict[str, dict[str, str]]:
    """The planned jobs on her page which she did not tick, with what she wrote there."""
    shown = parsing.uuids(
        [name.removeprefix("plan-") for name in request.POST if name.startswith("plan-")]
    )
    ticked = set(parsing.uuids(request.POST.getlist("jobs")))
    return {
        str(key): {**_typed(request, str(key)), "left_out": "1"}
        for key in shown
        if key not in ticked
    }


def _send_one(job: Job | None, typed: dict[str, str], by: Actor, at: datetime) -> None:
    if job is None:
        raise Refusal("gone", _("这张单子已不在待派,可能别人刚派出。"))
    made = latest(job.centre)
    order = asked_first(made, job.id) if made else []
    if made is None or not order:
        raise Refusal("no_plan", _("这张单子现在没有可派的队伍,请打开单子处理。"))
    words: dict[str, Any] = {"planned": order, "round_id": made.id}
    chosen = parsing.uuids([typed["team"]]) if typed["team"] else []
    if chosen and str(chosen[0]) != typed["plan"]:
        words |= {"team_ids": chosen, "overruled": typed["why"]}
    elif str(order[0]) != typed["plan"]:
        name = reasons.names_of([order[0]]).get(str(order[0]), "")
        raise Refusal("plan_changed", _("方案变了,现在建议%(team)s,请再看一眼。") % {"team": name})
    conductor.do_job(job.id, "offer", by=by, at=at, **words)
