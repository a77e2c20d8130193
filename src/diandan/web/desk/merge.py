"""集单台: like needs side by side, and the project they would become; also 制单 of one alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from diandan.flow import conductor
from diandan.flow.choice import chosen, flow_of
from diandan.flow.desks import requests_at
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Role
from diandan.ground.people.queries import masked_name
from diandan.ground.places.models import Place
from diandan.ground.places.queries import center_of
from diandan.kit.refusal import Refusal, conflict
from diandan.kit.units import local
from diandan.path.ask.models import Request
from diandan.path.ask.queries import visible
from diandan.path.ask.states import RequestState
from diandan.path.bundle.actions.design import Draft, meeting_place
from diandan.path.bundle.queries import job_of
from diandan.web import door

from . import frame, parsing
from .likeness import likeness, marked, shared_words, tokens
from .rows import say_left, say_window

LIKE = 0.12
AT_MOST = 40
MERGEABLE = (RequestState.PLACED, RequestState.TAKEN_UP)


@require_http_methods(["GET", "POST"])
@door.staff_only
def merge(request: HttpRequest) -> HttpResponse:
    """Groups to choose from, or one group side by side with its draft."""
    by = door.actor(request)
    if request.method == "POST":
        return frame.act(
            request,
            "merge",
            lambda: _arrange(request, by),
            lambda failed: _show(request, by, failed),
        )
    return _show(request, by)


def _show(request: HttpRequest, by: Actor, failed: frame.Failed | None = None) -> HttpResponse:
    rows, ticked = _chosen(request, by)
    status = failed.refusal.status if failed else 200
    context: dict[str, Any] = {
        "no_merge": _no_merge(by),
        "may_set": any(g.role == Role.ADMIN for g in by.grants),
        "groups": _groups(by),
        "failed": failed,
        "status": status,
    }
    if rows:
        context |= _side_by_side(request, rows, ticked, failed)
    return frame.plain(request, "desk/merge.html", "merge", **context)


def _no_merge(by: Actor) -> str:
    """The name of the flow her desks live by, when it does not collect needs."""
    paths = sorted(by.paths, key=len)
    place = Place.objects.filter(path=paths[0]).first() if paths else None
    flow = flow_of(chosen(center_of(place))) if place else None
    return flow.name if flow and not flow.merges else ""


def _groups(by: Actor) -> list[dict[str, Any]]:
    """Kinds with at least two needs waiting in one place, the fullest first."""
    found = (
        _waiting(by)
        .order_by()
        .values("kind_id", "kind__name", "owner_place_id", "owner_place__name", "flow")
        .annotate(n=Count("pk"))
        .filter(n__gte=2)
        .order_by("-n")[:20]
    )
    here = reverse("desk_merge")
    return [
        {
            "kind": g["kind__name"],
            "place": g["owner_place__name"],
            "n": g["n"],
            "href": f"{here}?kind={g['kind_id']}&at={g['owner_place_id']}&flow={g['flow']}",
        }
        for g in found
    ]


def _waiting(by: Actor) -> Any:
    return requests_at(by).filter(state__in=MERGEABLE, is_private=False)


def _chosen(request: HttpRequest, by: Actor) -> tuple[list[Request], set[UUID]]:
    """The needs to show, and which are ticked: those named, else the group's."""
    asked = request.POST if request.method == "POST" else request.GET
    named = set(parsing.uuids(asked.getlist("ids")))
    rows = _waiting(by).select_related("place", "kind", "requester", "centre", "owner_place")
    if request.method == "POST":
        shown = set(parsing.uuids(asked.getlist("shown"))) | named
        return list(rows.filter(id__in=shown).order_by("placed_at", "id")), named
    if named:
        first = rows.filter(id__in=named).order_by("placed_at").first()
        if first is None:
            raise Refusal("gone", _("这些点单已经有人办了,或不在您的范围内。"), status=404)
        group = rows.filter(
            Q(id__in=named)
            | Q(kind=first.kind, flow=first.flow, owner_place_id=first.owner_place_id)
        )
        return list(group.order_by("placed_at", "id")[:AT_MOST]), named
    kind, at_place = asked.get("kind", ""), asked.get("at", "")
    if not (kind.isdigit() and at_place.isdigit()):
        return [], set()
    group = rows.filter(kind_id=int(kind), owner_place_id=int(at_place))
    if asked.get("flow"):
        group = group.filter(flow=asked["flow"])
    listed = list(group.order_by("placed_at", "id")[:AT_MOST])
    return listed, _alike_to_first(listed)


