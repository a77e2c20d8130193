"""钥匙: keys for the HTTP API. Shown once; only a digest is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from diandan.ground.people import queries
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import ApiToken, Person
from diandan.ground.people.policies import check_own_act
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal

PREFIX = "dd_"


@transaction.atomic
def make(
    *,
    owner: Person,
    name: str,
    scopes: Iterable[str],
    at: datetime,
    by: Actor,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """A key that acts as `owner` within `scopes`, and its plain text, never to be seen again."""
    if not by.is_system:
        check_own_act(by, owner)
    if not name.strip():
        raise Refusal("name_needed", _("请给这把钥匙起个名字,方便日后认出它。"), field="name")
    if expires_at is not None and expires_at <= at:
        raise Refusal("past_expiry", _("到期时间须在今后。"), field="expires_at")
    plain = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        owner=owner,
        name=name.strip()[:60],
        digest=_digest(plain),
        scopes=sorted(set(scopes)),
        made_at=at,
        expires_at=expires_at,
    )
    announce(_fact("people.token_made", token, at, by))
    return token, plain


@transaction.atomic
def revoke(*, token: ApiToken, at: datetime, by: Actor) -> None:
    """The key opens nothing from now on."""
    row = ApiToken.objects.select_for_update(of=("self",)).select_related("owner").get(id=token.id)
    if not by.is_system:
        check_own_act(by, row.owner)
    if row.revoked_at is None:
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        announce(_fact("people.token_revoked", row, at, by))


def actor_of_token(plain: str, at: datetime) -> Actor:
    """Who this key acts as, narrowed to its scopes."""
    row = (
        ApiToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), revoked_at=None)
        .filter(digest=_digest(plain))
        .first()
    )
    if row is None:
        raise Refusal("bad_token", _("这把钥匙无效、已过期或已作废。"), status=401)
    return queries.actor_for(row.owner_id, at, frozenset(row.scopes))


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


def _fact(kind: str, token: ApiToken, at: datetime, by: Actor) -> Fact:
    return Fact(
        kind,
        at,
        by_id=by.person_id,
        person_id=token.owner_id,
        data={"token": str(token.id), "scopes": token.scopes},
    )
