"""凭证: she takes a credential with the fields she chose; we keep that it exists, not what it says."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.policies import check_own_act
from diandan.ground.people.queries import own, volunteer_of
from diandan.ground.record.actions.announce import announce
from diandan.kit.clock import SHANGHAI
from diandan.kit.ids import new_id
from diandan.kit.refusal import Refusal, conflict

from ..badge import BITS, FIELDS, Told, badge
from ..facts import credential_fact
from ..lines import Line, certified, has_changed, sums
from ..models import Certificate, Credential, SigningKey, StatusList
from ..proof import signed
from ..states import State
from ..status import address_of
from .apply import locked
from .keys import key_of, list_of, private_half

TRIES = 50


@transaction.atomic
def make_credential(
    *, certificate_id: UUID, fields: Iterable[str], house: str, at: datetime, by: Actor
) -> dict[str, Any]:
    """A signed credential with exactly these fields. `house` is our public address."""
    row = locked(certificate_id)
    check_own_act(by, row.person)
    if row.state != State.VALID:
        raise conflict("not_valid", _("公示结束、证明有效后才能取凭证。"))
    if has_changed(row):
        raise conflict("hours_changed", _("出具之后时长有更正,请申请重新出具。"))
    chosen = [field for field in FIELDS if field in set(fields)]
    if not {"verified", "declared"} & set(chosen):
        raise Refusal("fields_needed", _("至少选一项时长,不然凭证什么也没证明。"), field="fields")
    key = key_of(row.issuer, at)
    listed = list_of(key, at)
    kept = Credential.objects.create(
        certificate=row, listed=listed, bit=_free_bit(listed), fields=chosen, made_at=at
    )
    announce(credential_fact(kept, by, at))
    return signed(badge(_told(row, kept, key, house), chosen), private_half(key), at)


def _free_bit(listed: StatusList) -> int:
    """Drawn by lot: a bit's place tells nothing of when it was given."""
    for _try in range(TRIES):
        bit = secrets.randbelow(BITS)
        if not Credential.objects.filter(listed=listed, bit=bit).exists():
            return bit
    raise conflict("list_full", _("这一把密钥的凭证已经很多,请出具单位换一把新密钥。"))


def _told(row: Certificate, kept: Credential, key: SigningKey, house: str) -> Told:
    lines = certified(row)
    total, volunteer = sums(lines), volunteer_of(row.person_id)
    assert row.issued_at is not None
    return Told(
        credential_id=f"urn:uuid:{kept.id}",
        subject_id=f"urn:uuid:{new_id()}",
        status_address=address_of(kept.listed_id, house),
        status_id=str(kept.listed_id),
        bit=kept.bit,
        issuer_name=row.issuer.name,
        public=key.public,
        issued_at=row.issued_at,
        name=own(row.person).name,
        volunteer_number=volunteer.number if volunteer else "",
        verified_minutes=total.verified,
        declared_minutes=total.declared,
        from_at=_day(row.from_on),
        until_at=_day(row.until_on),
        services=services(lines),
        number=row.number or "",
    )


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=SHANGHAI)


def services(lines: Iterable[Line]) -> str:
    """What kinds of service there were, and how often."""
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.kind] = counts.get(line.kind, 0) + 1
    return "、".join(f"{kind} {n} 次" for kind, n in sorted(counts.items()))
