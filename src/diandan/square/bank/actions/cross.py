"""通存通兑: coins saved in one centre become coins of another; both books move, or neither does.

Two phases: first both legs are held, each in its own centre's books; then both are posted, or both
voided. A process that dies between them leaves an open crossing, which the worker ends.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Person
from diandan.ground.places.models import Kind, Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden, missing
from diandan.path.ledger.actions.move import Move, move, name_of, settle
from diandan.path.ledger.models import Account, Reason, Transfer

from ..core import say
from ..facts import coins_fact
from ..models import Crossing
from ..queries import clearing, open_crossings, purse, stored
from ..rulebook import rules_for

Phase, State = Transfer.Phase, Crossing.State


@transaction.atomic
def begin(
    key: UUID,
    *,
    person: Person,
    from_centre: Place,
    to_centre: Place,
    minutes: int,
    by: Actor,
    at: datetime,
) -> Crossing:
    """Hold both legs. `key` makes the same crossing twice one."""
    found = Crossing.objects.filter(id=key).first()
    if found is not None:
        return found
    if by.person_id != person.id:
        raise forbidden(_("时间币只能由本人使用。"), "own_act_only")
    if to_centre.kind != Kind.CENTER or from_centre.id == to_centre.id:
        raise Refusal("which_centre", _("请选择另一个中心。"), field="to_centre")
    credit = purse(person, to_centre, at)
    Account.objects.select_for_update(no_key=True).get(id=credit.id)
    most = rules_for(to_centre).stored_max
    room = most - stored(person.id, to_centre)
    if most and minutes > room:
        raise conflict(
            "over_cap",
            _("在那边最多还能存 %(room)s 枚,请少转一些。") % {"room": say(max(0, room))},
        )
    leaving = Move(
        id=name_of("bank", "leaving", key),
        debit=purse(person, from_centre, at),
        credit=clearing(from_centre, to_centre, at),
        amount=minutes,
        reason=Reason.CROSS,
        phase=Phase.PENDING,
        notice_until=at,
    )
    coming = Move(
        id=name_of("bank", "coming", key),
        debit=clearing(to_centre, from_centre, at),
        credit=credit,
        amount=minutes,
        reason=Reason.CROSS,
        phase=Phase.PENDING,
        notice_until=at,
    )
    return Crossing.objects.create(
        id=key,
        person=person,
        from_centre=from_centre,
        to_centre=to_centre,
        minutes=minutes,
        leaving=move(leaving, by=by, at=at),
        coming=move(coming, by=by, at=at),
        at=at,
    )


@transaction.atomic
def end(crossing_id: UUID, *, at: datetime, is_wanted: bool = True) -> Crossing:
    """Post both legs, or void both, in one transaction. Ending twice is ending once."""
    row = (
        Crossing.objects.select_for_update(of=("self",))
        .select_related("leaving__debit", "leaving__credit", "coming__debit", "coming__credit")
        .select_related("from_centre", "to_centre")
        .filter(id=crossing_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这一笔。"), "unknown_transfer")
    if row.state != State.OPEN:
        return row
    phase = Phase.POSTING if is_wanted else Phase.VOIDING
    for leg in (row.leaving, row.coming):
        settle(leg, phase, by=SYSTEM, at=at)
    row.state, row.ended_at = (State.POSTED if is_wanted else State.VOIDED), at
    row.save(update_fields=["state", "ended_at"])
    announce(
        coins_fact(
            "crossed" if is_wanted else "cross_voided",
            centre=row.to_centre,
            person_id=row.person_id,
            minutes=row.minutes,
            by=SYSTEM,
            at=at,
        )
    )
    return row


def end_open(*, at: datetime) -> int:
    """End what a process left open; returns how many."""
    return sum(bool(end(one, at=at)) for one in open_crossings(at))
