"""点单页: one need with its person, its timeline, its clock, and the buttons this clerk has."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from diandan.flow import answers, conductor, desk_acts
from diandan.flow.choice import flow_of
from diandan.flow.models import Clock
from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.catalogue.queries import kinds_of
from diandan.ground.people import queries as people
from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Kind, Place
from diandan.ground.places.queries import calendar_of
from diandan.kit.refusal import Refusal, missing
from diandan.path.ask import queries as ask
from diandan.path.ask.models import Request
from diandan.path.ask.states import REQUEST_ENDS, RequestState
from diandan.path.assess.policies import may_answer
from diandan.path.assess.queries import whistles_of
from diandan.path.bundle.queries import job_of
from diandan.path.grade.models import Rating
from diandan.path.grade.queries import call_backs_of
from diandan.web import door
from diandan.web.shared import timeline, words
from diandan.web.shared.sight import reads_words

from . import explain, frame, queues, relay, sight
from .likeness import likeness, tokens
from .rows import say_day, say_left, say_window
from .verbs import buttons, done_words, read_asks

ALIKE_AMONG = 120
ALIKE_SHOWN = 5
UNIT_KINDS = (Kind.MEMBER_UNIT, Kind.INSTITUTE, Kind.SPECIALTY_PLATFORM, Kind.TRADE_PLATFORM)
MERGEABLE = (RequestState.PLACED, RequestState.TAKEN_UP)
# Forms of the page beside the verbs'; they keep what was typed themselves.
OTHER_FORMS = ("say", "call", "whistle")
CALL_STATES = (RequestState.SERVED, RequestState.RATED, RequestState.DISPUTED, RequestState.CLOSED)


def find(request_id: UUID, by: Actor) -> Request:
    """The request if this actor may see it; else the same answer as for one that is not there."""
    row = (
        ask.visible(by)
        .select_related(
            "place",
            "kind",
            "centre",
            "owner_place",
            "item",
            "requester",
            "first_owner",
            "placed_by",
        )
        .filter(id=request_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这张单子,或它不在您的范围内。"))
    return row


@require_GET
@door.staff_only
def show(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The request beside its queue."""
    return page(request, find(request_id, door.actor(request)))


def page(
    request: HttpRequest, row: Request, failed: frame.Failed | None = None, **more: Any
) -> HttpResponse:
    """The page of a request; `more` carries what was just revealed."""
    by, at = door.actor(request), door.now(request)
    said = words.for_request(row, at, words.Viewer.STAFF)
    state, clock, more_facts = explain.clocks(row, said, _due(row), at)
    verbs = buttons(row, by)
    shown = {*(v["verb"] for v in verbs), *OTHER_FORMS}
    return frame.three_zones(
        request,
        queue=frame.queue_asked(request, queues.home_queue(row)),
        template="desk/request.html",
        current=row.id,
        failed=failed,
        order=row,
        shut=not (reads_words(by, row) or more.get("opened")),
        state=state,
        clock=clock,
        relay_task=relay.relay_task(row),
        verbs=verbs,
        left_over=failed.left_over(shown) if failed else "",
        person=people.masked_name(row.requester),
        person_phone=people.masked_phone(row.requester),
        timeline=timeline.request_timeline(
            row, viewer=timeline.Viewer.STAFF, at=at, me=by.person_id, state=said
        ),
        facts=[*_facts(row), *more_facts],
        said=_said(row),
        job=job_of(row),
        alike=_alike(row, by),
        whistles=_whistles(row, by, at),
        units=_units(row, by),
        whistle_dues=explain.whistle_dues(row, at),
        kinds=_kinds(row, by),
        call_backs=call_backs_of(row),
        ratings=list(Rating.objects.filter(request=row).order_by("at")),
        follow_up=_follow_up(row, at),
        can_call=row.state in CALL_STATES and queues.works_here(by),
        can_talk=row.state not in REQUEST_ENDS and queues.works_here(by),
        query=request.GET.urlencode(),
        **more,
    )


@require_POST
@door.staff_only
def do(request: HttpRequest, request_id: UUID, verb: str) -> HttpResponse:
    """One verb on a request."""
    by, at = door.actor(request), door.now(request)
    row = find(request_id, by)

    def acted() -> str:
        conductor.do_request(row.id, verb, by=by, at=at, **read_asks(request, "request", verb))
        frame.said(request, f"{row.number} {done_words('request', verb)}", f"{verb}-{row.id}")
        return _next(request, row, by)

    return frame.act(request, verb, acted, lambda failed: page(request, find(row.id, by), failed))


