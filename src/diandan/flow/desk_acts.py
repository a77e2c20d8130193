"""台上的动作: what a desk does beside an order's own verbs: ask units, call back, settle.

Each checks whose it is before the room acts; none moves an order except through its room.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.catalogue.queries import item_for_change
from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.people.models import Role
from diandan.ground.places.models import Level, Place
from diandan.kit.refusal import forbidden, missing
from diandan.path.ask.actions.advance import advance
from diandan.path.ask.models import Request
from diandan.path.ask.queries import for_change, visible
from diandan.path.ask.states import RequestState
from diandan.path.assess.actions import whistle as whistles
from diandan.path.assess.actions.review import review_item
from diandan.path.assess.models import Review, Whistle
from diandan.path.assess.queries import whistle_for_change
from diandan.path.bundle.queries import visible as visible_jobs
from diandan.path.fulfil.actions.visit import settle_incident as settle_it
from diandan.path.fulfil.models import Incident
from diandan.path.grade.actions import rate as grade
from diandan.path.grade.models import CallBack, FollowUp
from diandan.path.grade.queries import follow_up

from . import authority
from .clocks import settle

CALLERS = (Role.CALLBACK_STAFF, Role.CENTER_STAFF, Role.INSTITUTE_STAFF, Role.STATION_STAFF)
# The ladder a menu item climbs: the centre publishes what a station designed.
ITEM_LEVELS = (Level.STATION, Level.INSTITUTE, Level.CENTER)


@transaction.atomic
def ask_units(
    request_id: UUID,
    *,
    unit_ids: Sequence[int],
    question: str,
    due_at: datetime,
    by: Actor,
    at: datetime,
) -> list[Whistle]:
    """吹哨: by a worker of the request's place, to open places of the same centre."""
    request = for_change(request_id)
    _staff_of(request, by)
    units = list(
        Place.objects.filter(
            id__in=unit_ids, path__startswith=request.centre.path, valid_until=None
        )
    )
    return whistles.blow(request, units=units, question=question, due_at=due_at, by=by, at=at)


@transaction.atomic
def answer_whistle(whistle_id: UUID, *, text: str, by: Actor, at: datetime) -> Whistle:
    """报到: the unit's own answer."""
    return whistles.answer(whistle_for_change(whistle_id), text=text, by=by, at=at)


@transaction.atomic
def call_back(request_id: UUID, *, reached: bool, note: str, by: Actor, at: datetime) -> CallBack:
    """回访: kept also when nobody answered."""
    request = for_change(request_id)
    roles = (Role.MEDIATOR,) if request.is_private else CALLERS
    if not by.holds(roles, request.place.path):
        raise forbidden(_("回访由回访员或本辖区的工作人员来做。"))
    return grade.call_back(request, reached=reached, note=note, by=by, at=at)


@transaction.atomic
def settle_follow_up(follow_up_id: UUID, *, text: str, by: Actor, at: datetime) -> FollowUp:
    """回头办 done: by its named person, or by a desk of the place."""
    row = follow_up(follow_up_id)
    request = for_change(row.request_id)
    if row.owner_id != by.person_id:
        roles = (Role.MEDIATOR,) if request.is_private else CALLERS
        if not by.holds(roles, request.place.path):
            raise forbidden(_("这件回头办由指定的人跟进,您可以给他留言。"))
    done = grade.settle_follow_up(request, text=text, by=by, at=at)
    if request.state == RequestState.DISPUTED:
        advance(request, "settle", by=by, at=at, data={"follow_up": str(done.id)})
    settle([request])
    return done


@transaction.atomic
def settle_incident(incident_id: UUID, *, text: str, by: Actor, at: datetime) -> Incident:
    """What was done about something that went wrong, by a desk of the place."""
    row = (
        Incident.objects.select_for_update(of=("self",))
        .select_related("job", "job__place")
        .filter(id=incident_id, job__in=visible_jobs(by))
        .first()
    )
    if row is None:
        raise missing(_("没有找到这条情况报告。"))
    if not by.holds(STAFF_ROLES, row.job.place.path):
        raise forbidden(_("情况由本辖区的工作人员处理。"))
    settle_it(row, text=text, by=by, at=at)
    return row


@transaction.atomic
def judge_item(item_id: UUID, *, is_good: bool, reason: str, by: Actor, at: datetime) -> Review:
    """审核 a menu item at the rung whose turn it is."""
    verdict = Review.Verdict.APPROVED if is_good else Review.Verdict.RETURNED
    return review_item(
        item_for_change(item_id),
        levels=ITEM_LEVELS,
        verdict=verdict,
        reason=reason,
        by=by,
        at=at,
    )


def _staff_of(request: Request, by: Actor) -> None:
    if not visible(by).filter(id=request.id).exists() or not authority.is_party(request, by):
        raise forbidden(_("这张单子不在您的范围内。"))
