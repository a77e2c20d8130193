"""点单: place a request, follow it, and every verb on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router

from diandan.flow import answers, conductor
from diandan.flow.desks import requests_at
from diandan.flow.request_acts import REQUEST_ACTS
from diandan.flow.verbs import VERBS
from diandan.ground.catalogue.queries import kind_by_code
from diandan.ground.people import queries as people
from diandan.ground.people.actions.proxy import person_for_proxy
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Consent
from diandan.ground.places import queries as places
from diandan.kit.refusal import Refusal, missing
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel, Request
from diandan.path.ask.queries import visible
from diandan.path.bundle.actions.design import Draft
from diandan.path.bundle.queries import job_of
from diandan.web import door
from diandan.web.shared.timeline import Viewer, request_timeline

from . import rows, shapes, told
from .gate import Need, caller
from .offered import item_of, kind_of, orderable
from .pages import page
from .verbs import put, scopes_for

router = Router()
Shown = dict[str, Any]
WITH = ("place", "kind", "centre", "item", "owner_place", "requester")
CHANNELS = {
    "desk": Channel.DESK,
    "phone": Channel.PHONE,
    "paper": Channel.PAPER,
    "grid": Channel.GRID,
    "visit": Channel.VISIT,
    "group": Channel.CHAT_GROUP,
    "family": Channel.FAMILY,
}
SHAPE_OF: dict[str, type[shapes.Asked]] = {
    "take_up": shapes.Nothing,
    "return_order": shapes.Reason,
    "resubmit": shapes.Said,
    "refuse": shapes.Refuse,
    "pass_up": shapes.Reason,
    "arrange": shapes.DraftIn,
    "unarrange": shapes.Nothing,
    "hand_over": shapes.Reason,
    "take_back": shapes.Outcome,
    "mark_unmet": shapes.Reason,
    "withdraw": shapes.Reason,
    "finish": shapes.Outcome,
    "settle": shapes.Said,
    "rate": shapes.Score,
    "rate_as_expert": shapes.Score,
    "dispute": shapes.Said,
    "reopen": shapes.Reason,
    "close": shapes.Nothing,
}


@router.post(
    "/requests",
    url_name="request_place",
    response=told.PlacedOut,
    auth=Need("order"),
    summary="点单",
)
def place_request(request: HttpRequest, body: shapes.WishIn) -> Shown:
    """点单 for herself, or for somebody who agreed (`on_behalf`)."""
    by, at = caller(request), door.now(request)
    with transaction.atomic():
        row = _place(body, by, at)
    shown = {"id": str(row.id), "number": row.number, "state": row.state}
    return {**shown, "promise_at": row.promise_at, "follow_key": row.follow_key}


@router.get(
    "/requests",
    url_name="requests",
    response=told.RequestPage,
    auth=Need("read"),
    summary="我的点单",
)
def mine(request: HttpRequest, cursor: shapes.Short = "", limit: int = 20) -> Shown:
    """What she asked for herself or for others, newest first."""
    by = caller(request)
    own = Q(requester_id=by.person_id) | Q(placed_by_id=by.person_id)
    return _list(Request.objects.filter(own), request, cursor, limit)


@router.get(
    "/requests/queue",
    url_name="queue",
    response=told.RequestPage,
    auth=Need("desk"),
    summary="待办点单",
)
def queue(request: HttpRequest, cursor: shapes.Short = "", limit: int = 20) -> Shown:
    """The requests whose present step is her desk's."""
    return _list(requests_at(caller(request)), request, cursor, limit)


@router.get(
    "/requests/seen",
    url_name="requests_seen",
    response=told.RequestPage,
    auth=Need("desk"),
    summary="辖区点单",
)
def seen(
    request: HttpRequest, state: shapes.Short = "", cursor: shapes.Short = "", limit: int = 20
) -> Shown:
    """Every request in her area that she may see."""
    found = visible(caller(request))
    return _list(found.filter(state=state) if state else found, request, cursor, limit)


@router.get(
    "/requests/{uuid:request_id}",
    url_name="request",
    response=told.RequestOut,
    exclude_unset=True,
    auth=Need("read", "desk"),
    summary="一张点单",
)
def one(request: HttpRequest, request_id: UUID) -> Shown:
    """One request, its timeline, its messages, and what the caller may do now."""
    by, at = caller(request), door.now(request)
    row = find(request_id, by)
    viewer = Viewer.REQUESTER if rows.is_own(row, by) else Viewer.STAFF
    line = request_timeline(row, viewer=viewer, at=at, me=by.person_id)
    shown = rows.request_whole(row, by, at, line, conductor.ways(row, by))
    job = job_of(row) if viewer == Viewer.STAFF else None
    return {**shown, "job": str(job.id) if job else None}