@require_POST
@door.staff_only
def say(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """A message to her who asked."""
    by, at = door.actor(request), door.now(request)
    row = find(request_id, by)

    def acted() -> str:
        answers.say(row.id, text=request.POST.get("text", ""), by=by, at=at)
        frame.said(request, _("已留言,点单人会收到。"), f"say-{row.id}")
        return frame.back_to(request, "desk_request", row.id)

    return frame.act(request, "say", acted, lambda failed: page(request, row, failed))


@require_POST
@door.staff_only
def rekind(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Another kind, without retyping."""
    by, at = door.actor(request), door.now(request)
    row = find(request_id, by)

    def acted() -> str:
        wanted = request.POST.get("kind", "")
        kind = next((k for k in _kinds(row, by) if str(k.id) == wanted), None)
        if kind is None:
            raise Refusal("unknown_kind", _("请选一种服务。"), field="kind")
        answers.rekind(row.id, kind=kind, by=by, at=at)
        frame.said(request, _("类型已改为%(kind)s,原话和单号不变。") % {"kind": kind.name})
        return frame.back_to(request, "desk_request", row.id)

    return frame.act(request, "rekind", acted, lambda failed: page(request, row, failed))


@require_POST
@door.staff_only
def reveal(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Her name, phone and door in full, for this page alone; that it was read is recorded."""
    by, at = door.actor(request), door.now(request)
    row = find(request_id, by)
    if not queues.works_here(by):
        raise Refusal("look_only", _("只有经办的工作人员可以查看完整信息。"), status=403)
    whole = {
        "name": people.name_for(row.requester, reader=by, at=at, why="desk", request_id=row.id),
        "phone": people.phone_for(row.requester, reader=by, at=at, why="desk", request_id=row.id),
        "door": sight.read_door(row, by, at),
    }
    return page(request, row, whole=whole)


@require_POST
@door.staff_only
def read_words(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """查看原话: for this page alone; that an auditor read them is recorded."""
    by, at = door.actor(request), door.now(request)
    row = find(request_id, by)
    if not reads_words(by, row):
        sight.leave_record(row, "words", by, at, "audit")
    return page(request, row, opened=True)


@require_POST
@door.staff_only
def whistle(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """吹哨."""
    by, at = door.actor(request), door.now(request)
    row = find(request_id, by)

    def acted() -> str:
        due = request.POST.get("due", "1wd")
        desk_acts.ask_units(
            row.id,
            unit_ids=[int(n) for n in request.POST.getlist("units") if n.isdigit()],
            question=request.POST.get("question", ""),
            due_at=calendar_of(row.place).due(at, due if due in explain.WHISTLE_DUES else "1wd"),
            by=by,
            at=at,
        )
        frame.said(request, _("已吹哨,到时没回复会自动催。"), f"whistle-{row.id}")
        return frame.back_to(request, "desk_request", row.id)

    return frame.act(request, "whistle", acted, lambda failed: page(request, row, failed))


@require_POST
@door.staff_only
def call(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """回访: the call, and in the same breath her rating when she gave one."""
    by, at = door.actor(request), door.now(request)
    row = find(request_id, by)

    def acted() -> str:
        reached = request.POST.get("reached") == "yes"
        desk_acts.call_back(
            row.id, reached=reached, note=request.POST.get("note", ""), by=by, at=at
        )
        score = request.POST.get("score", "")
        if reached and score.isdigit() and row.state == RequestState.SERVED:
            text = request.POST.get("text", "")
            conductor.do_request(
                row.id, "rate", by=by, at=at, score=int(score), text=text, channel="phone"
            )
        sentence = _("回访已记下。") if reached else _("没打通也记下了,可以换个时间再打。")
        frame.said(request, sentence, f"call-{row.id}")
        return frame.back_to(request, "desk_request", row.id)

    return frame.act(request, "call", acted, lambda failed: page(request, find(row.id, by), failed))


@require_POST
@door.staff_only
def settle_follow_up(request: HttpRequest, request_id: UUID, follow_up_id: UUID) -> HttpResponse:
    """回头办 done."""
    by, at = door.actor(request), door.now(request)
    row = find(request_id, by)

    def acted() -> str:
        text = request.POST.get("text", "")
        desk_acts.settle_follow_up(follow_up_id, text=text, by=by, at=at)
        frame.said(request, _("已记下怎么办的,点单人会看到。"), f"follow-{follow_up_id}")
        return frame.back_to(request, "desk_request", row.id)

    return frame.act(
        request, "follow", acted, lambda failed: page(request, find(row.id, by), failed)
    )


def _next(request: HttpRequest, row: Request, by: Actor) -> str:
    """Her own step may take it out of her sight (a private one handed up): then the queue."""
    if ask.visible(by).filter(id=row.id).exists():
        return frame.back_to(request, "desk_request", row.id)
    return reverse("desk_queue", args=[frame.queue_asked(request, queues.home_queue(row)).key])


def _due(row: Request) -> Any:
    clock = Clock.objects.filter(noun="request", subject_id=row.id).first()
    return clock.due_at if clock else None


def _facts(row: Request) -> list[dict[str, str]]:
    facts = [
        {"label": _("类型"), "text": row.kind.name},
        {"label": _("地点"), "text": " ".join(p for p in (row.place.full_name, row.street) if p)},
        {"label": _("时间"), "text": say_window(row.wanted_from, row.wanted_until)},
        {"label": _("人数"), "text": _("%(n)d人") % {"n": row.people_count}},
        {"label": _("紧急"), "text": str(row.get_urgency_display())},
        {"label": _("渠道"), "text": str(row.get_channel_display())},
        {"label": _("收到"), "text": say_day(row.placed_at)},
        {"label": _("承诺"), "text": _("%(day)s前答复") % {"day": say_day(row.promise_at)}},
    ]
    facts.append(explain.flow_fact(flow_of(row.flow)))
    if row.item:
        facts.insert(1, {"label": _("菜单"), "text": row.item.title})
    if row.may_come:
        facts.append({"label": _("谁可来"), "text": row.may_come})
    if row.first_owner:
        facts.append({"label": _("首接"), "text": people.masked_name(row.first_owner)})
    if row.outside_number:
        facts.append({"label": _("外部号"), "text": row.outside_number})
    return facts


def _said(row: Request) -> list[dict[str, Any]]:
    rows = list(row.said.order_by("at", "id"))
    names = people.masked_names(r.by_id for r in rows if r.by_id)
    return [
        {
            "who": _("点单人") if r.from_requester else names.get(r.by_id, "") if r.by_id else "",
            "text": r.text,
            "at": r.at,
            "theirs": r.from_requester,
        }
        for r in rows
    ]


def _alike(row: Request, by: Actor) -> list[dict[str, Any]]:
    """Needs of the same kind and institute that wait too and share a word, most alike first."""
    if row.is_private or row.state not in MERGEABLE or not reads_words(by, row):
        return []
    above = row.place.path.rstrip("/").rsplit("/", 1)[0] + "/"
    found = (
        ask.visible(by)
        .filter(kind_id=row.kind_id, state__in=MERGEABLE, is_private=False, flow=row.flow)
        .filter(place__path__startswith=above)
        .exclude(id=row.id)
        .select_related("place", "requester")
        .order_by(F("placed_at").desc())[:ALIKE_AMONG]
    )
    own = tokens(row.words)
    scored = [(score, r) for r in found if (score := likeness(own, tokens(r.words))) > 0]
    scored.sort(key=lambda pair: (-pair[0], pair[1].placed_at))
    return [
        {
            "id": r.id,
            "number": r.number,
            "title": r.title,
            "place": r.place.name,
            "who": people.masked_name(r.requester),
            "percent": round(score * 100),
            "href": reverse("desk_request", args=[r.id]),
        }
        for score, r in scored[:ALIKE_SHOWN]
    ]


def _whistles(row: Request, by: Actor, at: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": w.id,
            "unit": w.unit.name,
            "question": w.question,
            "answer": w.answer,
            "answered_at": w.answered_at,
            "clock": None if w.answered_at else say_left(w.due_at, at),
            "mine": w.answered_at is None
            and may_answer(by, w.unit)
            and w.asked_by_id != by.person_id,
        }
        for w in whistles_of(row)
    ]


def _units(row: Request, by: Actor) -> list[Place]:
    if row.is_private or row.state in REQUEST_ENDS or not queues.works_here(by):
        return []
    return list(
        Place.objects.filter(
            path__startswith=row.centre.path, valid_until=None, kind__in=UNIT_KINDS
        ).order_by("kind", "path")[:60]
    )


def _kinds(row: Request, by: Actor) -> list[ServiceKind]:
    if row.state not in (*MERGEABLE, RequestState.RETURNED) or not queues.works_here(by):
        return []
    return [k for k in kinds_of(row.centre) if k.id != row.kind_id]


def _follow_up(row: Request, at: Any) -> dict[str, Any] | None:
    found = row.follow_ups.filter(settled_at=None).select_related("owner").first()
    if found is None:
        return None
    return {
        "id": found.id,
        "owner": people.masked_name(found.owner) if found.owner else _("还没有指定"),
        "words": found.words,
        "clock": say_left(found.due_at, at),
    }
