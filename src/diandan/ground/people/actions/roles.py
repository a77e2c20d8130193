"""角色: granting and revoking a role in a subtree of places."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import queries
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person, Role, RoleGrant
from diandan.ground.people.policies import check_admin
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict, forbidden
from diandan.kit.units import local


@transaction.atomic
def grant_role(
    *,
    person: Person,
    role: Role,
    place: Place,
    at: datetime,
    by: Actor,
    post: str = "",
    until_on: date | None = None,
) -> RoleGrant:
    """`person` holds `role` in the subtree of `place`. Granting again renews post and term."""
    check_admin(by, place)
    if by.person_id == person.id:
        raise forbidden(_("不能给自己授予角色,请另一位管理员办理。"), "own_role")
    if role not in Role.values:
        raise Refusal("unknown_role", _("请选择一个角色。"), field="role")
    person = queries.for_change(person.id)
    if person.frozen_at is not None or person.registered_at is None:
        raise conflict("not_registered", _("此人还没有亲自登录过,请先请本人用手机号登录一次。"))
    today = local(at).date()
    if until_on is not None and until_on < today:
        raise Refusal("past_term", _("任期的结束日期不能早于今天。"), field="until_on")
    grant, is_new = RoleGrant.objects.get_or_create(
        person=person,
        role=role,
        place=place,
        revoked_at=None,
        defaults={"from_on": today, "granted_by_id": by.person_id},
    )
    grant.post, grant.until_on = post[:40], until_on
    grant.save(update_fields=["post", "until_on"])
    announce(_fact("people.role_granted" if is_new else "people.role_renewed", grant, at, by))
    return grant


@transaction.atomic
def revoke_role(*, grant: RoleGrant, at: datetime, by: Actor) -> RoleGrant:
    """End a role. A place's last administrator stays until another is named."""
    # The lock is the place's row: two administrators revoking one another must not both win.
    place = Place.objects.select_for_update(no_key=True).get(id=grant.place_id)
    check_admin(by, place)
    grant = RoleGrant.objects.get(id=grant.id)
    if grant.revoked_at is not None:
        return grant
    if grant.role == Role.ADMIN and not _other_admin(grant, place, at):
        raise conflict(
            "last_admin",
            _("这是%(place)s最后一位管理员,请先任命另一位。") % {"place": place.name},
        )
    grant.revoked_at = at
    grant.save(update_fields=["revoked_at"])
    announce(_fact("people.role_revoked", grant, at, by))
    return grant


def _other_admin(grant: RoleGrant, place: Place, at: datetime) -> bool:
    return (
        queries.active_grants(at)
        .filter(role=Role.ADMIN, place_id__in=place.ancestor_ids, person__frozen_at=None)
        .exclude(person_id=grant.person_id)
        .exists()
    )


def _fact(kind: str, grant: RoleGrant, at: datetime, by: Actor) -> Fact:
    return Fact(
        kind,
        at,
        place_id=grant.place_id,
        by_id=by.person_id,
        person_id=grant.person_id,
        data={"role": grant.role},
    )
