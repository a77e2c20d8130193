"""加入: saving is her own choice, made with the rules before her eyes; leaving keeps what is saved."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person, Team
from diandan.ground.places.models import Place
from diandan.ground.places.queries import center_of
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden

from ..facts import coins_fact
from ..models import GroupSaver, Saver
from ..policies import check_may_save
from ..queries import saver_of
from ..rulebook import rules_for


@transaction.atomic
def join(*, person: Person, centre: Place, read: str, by: Actor, at: datetime) -> Saver:
    """She joins, having read the rules of version `read`. Joining twice is joining once."""
    check_may_save(by, person, at)
    rules = rules_for(centre)
    if read != rules.version:
        raise Refusal(
            "rules_unread", _("请先读完规则(能存多少、怎么用、不能换什么),再加入。"), field="read"
        )
    found = saver_of(person.id, centre)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            row = Saver.objects.create(
                person=person, centre=centre, version=rules.version, joined_at=at
            )
    except IntegrityError:
        return Saver.objects.get(person=person, centre=centre, left_at=None)
    announce(coins_fact("joined", centre=centre, person_id=person.id, minutes=0, by=by, at=at))
    return row


@transaction.atomic
def leave(*, person: Person, centre: Place, by: Actor, at: datetime) -> None:
    """From now on she saves nothing; what she has stays hers to use, give or donate."""
    if by.person_id != person.id:
        raise forbidden(_("这件事只能由本人自己确认。"), "own_act_only")
    row = Saver.objects.select_for_update().filter(person=person, centre=centre, left_at=None)
    if row.update(left_at=at):
        announce(coins_fact("left", centre=centre, person_id=person.id, minutes=0, by=by, at=at))


@transaction.atomic
def join_as_group(*, team: Team, by: Actor, at: datetime) -> GroupSaver:
    """The leader lets the team save as a group: such coins can only be donated (南京 2019)."""
    if by.person_id is None or team.id not in by.leads:
        raise forbidden(_("只有%(team)s的队长可以做这件事。") % {"team": team.name}, "leader_only")
    found = GroupSaver.objects.filter(team=team).first()
    if found is not None:
        return found
    if team.closed_at is not None:
        raise conflict("team_closed", _("这支队伍已经解散。"))
    centre = center_of(team.home)
    row = GroupSaver.objects.create(
        team=team, centre=centre, joined_at=at, joined_by_id=by.person_id
    )
    announce(coins_fact("group_joined", centre=centre, person_id=None, minutes=0, by=by, at=at))
    return row
