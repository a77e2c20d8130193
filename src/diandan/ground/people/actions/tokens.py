"""钥匙: keys for the HTTP API. Shown once; only a digest is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from diandan.ground.people import queries
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import ApiToken, Person
from diandan.ground.people.policies import check_end_key, check_own_act, key_scopes
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, forbidden

PREFIX = "dd_"
LASTS_AT_MOST = timedelta(days=366)
KEYS_MAX = 20


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
    """A key that acts as `owner` within `scopes`, and its plain text, never to be seen again.

    Her own act, at a page, for what her roles open to herself, and for a year at most. Whatever
    role she loses later, her keys lose with her.
    """
    wanted = frozenset(scopes)
    if not by.is_system:
        check_own_act(by, owner)
        _check_hers(by, wanted, expires_at, at)
    if not name.strip():
        raise Refusal("name_needed", _("请给这把钥匙起个名字,方便日后认出它。"), field="name")
    if expires_at is not None and expires_at <= at:
        raise Refusal("past_expiry", _("到期时间须在今后。"), field="until")
    plain = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        owner=owner,
        name=name.strip()[:60],
        digest=_digest(plain),
        scopes=sorted(wanted),
        made_at=at,
        expires_at=expires_at,
    )
    announce(_fact("people.token_made", token, at, by))
    return token, plain


@transaction.atomic
def revoke(*, token: ApiToken, at: datetime, by: Actor) -> None:
    """The key opens nothing from now on."""
    row = ApiToken.objects.select_for_update(of=("self",)).select_related("owner").get(id=token.id)
    check_end_key(by, row.owner, _paths_of(row.owner, at))
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


def keys_under(path: str, at: datetime) -> QuerySet[ApiToken]:
    """The keys of everybody who lives or works under `path`, the living ones first."""
    here = queries.active_grants(at).filter(place__path__startswith=path)
    under = Q(owner__home__path__startswith=path) | Q(owner__in=here.values("person"))
    living_first = F("revoked_at").asc(nulls_first=True)
    return ApiToken.objects.filter(under).select_related("owner").order_by(living_first, "-made_at")


def _check_hers(
    by: Actor, scopes: frozenset[str], expires_at: datetime | None, at: datetime
) -> None:
    if by.scopes is not None:
        raise forbidden(_("钥匙不能再做钥匙,请本人登录后在页面上做。"), "page_only")
    if not scopes:
        raise Refusal("no_scope", _("请至少选一项。"), field="scopes")
    if scopes - key_scopes(by):
        raise forbidden(_("您的角色没有其中一项权限,不能做这样的钥匙。"), "scope_not_yours")
    if expires_at is None or expires_at > at + LASTS_AT_MOST:
        raise Refusal("past_expiry", _("到期时间须在今后一年以内。"), field="until")
    living = ApiToken.objects.filter(owner_id=by.person_id, revoked_at=None, expires_at__gt=at)
    if living.count() >= KEYS_MAX:
        raise Refusal("too_many_keys", _("您的钥匙太多了,请先作废不用的。"))


def _paths_of(owner: Person, at: datetime) -> list[str]:
    grants = queries.active_grants(at).filter(person=owner).values_list("place__path", flat=True)
    return [*grants, *([owner.home.path] if owner.home else [])]


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
