"""邀请: somebody proposes; only the invited person's own answer makes a member."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.core import clean_name, clean_phone
from diandan.ground.people.models import Invitation, Person, Team
from diandan.ground.people.policies import check_own_act, check_proxy, check_run_team
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import conflict, forbidden

from .teams import join_team

WRAPPED_BYTES = vault.NONCE_BYTES + 32 + 16  # nonce, AES-256 key, tag
YES, NO = "yes", "no"


@transaction.atomic
def invite(
    *, team: Team | None, place: Place, phone: str, name: str, at: datetime, by: Actor
) -> Invitation:
    """Invite the person of `phone` into `team`, or into this centre. Once for each phone."""
    if team is not None:
        check_run_team(by, team)
    else:
        check_proxy(by, how="desk", home=place)
    number, whole_name = clean_phone(phone), clean_name(name)
    key = vault.new_key()
    invitation, is_new = Invitation.objects.get_or_create(
        phone_hash=vault.phone_key(number),
        team=team,
        defaults={
            "place": place,
            "sealed": key + vault.seal(key, f"{number}\n{whole_name}"),
            "invited_by_id": by.person_id,
            "invited_at": at,
        },
    )
    if is_new:
        announce(_fact("people.invited", invitation, at, by))
    return invitation


@transaction.atomic
def answer_invitation(
    *, invitation: Invitation, yes: bool, person: Person, at: datetime, by: Actor
) -> Invitation:
    """Her own yes or no. Either way the name and phone kept for the invitation are wiped."""
    check_own_act(by, person)
    row = Invitation.objects.select_for_update(of=("self",)).get(id=invitation.id)
    if not person.phone_hash or row.phone_hash != person.phone_hash:
        raise forbidden(_("这份邀请不是发给您的手机号的。"), "not_your_invitation")
    if row.answered_at is not None:
        if (row.answer == YES) == yes:
            return row
        raise conflict("already_answered", _("这份邀请您已经答复过了。"))
    if yes and row.team is not None:
        join_team(team=row.team, person=person, at=at, by=by)
    row.answered_at, row.answer, row.sealed = at, YES if yes else NO, b""
    row.save(update_fields=["answered_at", "answer", "sealed"])
    announce(_fact("people.answered_invitation", row, at, by, answer=row.answer))
    return row


def invited_words(invitation: Invitation) -> tuple[str, str]:
    """Phone and name of somebody invited, for sending the invitation; empty once answered."""
    sealed = bytes(invitation.sealed)
    if not sealed:
        return "", ""
    phone, name = vault.unseal(sealed[:WRAPPED_BYTES], sealed[WRAPPED_BYTES:]).split("\n", 1)
    return phone, name


def _fact(kind: str, row: Invitation, at: datetime, by: Actor, **data: str) -> Fact:
    return Fact(
        kind,
        at,
        place_id=row.place_id,
        by_id=by.person_id,
        team_id=row.team_id,
        data={"invitation": str(row.id), **data},
    )