def _alike_to_first(rows: Sequence[Request]) -> set[UUID]:
    """The largest bunch of needs that are like one of them: a proposal the clerk may change."""
    said = {r.id: tokens(r.words) for r in rows}
    bunches = [
        {o.id for o in rows if o.id == r.id or likeness(said[r.id], said[o.id]) >= LIKE}
        for r in rows
    ]
    return max(bunches, key=len, default=set())


def _side_by_side(
    request: HttpRequest, rows: list[Request], ticked: set[UUID], failed: frame.Failed | None
) -> dict[str, Any]:
    at = door.now(request)
    inside = [r for r in rows if r.id in ticked] or rows[:1]
    same = shared_words(r.words for r in rows)
    first = inside[0]
    windows = [r for r in inside if r.wanted_from]
    draft = {
        "title": first.title
        if len(inside) == 1
        else _("%(kind)s集中服务") % {"kind": first.kind.name},
        "plan": "",
        "headcount": max(first.kind.headcount, 2 if first.kind.two_person else 1),
        "minutes": first.kind.minutes * max(1, len(inside) if len(inside) < 4 else 3),
        "starts_at": _field_time(windows[0].wanted_from) if windows else "",
        "ends_at": _field_time(windows[0].wanted_until) if windows else "",
    }
    if failed:
        draft |= {k: failed.typed.get(k, "") for k in draft}
    return {
        "cards": [
            {
                "id": r.id,
                "number": r.number,
                "who": masked_name(r.requester),
                "place": r.place.name,
                "people": r.people_count,
                "when": say_window(r.wanted_from, r.wanted_until),
                "clock": say_left(r.promise_at, at),
                "pieces": marked(r.words, same),
                "ticked": r.id in ticked,
                "href": reverse("desk_request", args=[r.id]),
                "placed": r.state == RequestState.PLACED,
            }
            for r in rows
        ],
        "same": sorted(same, key=len, reverse=True)[:12],
        "draft": draft,
        "count": len(inside),
        "together_at": meeting_place(inside).full_name,
        "risk": first.kind.risk_notice,
        "kind": first.kind,
        "flow_name": flow_of(first.flow).name,
    }


def _arrange(request: HttpRequest, by: Actor) -> str:
    ids = parsing.uuids(request.POST.getlist("ids"))
    if not ids:
        raise Refusal("nothing_chosen", _("请至少勾选一张点单。"), field="ids")
    at = door.now(request)
    first = _waiting(by).filter(id__in=ids).order_by("placed_at", "id").first()
    if first is None or _waiting(by).filter(id__in=ids).count() != len(set(ids)):
        raise _gone(by, ids)
    if first.state == RequestState.PLACED:
        conductor.do_request(first.id, "take_up", by=by, at=at)
    draft = Draft(
        title=request.POST.get("title", "").strip(),
        plan=request.POST.get("plan", "").strip()[:2000],
        headcount=parsing.number(request, "headcount"),
        minutes=parsing.number(request, "minutes"),
        starts_at=parsing.moment(request, "starts_at"),
        ends_at=parsing.moment(request, "ends_at"),
    )
    others = [i for i in ids if i != first.id]
    row = conductor.do_request(first.id, "arrange", by=by, at=at, draft=draft, others=others)
    job = job_of(row)
    assert job is not None
    sentence = _("已制单 %(number)s。")
    if len(ids) > 1:
        sentence = _("已把 %(n)d 张点单合成一张服务单 %(number)s,每位点单人都还在。")
    frame.said(request, sentence % {"n": len(ids), "number": job.number}, "merge")
    return reverse("desk_job", args=[job.id])


def _gone(by: Actor, ids: Sequence[UUID]) -> Refusal:
    """Which of the ticked needs wait no longer, as far as she may know."""
    waiting = _waiting(by).values("id")
    changed = visible(by).filter(id__in=ids).exclude(id__in=waiting).order_by("number")
    said = "、".join(f"{r.number}({r.get_state_display()})" for r in changed)
    if not said:
        return Refusal("gone", _("有点单已经有人办了,或不在您的范围内,请刷新后再选。"), status=404)
    return conflict(
        "gone",
        _("%(numbers)s 刚刚有了变化,不能再合进来。其余的还在,写好的也在,请核对后再制单。")
        % {"numbers": said},
    )


def _field_time(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%dT%H:%M}" if moment else ""
