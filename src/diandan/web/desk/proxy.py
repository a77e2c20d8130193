"""代点: desk, phone, paper, grid, visit, chat group and hotline as equal doors.

The clerk says whose need it is, how she agreed, and reads it back; then it is her order, with
her number and her slip, as if she had placed it herself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from diandan.flow import conductor
from diandan.flow.authority import is_party
from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.people import queries as people
from diandan.ground.people.actions.proxy import person_for_proxy
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Consent, Person
from diandan.ground.people.policies import DESK_ROLES
from diandan.ground.places.models import Place
from diandan.ground.places.queries import center_of
from diandan.kit.refusal import Refusal, forbidden
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel, Request, Urgency, Visit
from diandan.path.assess.actions.hotline import check_outside_number, receive
from diandan.path.fulfil.queries import leave_code
from diandan.web import door
from diandan.web.shared.qr import qr_svg

from . import frame, parsing, pick
from .requests import find
from .rows import say_day, say_window, state_row

MINE_SHOWN = 10
# channel, label, icon, how the consent came (people.policies.PROXY_WAYS)
DOORS = (
    (Channel.DESK, t("窗口"), "building-2", "desk"),
    (Channel.PHONE, t("电话"), "phone", "phone"),
    (Channel.PAPER, t("纸质单"), "file-text", "paper"),
    (Channel.GRID, t("网格员"), "map-pin", "grid"),
    (Channel.VISIT, t("入户走访"), "house", "visit"),
    (Channel.CHAT_GROUP, t("社区群"), "message-circle", "group"),
    (Channel.HOTLINE, t("热线转来"), "alarm-clock", "phone"),
)
HOW = {str(channel): how for channel, _label, _icon, how in DOORS}
CONSENTS = (
    t("本人当面同意"),
    t("电话里复述后同意"),
    t("本人在纸质单上签字"),
    t("家人转告,已打电话核实"),
)


@require_http_methods(["GET", "POST"])
@door.staff_only
def new(request: HttpRequest) -> HttpResponse:
    """The one page of a proxy order."""
    by = door.actor(request)
    if request.method == "POST" and "find" not in request.POST:
        return frame.act(
            request, "new", lambda: _place(request, by), lambda failed: form(request, by, failed)
        )
    return form(request, by)


def form(
    request: HttpRequest, by: Actor, failed: frame.Failed | None = None, visit: Visit | None = None
) -> HttpResponse:
    """The form with what was typed, or as it starts."""
    typed = typed_into(request, failed)
    channel = str(typed.get("channel", Channel.VISIT if visit else Channel.DESK))
    if visit is None and str(typed.get("visit", "")):
        visit = _visit(str(typed["visit"]), by)
    return frame.plain(
        request,
        "desk/new.html",
        "new",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        typed=typed,
        visit=visit,
        doors=[
            {"value": c, "label": label, "icon": icon, "chosen": c == channel}
            for c, label, icon, _how in DOORS
        ],
        kinds=kind_chips(by, str(typed.get("words", "")), str(typed.get("kind", ""))),
        urgencies=[
            {
                "value": u.value,
                "label": u.label,
                "chosen": u == typed.get("urgency", Urgency.NORMAL),
            }
            for u in Urgency
        ],
        home=pick.field("homes", by, _at_home(typed, visit), "place"),
        consents=CONSENTS,
        mine=_mine(by),
        **known_as(typed, by),
    )


def typed_into(request: HttpRequest, failed: frame.Failed | None) -> dict[str, Any]:
    """What the form holds: all that was typed into it, or what the address says it starts with."""
    if failed:
        return dict(failed.typed)
    return dict((request.POST if request.method == "POST" else request.GET).items())


def kind_chips(by: Actor, words: str, chosen: str = "") -> dict[str, Any]:
    """Kinds of service, those whose own words she used first, and why."""
    kinds = frame.kinds_for(by)
    hits = {k.id: [w for w in k.words if w and w in words] for k in kinds}
    kinds.sort(key=lambda k: (-len(hits[k.id]), k.rank, k.id))
    best = next((k for k in kinds if hits[k.id]), None)
    pick = chosen or (str(best.id) if best else "")
    reason = (
        _("说到「%(words)s」,像是%(kind)s")
        % {"words": "、".join(hits[best.id][:3]), "kind": best.name}
        if best
        else ""
    )
    chips = [{"value": k.id, "label": k.name, "chosen": str(k.id) == pick} for k in kinds]
    return {"chips": chips, "reason": reason}


@require_GET
@door.staff_only
def suggest(request: HttpRequest) -> HttpResponse:
    """The chips again, as the words grow."""
    by = door.actor(request)
    found = kind_chips(by, request.GET.get("words", "")[:2000])
    return render(request, "desk/new_kinds.html", {"kinds": found})


@require_POST
@door.staff_only
def look_up(request: HttpRequest) -> HttpResponse:
    """Who is known by this phone or this name, masked; a POST, so that no phone is in an address.

    Without scripts the answer comes inside its page, with everything typed so far.
    """
    by = door.actor(request)
    if not frame.is_htmx(request):
        return form(request, by)
    found = known_as({**request.POST.dict(), "find": "yes"}, by)
    return render(request, "desk/new_found.html", found)


def known_as(typed: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    """Who may be meant by the phone or the name typed, when that was asked or one was chosen."""
    name, phone = str(typed.get("name", "")).strip(), str(typed.get("phone", "")).strip()
    chosen = str(typed.get("same_as", ""))
    found: list[Person] = []
    trouble = ""
    if not chosen and "find" not in typed:
        return {}
    try:
        if phone:
            one = people.by_phone(phone)
            found = [one] if one and _near(one, by) else []
        elif name:
            for path in by.paths:
                found += people.by_name(name, path)
    except Refusal as refusal:
        trouble = refusal.sentence
    rows = [
        {
            "id": p.id,
            "name": people.masked_name(p),
            "phone": people.masked_phone(p),
            "home": p.home.name if p.home else "",
            "chosen": str(p.id) == chosen,
        }
        for p in found[:8]
    ]
    is_one = any(row["chosen"] for row in rows)
    return {"found": rows, "is_one": is_one, "trouble": trouble, "asked": bool(name or phone)}


@require_GET
@door.staff_only
def slip(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """回执 for the person: number, promise, QR to follow it, her code for the volunteer."""
    by, at = door.actor(request), door.now(request)
    row = find(request_id, by)
    if not is_party(row, by):  # it bears her whole name, her code and her secret address
        raise forbidden(_("回执只由本辖区的工作人员打印给本人。"))
    whole = people.name_for(row.requester, reader=by, at=at, why="slip", request_id=row.id)
    address = f"{settings.PUBLIC_URL}/r/{row.follow_key}"
    rows = [
        {"label": _("姓名"), "text": whole},
        {"label": _("类型"), "text": row.kind.name},
        {"label": _("原话"), "text": row.words},
        {"label": _("地点"), "text": " ".join(p for p in (row.place.full_name, row.street) if p)},
        {"label": _("时间"), "text": say_window(row.wanted_from, row.wanted_until)},
        {
            "label": _("服务码"),
            "text": _("%(code)s(志愿者到了,请告诉他这个号)") % {"code": row.serve_code},
        },
        {
            "label": _("离场码"),
            "text": _("%(code)s(做完要走时,再告诉他这个号)") % {"code": leave_code(row)},
        },
    ]
    context = {
        "slip": {
            "number": row.number,
            "centre": row.place.full_name,
            "placed_at": row.placed_at,
            "promise": _("%(day)s 前答复您") % {"day": say_day(row.promise_at)},
            "rows": rows,
            "qr_svg": qr_svg(address, title=_("查进度")),
            "signed": True,
            "phone": row.place.phone or row.centre.phone,
        }
    }
    return render(request, "parts/slip.html", context)


def _place(request: HttpRequest, by: Actor) -> str:
    at = door.now(request)
    post = request.POST
    channel = post.get("channel", "")
    if channel not in HOW:
        raise Refusal("unknown_way", _("请选择从哪里收到这个需求。"), field="channel")
    home = pick.place_meant("homes", by, post)
    kind = kind_of(post.get("kind", ""), home)
    outside = check_outside_number(post.get("outside", "")) if channel == Channel.HOTLINE else ""
    with transaction.atomic():
        person = person_for_proxy(
            name=post.get("name", ""),
            phone=post.get("phone", "") or None,
            home=home,
            at=at,
            by=by,
            consent_note=post.get("consent_note", ""),
            how=HOW[channel],
            same_as=known(post.get("same_as", ""), by),
            door=post.get("door", ""),
        )
        consent = (
            Consent.objects.filter(person=person, about=Consent.About.PROXY_ORDER, given_at=at)
            .order_by("-id")
            .first()
        )
        wish = Wish(
            words=post.get("words", ""),
            kind=kind,
            place=home,
            channel=Channel(channel),
            urgency=Urgency.URGENT if post.get("urgency") == "urgent" else Urgency.NORMAL,
            people_count=parsing.number(request, "people_count", 500) or 1,
            wanted_from=parsing.moment(request, "wanted_from"),
            wanted_until=parsing.moment(request, "wanted_until"),
            street=post.get("street", "").strip(),
            door=post.get("door", "").strip(),
            may_come=post.get("may_come", "").strip(),
            consent=consent,
            read_back=post.get("read_back") == "yes",
            visit=_visit(post.get("visit", ""), by) if post.get("visit") else None,
            outside_number=outside,
        )
        row = conductor.place_request(wish=wish, requester=person, by=by, at=at)
        if outside:
            receive(request=row, outside_number=outside, by=by, at=at)
    frame.said(
        request,
        _("已登记 %(number)s,承诺%(day)s前答复。请把回执交给本人。")
        % {"number": row.number, "day": say_day(row.promise_at)},
        "new",
    )
    return f"{reverse('desk_new_done', args=[row.id])}"


@require_GET
@door.staff_only
def done(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """What she takes home, and the next one."""
    row = find(request_id, door.actor(request))
    promise = {
        "number": row.number,
        "words": _("%(day)s前答复") % {"day": say_day(row.promise_at)},
        "at": row.promise_at,
        "slip_url": reverse("desk_slip", args=[row.id]),
    }
    return frame.plain(request, "desk/new_done.html", "new", order=row, promise=promise)


def _at_home(typed: Mapping[str, Any], visit: Visit | None) -> dict[str, Any]:
    """What was typed; a visit says by itself where the home is."""
    said = bool(typed.get("place") or typed.get("place_words"))
    return {**typed, "place": visit.place_id} if visit and not said else dict(typed)


def kind_of(text: str, home: Place) -> ServiceKind:
    found = (
        ServiceKind.objects.filter(id=int(text), centre=center_of(home), retired_at=None).first()
        if text.isdigit()
        else None
    )
    if found is None:
        raise Refusal("unknown_kind", _("请选一种服务。"), field="kind")
    return found


def known(text: str, by: Actor) -> Person | None:
    ids = parsing.uuids([text])
    row = (
        Person.objects.select_related("home").filter(id=ids[0], frozen_at=None).first()
        if ids
        else None
    )
    return row if row and _near(row, by) else None


def _near(person: Person, by: Actor) -> bool:
    """Only neighbours of her own desk are found, so that a clerk cannot fish in other streets."""
    home = person.home
    return home is not None and by.holds(DESK_ROLES, home.path)


def _visit(text: str, by: Actor) -> Visit | None:
    ids = parsing.uuids([text])
    row = Visit.objects.select_related("plan", "place").filter(id=ids[0]).first() if ids else None
    return row if row and any(row.place.path.startswith(path) for path in by.paths) else None


def _mine(by: Actor) -> list[dict[str, Any]]:
    """What this clerk took down for others, newest first."""
    rows = (
        Request.objects.filter(placed_by_id=by.person_id)
        .exclude(requester_id=by.person_id)
        .select_related("place", "kind", "requester")
        .order_by("-placed_at")[:MINE_SHOWN]
    )
    return [
        {
            "href": reverse("desk_request", args=[r.id]),
            "slip": reverse("desk_slip", args=[r.id]),
            "number": r.number,
            "title": r.title,
            "who": people.masked_name(r.requester),
            "channel": str(r.get_channel_display()),
            "state": state_row(r),
            "at": r.placed_at,
        }
        for r in rows
    ]
