"""合作单位: a key for an outside hotline, made by an administrator; shown once, only a digest kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.ground.people.policies import check_admin
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, missing

from ..facts import partner_fact
from ..models import Partner

PREFIX = "dp_"
SCOPES = frozenset({"hotline"})
LASTS_AT_MOST = timedelta(days=366)


@transaction.atomic
def make_partner(
    *, name: str, centre: Place, expires_at: datetime, by: Actor, at: datetime
) -> tuple[Partner, str]:
    """A key for an outside system of `centre`, and its plain text, never to be seen again."""
    check_admin(by, centre)
    name = " ".join(name.split())[:60]
    if not name:
        raise Refusal("name_needed", _("请写明是哪个单位的哪个系统。"), field="name")
    if not at < expires_at <= at + LASTS_AT_MOST:
        raise Refusal("past_expiry", _("到期时间须在今后一年以内。"), field="until")
    plain = PREFIX + secrets.token_urlsafe(32)
    maker = Person.objects.filter(id=by.person_id).first() if by.person_id else None
    row = Partner.objects.create(
        name=name,
        centre=centre,
        digest=_digest(plain),
        made_by=maker,
        made_at=at,
        expires_at=expires_at,
    )
    announce(partner_fact(row, "made", by, at))
    return row, plain


@transaction.atomic
def revoke_partner(partner_id: UUID, *, by: Actor, at: datetime) -> Partner:
    """The key opens nothing from now on."""
    row = (
        Partner.objects.select_for_update(of=("self",))
        .select_related("centre")
        .filter(id=partner_id)
        .first()
    )
    if row is None:
        raise missing(_("没有这把钥匙。"), "unknown_token")
    check_admin(by, row.centre)
    if row.revoked_at is None:
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        announce(partner_fact(row, "revoked", by, at))
    return row


def actor_of_key(plain: str, at: datetime) -> Actor:
    """The outside system this key belongs to."""
    row = (
        Partner.objects.select_related("centre")
        .filter(digest=_digest(plain), revoked_at=None, expires_at__gt=at)
        .first()
    )
    if row is None:
        raise Refusal("bad_token", _("这把钥匙无效、已过期或已作废。"), status=401)
    return Actor(scopes=SCOPES, partner_id=row.id, partner_path=row.centre.path)


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()