@router.post(
    "/requests/{uuid:request_id}/messages",
    url_name="request_say",
    response=told.MessageOut,
    auth=Need("order", "desk"),
    summary="留言",
)
def say(request: HttpRequest, request_id: UUID, body: shapes.Said) -> Shown:
    """Words added by her, or to her by who handles it."""
    by = caller(request)
    find(request_id, by)
    said = answers.say(request_id, text=body.text, by=by, at=door.now(request))
    return {"id": str(said.id), "at": said.at}


@router.post(
    "/requests/{uuid:request_id}/rekind",
    url_name="request_rekind",
    response=told.DoneOut,
    auth=Need("order", "desk"),
    summary="改类型",
)
def rekind(request: HttpRequest, request_id: UUID, body: shapes.Kind) -> Shown:
    """Change the kind without retyping."""
    by = caller(request)
    row = find(request_id, by)
    kind = kind_by_code(row.centre, body.kind)
    row = answers.rekind(request_id, kind=kind, by=by, at=door.now(request))
    return done(row)


def _verb(verb: str) -> Callable[..., Shown]:
    def act(request: HttpRequest, request_id: UUID, body: Any) -> Shown:
        by = caller(request)
        find(request_id, by)
        words = body.model_dump(exclude_unset=True)
        if verb == "arrange":
            others = words.pop("others", [])
            words = {"draft": Draft(**words), "others": others}
        elif verb in ("settle", "dispute", "return_order", "hand_over"):
            words.setdefault("text" if verb in ("settle", "dispute") else "reason", "")
        elif verb == "rate":
            words["channel"] = "api"
        row = conductor.do_request(request_id, verb, by=by, at=door.now(request), **words)
        return {**done(row), "ways": conductor.ways(row, by)}

    return act


for _name in REQUEST_ACTS:
    put(
        router,
        f"/requests/{{uuid:request_id}}/{_name}",
        _verb(_name),
        name=f"request_{_name}",
        body=SHAPE_OF[_name],
        response=told.DoneOut,
        scopes=scopes_for("request", _name),
        summary=str(VERBS[("request", _name)].label),
    )


@router.post(
    "/requests/{uuid:request_id}/{str:verb}",
    url_name="request_unknown",
    include_in_schema=False,
    auth=Need(),
)
def unknown(request: HttpRequest, request_id: UUID, verb: str) -> None:
    """No such verb."""
    raise Refusal("unknown_verb", _("没有「%(verb)s」这个操作。") % {"verb": verb[:20]}, status=404)


def find(request_id: UUID, by: Actor) -> Request:
    """The request if the caller may see it; to others it is not there."""
    row = visible(by).select_related(*WITH).filter(id=request_id).first()
    if row is None:
        raise missing(_("没有找到这张单子,或它不在您的范围内。"))
    return row


def done(row: Request) -> Shown:
    """What a verb answers: little, for it is kept for repeats."""
    return {"id": str(row.id), "number": row.number, "state": row.state}


def _list(found: Any, request: HttpRequest, cursor: str, limit: int) -> Shown:
    by, at = caller(request), door.now(request)

    def show(some: Sequence[Request]) -> list[Shown]:
        return rows.requests(some, by, at)

    return page(found.select_related(*WITH), "placed_at", cursor, limit, show)


def _place(body: shapes.WishIn, by: Actor, at: datetime) -> Request:
    where = orderable(body.place)
    centre = places.center_of(where)
    item = item_of(body.item, centre) if body.item else None
    kind = item.kind if item else kind_of(centre, body.kind)
    who, channel, consent = people.person(_person_id(by)), Channel.API, None
    if body.on_behalf:
        proxy = body.on_behalf
        if proxy.how not in CHANNELS:
            raise Refusal("unknown_way", _("请选择是怎样收到这个需求的。"), field="how")
        channel = CHANNELS[proxy.how]
        who = person_for_proxy(
            name=proxy.name,
            phone=proxy.phone or None,
            home=where,
            at=at,
            by=by,
            consent_note=proxy.consent_note,
            how=proxy.how,
            door=body.door,
        )
        given = (c for c in people.consents_of(who.id) if c.about == Consent.About.PROXY_ORDER)
        consent = next(given)
    wish = Wish(
        words=body.words,
        kind=kind,
        place=where,
        channel=channel,
        item=item,
        urgency=body.urgency,
        people_count=body.people_count,
        wanted_from=body.wanted_from,
        wanted_until=body.wanted_until,
        street=body.street,
        door=body.door,
        may_come=body.may_come,
        consent=consent,
        read_back=bool(body.on_behalf and body.on_behalf.read_back),
    )
    return conductor.place_request(wish=wish, requester=who, by=by, at=at)


def _person_id(by: Actor) -> UUID:
    assert by.person_id is not None  # every operation that asks has passed Need
    return by.person_id
