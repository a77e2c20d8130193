"""结对共建: one side proposes, the other agrees, both mark what they did together."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.places.models import Kind, Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict, forbidden

from ..models import Pairing, PairingTask, StaffCount

VENUES = (Kind.INSTITUTE, Kind.STATION, Kind.POINT, Kind.BASE)
STAFF_MOST = 1_000_000
TERM_MOST_YEARS = 10


def works_at(place: Place, by: Actor) -> bool:
    """Whether she is staff of this very place (or of what lies under it), not of one above."""
    return any(
        grant.role in STAFF_ROLES and grant.path.startswith(place.path) for grant in by.grants
    )


def may_write(place: Place, by: Actor) -> bool:
    """Staff of the place or of one above it."""
    return by.is_system or by.holds(STAFF_ROLES, place.path)


@transaction.atomic
def say_staff(unit: Place, count: int, *, by: Actor, at: datetime) -> StaffCount:
    """How many work at the unit, by its own or its centre's staff; a row a time, none edited."""
    check_may(may_write(unit, by))
    if not 0 < count <= STAFF_MOST:
        raise Refusal("count", _("请填在职人数,大于零。"), field="count")
    row = StaffCount.objects.create(unit=unit, count=count, said_at=at, said_by_id=by.person_id)
    announce(Fact("posts.staff_said", at, place_id=unit.id, by_id=by.person_id))
    return row


@transaction.atomic
def propose(
    unit: Place,
    venue: Place,
    from_on: date,
    until_on: date,
    about: str = "",
    *,
    by: Actor,
    at: datetime,
) -> Pairing:
    """One side asks the other to stand by each other for a term.

    Raises Refusal `venue` for a place that is no 所/站/点/基地, `term`, or `paired_before`.
    """
    by_unit = works_at(unit, by) or not may_write(venue, by)
    check_may(may_write(unit, by) or may_write(venue, by))
    if venue.kind not in VENUES or venue.id == unit.id:
        raise Refusal("venue", _("请选一个实践所、站、点或基地来结对。"), field="venue")
    if until_on < from_on or until_on.year - from_on.year > TERM_MOST_YEARS:
        raise Refusal("term", _("期限不对:结束要晚于开始,最长十年。"), field="until_on")
    Place.objects.select_for_update(no_key=True).get(id=unit.id)
    if Pairing.objects.filter(unit=unit, venue=venue, ended_at=None).exists():
        raise conflict("paired_before", _("这两家已经结对,或正在等对方同意。"))
    row = Pairing.objects.create(
        unit=unit,
        venue=venue,
        from_on=from_on,
        until_on=until_on,
        about=" ".join(about.split())[:200],
        proposed_by_id=by.person_id,
        proposed_at=at,
        by_unit=by_unit,
    )
    announce(_fact("posts.pairing_proposed", row, by, at))
    return row


@transaction.atomic
def agree(row: Pairing, *, by: Actor, at: datetime) -> None:
    """The other side's yes, by a person other than who proposed it."""
    other = row.venue if row.by_unit else row.unit
    check_may(may_write(other, by))
    if by.person_id == row.proposed_by_id:
        raise forbidden(_("要由对方的工作人员来同意,不能自己提、自己同意。"), "own_proposal")
    if row.ended_at is not None:
        raise conflict("ended", _("这份结对已经结束。"))
    if row.agreed_at is None:
        row.agreed_by_id, row.agreed_at = by.person_id, at
        row.save(update_fields=["agreed_by", "agreed_at"])
        announce(_fact("posts.pairing_agreed", row, by, at))


@transaction.atomic
def end(row: Pairing, *, by: Actor, at: datetime) -> None:
    """Either side ends it, or does not agree."""
    check_may(may_write(row.unit, by) or may_write(row.venue, by))
    if row.ended_at is None:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        announce(_fact("posts.pairing_ended", row, by, at))


@transaction.atomic
def add_task(
    row: Pairing, title: str, due_on: date | None, *, by: Actor, at: datetime
) -> PairingTask:
    """One thing the two mean to do together."""
    check_may(may_write(row.unit, by) or may_write(row.venue, by))
    words = " ".join(title.split())
    if not words or len(words) > 80:
        raise Refusal("title", _("请写明要做什么,最多 80 个字。"), field="title")
    if row.ended_at is not None:
        raise conflict("ended", _("这份结对已经结束。"))
    if PairingTask.objects.filter(pairing=row, title=words).exists():
        raise Refusal("title", _("已有“%(title)s”。") % {"title": words}, field="title")
    made = PairingTask.objects.create(pairing=row, title=words, due_on=due_on)
    announce(_fact("posts.pairing_task_added", row, by, at))
    return made


@transaction.atomic
def task_done(task: PairingTask, done: bool, *, by: Actor, at: datetime) -> None:
    """Done, or marked by mistake."""
    row = task.pairing
    check_may(may_write(row.unit, by) or may_write(row.venue, by))
    if done != (task.done_at is not None):
        task.done_at = at if done else None
        task.save(update_fields=["done_at"])
        announce(
            _fact("posts.pairing_task_done" if done else "posts.pairing_task_undone", row, by, at)
        )


def check_may(may: bool) -> None:
    """Refuses whoever works at neither side nor above."""
    if not may:
        raise forbidden(_("结对由这两家自己和上级的工作人员来办。"), "not_your_pairing")


def _fact(kind: str, row: Pairing, by: Actor, at: datetime) -> Fact:
    return Fact(kind, at, place_id=row.venue_id, by_id=by.person_id, data={"pairing": str(row.id)})
