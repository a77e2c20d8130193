"""被遗忘: destroy a person's key, so that nothing sealed with it can ever be read again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import queries
from diandan.ground.people.actor import Actor
from diandan.ground.people.erasure import Erasure
from diandan.ground.people.models import (
    ApiToken,
    Consent,
    Invitation,
    Login,
    Membership,
    OneTimeCode,
    Person,
    RoleGrant,
    Volunteer,
)
from diandan.ground.people.policies import check_own_act
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.ids import readable
from diandan.kit.refusal import conflict

FORGOTTEN = "forgotten"
NUMBER_LENGTH = 12


def check_free(person: Person, at: datetime) -> None:
    """Nobody leaves a post or a team without a word to those who count on her."""
    if queries.active_grants(at).filter(person=person).exists():
        raise conflict("holds_roles", _("您还担任工作角色,请先请管理员撤销。"))
    if Membership.objects.filter(person=person, left_at=None).exists():
        raise conflict("in_teams", _("请先退出所在的队伍(队长请先指定接任人)。"))


@transaction.atomic
def forget(*, person: Person, at: datetime, by: Actor) -> Person:
    """Forget her by her own wish: key, search keys, birthday and log-in go; bare facts stay.

    Doors ask the path first whether an order is still open; a leader hands over her team first.
    """
    check_own_act(by, person)
    person = queries.for_change(person.id)
    check_free(person, at)
    return erase(person=person, at=at, by=by)


@transaction.atomic
def erase(*, person: Person, at: datetime, by: Actor) -> Person:
    """What forgetting does, whoever's wish is carried out: hers today, or hers of the list.

    Replayed over an older backup she may still hold a post or be in a team: both end.
    """
    person = queries.for_change(person.id)
    phone = person.phone_hash
    person.wrapped_key = person.name_enc = person.phone_enc = person.door_enc = b""
    person.phone_hash = person.name_hash = person.calendar_key = ""
    person.born_on = None
    person.frozen_at, person.frozen_why = at, FORGOTTEN
    person.save()
    if phone:
        OneTimeCode.objects.filter(phone_hash=phone).delete()
        Invitation.objects.filter(phone_hash=phone).delete()
    # Her public number would still tell who she is to whoever has an old list.
    gone = f"X{readable(NUMBER_LENGTH)}"
    Volunteer.objects.filter(person=person).update(on_duty=False, skills=[], number=gone)
    _sign_out_for_good(person)
    ApiToken.objects.filter(owner=person).update(name="")
    ApiToken.objects.filter(owner=person, revoked_at=None).update(revoked_at=at)
    Consent.objects.filter(person=person).update(note="")
    RoleGrant.objects.filter(person=person, revoked_at=None).update(revoked_at=at)
    Membership.objects.filter(person=person, left_at=None).update(left_at=at)
    Erasure.objects.update_or_create(
        person=person,
        defaults={"done_at": at, "stopped_at": None},
        create_defaults={"asked_at": at, "due_at": at, "done_at": at},
    )
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


def _sign_out_for_good(person: Person) -> None:
    """Her log-in keeps neither its name nor a way in: no password, no passkey, no e-mail."""
    login = Login.objects.filter(person=person).first()
    if login is None:
        return
    # allauth's tables point at the log-in; its reverse names are unknown to Django's type stubs.
    login.emailaddress_set.all().delete()  # type: ignore[attr-defined]
    login.authenticator_set.all().delete()  # type: ignore[attr-defined]
    login.username, login.email, login.is_active = f"gone-{person.id}", "", False
    login.set_unusable_password()
    login.save()
