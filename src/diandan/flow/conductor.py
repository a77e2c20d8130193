"""指挥: the one door to an order's life. It reads the flow, checks who may, lets the room act,
and sets the clock of the state that was entered, all in one transaction.

Pages, API, worker and stories all come through `place_request`, `do_request`, `do_job` and the
few verbs on offers and tasks; nothing else moves an order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.catalogue.core import in_season
from diandan.ground.catalogue.models import Item
from diandan.ground.catalogue.queries import item_for_change, menu
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.ground.places.queries import ancestor_at, center_of
from diandan.kit.clock import SHANGHAI
from diandan.kit.refusal import Refusal, conflict
from diandan.path.ask.actions.place import Wish, place
from diandan.path.ask.models import Channel, Request
from diandan.path.ask.queries import for_change as request_for_change
from diandan.path.ask.queries import seats_taken
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import for_change as job_for_change
from diandan.path.bundle.queries import job_of, requests_of

from . import authority
from .choice import flow_for, flow_of
from .clocks import settle
from .job_acts import JOB_ACTS
from .models import Clock
from .promise import promise_for
from .request_acts import REQUEST_ACTS
from .template import Flow, Stage
from .verbs import VERBS

# Doors at which she has the menu before her own eyes.
CHOOSERS = frozenset({Channel.WEB, Channel.FAMILY, Channel.API})


@transaction.atomic
def place_request(*, wish: Wish, requester: Person, by: Actor, at: datetime) -> Request:
    """点单, through any door. Chooses the flow, makes the promise, starts the clock.

    Raises Refusal when the door is closed in this flow, the menu must be used, or the item is
    not to be had now.
    """
    centre = center_of(wish.place)
    flow = flow_for(centre, wish.kind, wish.channel)
    if wish.channel not in flow.doors:
        raise Refusal("door_closed", _("这里不从这个渠道收单,请到窗口或打电话。"))
    wish = _from_menu(flow, wish, centre, at)
    _check_menu(flow, wish, at)
    level = flow.request["placed"].owner.level
    request = place(
        wish=wish,
        requester=requester,
        centre=centre,
        owner_place=ancestor_at(wish.place, level) if level else wish.place,
        flow=flow.id,
        is_private=flow.private,
        promise_at=promise_for(centre, wish.kind, wish.urgency, at),
        by=by,
        at=at,
    )
    settle([request])
    return request


def do_request(request_id: UUID, verb: str, *, by: Actor, at: datetime, **words: Any) -> Request:
    """Do `verb` on a request. `words` are the verb's own arguments (reason, draft, score…).

    Raises Refusal `not_now` when the flow has no such way out of the present state, `forbidden`
    when it is not hers to do.
    """
    with transaction.atomic():
        request = request_for_change(request_id)
        flow, stage = _ready("request", request, verb)
        authority.check(flow, stage, verb, request, by)
        job = job_of(request)
        before = _family(job)
        REQUEST_ACTS[verb](request, flow=flow, by=by, at=at, **words)
        _settle_all(request, before, _family(job_of(request)))
    return request


def do_job(job_id: UUID, verb: str, *, by: Actor, at: datetime, **words: Any) -> Job:
    """Do `verb` on a job; as `do_request`."""
    with transaction.atomic():
        job = job_for_change(job_id)
        flow, stage = _ready("job", job, verb)
        authority.check(flow, stage, verb, job, by)
        before = _family(job)
        JOB_ACTS[verb](job, flow=flow, by=by, at=at, **words)
        _settle_all(job, before, _family(job))
    return job


def settle_job(job: Job, before: list[Request | Job]) -> None:
    """For the verbs on offers and tasks (flow/answers.py): fresh clocks for all it touched."""
    _settle_all(job, before, _family(job))


@contextmanager
def touching(job: Job) -> Iterator[None]:
    """Around what changes a job: its clocks and its requests' are set anew afterwards."""
    before = family(job)
    yield
    settle_job(job, before)


def family(job: Job) -> list[Request | Job]:
    """A job and the requests it serves."""
    return _family(job)


def ways(subject: Request | Job, by: Actor) -> list[str]:
    """The verbs this actor may do on this subject now: what a page shows as buttons."""
    flow = flow_of(subject.flow)
    noun = "request" if isinstance(subject, Request) else "job"
    stage = flow.stage(noun, subject.state)
    return [
        verb
        for (n, verb) in VERBS
        if n == noun and verb in stage.ways and authority.may(flow, stage, verb, subject, by)
    ]


