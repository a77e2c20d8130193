"""被遗忘: destroy a person's key, so that nothing sealed with it can ever be read again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import queries
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import ApiToken, Login, Membership, Person, Volunteer
from diandan.ground.people.policies import check_own_act
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import conflict


@transaction.atomic
def forget(*, person: Person, at: datetime, by: Actor) -> Person:
    """Forget her by her own wish: key, search keys, birthday and log-in go; bare facts stay.

    Doors ask the path first whether an order is still open; a leader hands over her team first.
    """
    check_own_act(by, person)
    person = queries.for_change(person.id)
    if queries.active_grants(at).filter(person=person).exists():
        raise conflict("holds_roles", _("您还担任工作角色,请先请管理员撤销。"))
    if Membership.objects.filter(person=person, left_at=None).exists():
        raise conflict("in_teams", _("请先退出所在的队伍(队长请先指定接任人)。"))
    person.wrapped_key = person.name_enc = person.phone_enc = person.door_enc = b""
    person.phone_hash = person.name_hash = person.calendar_key = ""
    person.born_on = None
    person.frozen_at, person.frozen_why = at, "forgotten"
    person.save()
    Volunteer.objects.filter(person=person).update(on_duty=False, skills=[])
    Login.objects.filter(person=person).update(is_active=False, email="")
    ApiToken.objects.filter(owner=person, revoked_at=None).update(revoked_at=at)
    announce(
        Fact(
            "people.forgotten",
            at,
            place_id=person.home_id,
            by_id=by.person_id,
            person_id=person.id,
        )
    )
    return person
