"""转赠与捐赠: to a relative an officer confirmed, or to the platform's pool; a group only donates."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden
from diandan.path.ledger.actions.move import Move, move
from diandan.path.ledger.models import Account, Reason, Transfer

from ..core import say
from ..facts import coins_fact
from ..models import GroupSaver
from ..queries import POOL, group_till, purse, relatives_of, stored, till
from ..rulebook import rules_for


@transaction.atomic
def gift(
    key: UUID, *, giver: Person, to: UUID, centre: Place, minutes: int, by: Actor, at: datetime
) -> Transfer:
    """Give coins to a relative. `key` makes the same gift twice one."""
    _check_own(giver, by)
    rules = rules_for(centre)
    found = {
        row.other_id: row.other
        for row in relatives_of(giver.id, centre, rules.gift_to)
        if row.other is not None
    }
    relative = found.get(to)
    if relative is None or relative.frozen_at is not None:
        raise Refusal("not_a_relative", _("只能转赠给已核对的亲属。"), field="to")
    credit = purse(relative, centre, at)
    Account.objects.select_for_update(no_key=True).get(id=credit.id)
    room = rules.stored_max - stored(relative.id, centre)
    is_new = not Transfer.objects.filter(id=key).exists()
    if is_new and rules.stored_max and minutes > room:
        raise conflict(
            "over_cap",
            _("对方最多还能存 %(room)s 枚,请少转一些,或捐赠。") % {"room": say(max(0, room))},
        )
    row = move(Move(key, purse(giver, centre, at), credit, minutes, Reason.GIFT), by=by, at=at)
    if is_new:
        announce(
            coins_fact("given", centre=centre, person_id=relative.id, minutes=minutes, by=by, at=at)
        )
    return row


@transaction.atomic
def donate(
    key: UUID, *, giver: Person, centre: Place, minutes: int, by: Actor, at: datetime
) -> Transfer:
    """Donate coins to the pool, from which the centre helps elders who have none."""
    _check_own(giver, by)
    wanted = Move(key, purse(giver, centre, at), till(centre, POOL, at), minutes, Reason.DONATE)
    return _donated(wanted, centre, giver.id, by, at)


@transaction.atomic
def donate_of_group(
    key: UUID, *, group: GroupSaver, minutes: int, by: Actor, at: datetime
) -> Transfer:
    """The group's leader donates what the group saved; there is no other way to use it."""
    if by.person_id is None or group.team_id not in by.leads:
        raise forbidden(
            _("只有%(team)s的队长可以做这件事。") % {"team": group.team.name}, "leader_only"
        )
    wanted = Move(key, group_till(group, at), till(group.centre, POOL, at), minutes, Reason.DONATE)
    return _donated(wanted, group.centre, None, by, at)


def _donated(
    wanted: Move, centre: Place, person_id: UUID | None, by: Actor, at: datetime
) -> Transfer:
    is_new = not Transfer.objects.filter(id=wanted.id).exists()
    row = move(wanted, by=by, at=at)
    if is_new:
        announce(
            coins_fact(
                "donated",
                centre=centre,
                person_id=person_id,
                minutes=wanted.amount,
                by=by,
                at=at,
            )
        )
    return row


def _check_own(giver: Person, by: Actor) -> None:
    if by.person_id != giver.id or by.is_frozen:
        raise forbidden(_("时间币只能由本人使用。"), "own_act_only")
