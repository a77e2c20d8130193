"""进村入户: plans of visits, the households of each, and what was heard at their doors."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from diandan.ground.people.actor import Actor
from diandan.ground.people.queries import masked_name
from diandan.kit.refusal import missing
from diandan.kit.units import local
from diandan.path.ask.actions import visits as acts
from diandan.path.ask.models import Channel, Request, VisitPlan
from diandan.path.ask.queries import visible
from diandan.path.ask.queries_regular import (
    plan_for_change,
    plans_for,
    visit_for_change,
    visits_of,
)
from diandan.web import door

from . import frame, parsing, pick, takeaway


@require_GET
@door.staff_only
def plans(request: HttpRequest) -> HttpResponse:
    """Every plan of the places where she works."""
    by = door.actor(request)
    found = [
        {
            "href": reverse("desk_visit_plan", args=[p.id]),
            "title": p.title,
            "place": p.place.name,
            "team": p.team.name if p.team else "",
            "from_on": p.from_on,
            "until_on": p.until_on,
            "households": p.households,  # type: ignore[attr-defined]  # annotated
            "visited": p.visited,  # type: ignore[attr-defined]  # annotated
            "heard": p.heard,  # type: ignore[attr-defined]  # annotated
            "closed": p.closed_at,
        }
        for p in plans_for(by)[:100]
    ]
    return frame.plain(request, "desk/visits.html", "visits", plans=found)


@require_http_methods(["GET", "POST"])
@door.staff_only
def new(request: HttpRequest) -> HttpResponse:
    """定点、定人、定时: a place, its households, a team, from when until when."""
    by = door.actor(request)
    if request.method == "POST":
        return frame.act(
            request, "plan", lambda: _plan(request, by), lambda failed: _form(request, by, failed)
        )
    return _form(request, by)


def _form(request: HttpRequest, by: Actor, failed: frame.Failed | None = None) -> HttpResponse:
    typed = failed.typed if failed else {}
    return frame.plain(
        request,
        "desk/visit_new.html",
        "visits",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        typed=typed,
        place=pick.field("visits", by, typed, "place"),
        team=pick.field("teams", by, typed, "team", nobody=_("由站里工作人员走访")),
        today=local(door.now(request)).date(),
    )


def _plan(request: HttpRequest, by: Actor) -> str:
    place = pick.place_meant("visits", by, request.POST)
    labels = [line.strip() for line in request.POST.get("households", "").splitlines()]
    plan = acts.plan_visits(
        place=place,
        title=request.POST.get("title", ""),
        households=[acts.Household(label=label, place=place) for label in labels if label],
        from_on=parsing.day(request, "from_on"),
        until_on=parsing.day(request, "until_on"),
        team=pick.team_meant(by, request.POST),
        by=by,
        at=door.now(request),
    )
    frame.said(request, _("走访计划已建好。"), "plan")
    return reverse("desk_visit_plan", args=[plan.id])


@require_GET
@door.staff_only
def plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The households of a plan."""
    return _plan_page(request, plan_id)


def _plan_page(
    request: HttpRequest, plan_id: UUID, failed: frame.Failed | None = None
) -> HttpResponse:
    by = door.actor(request)
    row = _find(plan_id, by)
    return frame.plain(
        request,
        "desk/visit_plan.html",
        "visits",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        plan=row,
        visits=_households(row, by),
        csv_url=reverse("desk_visit_export", args=[row.id, "csv"]),
        xlsx_url=reverse("desk_visit_export", args=[row.id, "xlsx"]),
        today=local(door.now(request)).date(),
    )


def _households(row: VisitPlan, by: Actor) -> list[dict[str, object]]:
    visits = visits_of(row)
    heard: dict[UUID | None, list[dict[str, str]]] = {}
    needs: list[Request] = list(
        visible(by).filter(visit__in=visits, is_private=False).order_by("placed_at")
    )
    for need in needs:
        heard.setdefault(need.visit_id, []).append(
            {"title": need.title, "href": reverse("desk_request", args=[need.id])}
        )
    return [
        {
            "id": v.id,
            "label": v.label,
            "place": v.place.name,
            "visitor": masked_name(v.visitor) if v.visitor else "",
            "due_on": v.due_on,
            "visited_at": v.visited_at,
            "note": v.note,
            "needs": heard.get(v.id, []),
            "new": f"{reverse('desk_new')}?channel={Channel.VISIT}&visit={v.id}&place={v.place_id}",
        }
        for v in visits
    ]


@require_GET
@door.staff_only
def export(request: HttpRequest, plan_id: UUID, form: str) -> HttpResponse:
    """The household list as it is shown."""
    by = door.actor(request)
    row = _find(plan_id, by)
    heads = [_("住户"), _("地点"), _("应走访"), _("已走访"), _("记录"), _("听到的需求")]
    cells = [
        [
            v["label"],
            v["place"],
            str(v["due_on"]),
            v["visited_at"],
            v["note"],
            "、".join(n["title"] for n in v["needs"]),  # type: ignore[attr-defined]  # a list
        ]
        for v in _households(row, by)
    ]
    give = takeaway.as_xlsx if form == "xlsx" else takeaway.as_csv
    return give(row.title, heads, cells)


@require_POST
@door.staff_only
def note(request: HttpRequest, plan_id: UUID, visit_id: UUID) -> HttpResponse:
    """Somebody was at this door."""
    by, at = door.actor(request), door.now(request)

    def acted() -> str:
        visit = visit_for_change(visit_id)
        acts.note_visit(visit, note=request.POST.get("note", ""), by=by, at=at)
        frame.said(request, _("%(label)s 已记录。") % {"label": visit.label}, f"visit-{visit_id}")
        return reverse("desk_visit_plan", args=[plan_id]) + f"#v-{visit_id}"

    return frame.act(request, "note", acted, lambda failed: _plan_page(request, plan_id, failed))


@require_POST
@door.staff_only
def close(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """End the plan."""
    by, at = door.actor(request), door.now(request)

    def acted() -> str:
        acts.close_plan(plan_for_change(plan_id), by=by, at=at)
        frame.said(request, _("走访计划已结束,没走到的户留有记录。"))
        return reverse("desk_visit_plan", args=[plan_id])

    return frame.act(request, "close", acted, lambda failed: _plan_page(request, plan_id, failed))


def _find(plan_id: UUID, by: Actor) -> VisitPlan:
    row = plans_for(by).filter(id=plan_id).first()
    if row is None:
        raise missing(_("没有找到这个走访计划。"))
    return row