def _ready(noun: str, subject: Request | Job, verb: str) -> tuple[Flow, Stage]:
    flow = flow_of(subject.flow)
    stage = flow.stage(noun, subject.state)
    if (noun, verb) not in VERBS:
        raise Refusal("unknown_verb", _("没有「%(verb)s」这个操作。") % {"verb": verb}, status=404)
    if verb not in stage.ways:
        raise conflict(
            "not_now",
            _("现在是「%(state)s」,不能「%(verb)s」。请刷新看看最新进展。")
            % {"state": subject.get_state_display(), "verb": VERBS[(noun, verb)].label},
        )
    return flow, stage


def _from_menu(flow: Flow, wish: Wish, centre: Place, at: datetime) -> Wish:
    """Where the menu comes first, what a clerk or a standing order asks for by its kind is the
    nearest item of that kind; only somebody at the menu herself is asked to choose."""
    if flow.menu != "required" or wish.item is not None or wish.channel in CHOOSERS:
        return wish
    day = at.astimezone(SHANGHAI).date()
    items = menu(centre, day, wish.place.path).filter(kind=wish.kind, is_paid=False)
    return replace(wish, item=items.filter(joinable=False).first())


def _check_menu(flow: Flow, wish: Wish, at: datetime) -> None:
    if wish.item is None:
        if flow.menu == "required" and wish.channel != Channel.STANDING:
            raise Refusal(
                "menu_required",
                _("这里先选服务菜单再点单。请从菜单里选一项;菜单里没有的,选「其他」并写明。"),
                field="item",
            )
        return
    check_item(wish.item, at)
    check_seats(wish.item, wish.people_count)


def check_item(item: Item, at: datetime) -> None:
    """Refuses an item that is not published, out of season, or paid 便民低偿 work."""
    day = at.astimezone(SHANGHAI).date()
    if item.state != Item.State.PUBLISHED or not in_season(item, day):
        raise Refusal(
            "item_gone",
            _("「%(title)s」现在不能点,请看看菜单里的其他项目。") % {"title": item.title},
        )
    if item.is_paid:
        raise Refusal(
            "item_paid",
            _("「%(title)s」是便民低偿服务,请直接到服务点办理。") % {"title": item.title},
        )


def check_seats(item: Item, people: int) -> None:
    """Refuses more people than the event has seats left; two who ask at once wait for each other."""
    if not item.joinable or item.seats is None:
        return
    seats = item_for_change(item.id).seats or 0
    left = seats - seats_taken([item.id]).get(item.id, 0)
    if left <= 0:
        raise Refusal(
            "item_full", _("「%(title)s」名额已满,请看看别的活动。") % {"title": item.title}
        )
    if people > left:
        raise Refusal(
            "item_full", _("只剩%(n)d个名额了,请改一下人数。") % {"n": left}, field="people_count"
        )


def _family(job: Job | None) -> list[Request | Job]:
    return [job, *requests_of(job)] if job else []


def _settle_all(
    subject: Request | Job, before: list[Request | Job], after: list[Request | Job]
) -> None:
    """Clocks for everything the verb touched, as the rows stand now."""
    ids = {(type(row), row.pk) for row in [subject, *before, *after]}
    fresh: list[Request | Job] = []
    for kind, key in ids:
        fresh.append(kind.objects.select_related("place", "owner_place").get(pk=key))
    _own_places(fresh)
    settle(fresh)
    subject.refresh_from_db(fields=["owner_place"])


def _own_places(rows: list[Request | Job]) -> None:
    """Put a subject at the level its new state's owner stands on, unless it rose there itself."""
    for row in rows:
        noun = "request" if isinstance(row, Request) else "job"
        flow = flow_of(row.flow)
        clock = Clock.objects.filter(noun=noun, subject_id=row.pk).first()
        new = authority.owner_at_desk(flow, flow.stage(noun, row.state))
        if new.level is None or (clock is not None and clock.state == row.state):
            continue
        old = (
            authority.owner_at_desk(flow, flow.stage(noun, clock.state))
            if clock and clock.state in (flow.request if noun == "request" else flow.job)
            else None
        )
        if old is None or old.level != new.level:
            row.owner_place = ancestor_at(row.place, new.level)
            row.save(update_fields=["owner_place"])
