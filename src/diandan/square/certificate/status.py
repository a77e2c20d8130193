"""撤销名单: the status list of a key, signed anew when asked, and the list of issuers.

Both may be copied and kept: a verifier with copies asks nobody whose credential it looks at.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from diandan.kit.refusal import missing

from .actions.keys import private_half
from .badge import status_list
from .models import Credential, SigningKey, StatusList
from .multikey import did_of
from .proof import moment, signed


def address_of(list_id: UUID, house: str) -> str:
    """Where a list is published."""
    return f"{house}/credentials/status/{list_id}"


def signed_list(list_id: UUID, *, house: str, at: datetime) -> dict[str, Any]:
    """Which credentials of this list are revoked, signed by the key that signed them."""
    row = StatusList.objects.select_related("key").filter(id=list_id).first()
    if row is None:
        raise missing(_("没有这份撤销名单。"), "no_such_list")
    bits = Credential.objects.filter(listed=row).exclude(revoked_at=None)
    document = status_list(
        address_of(row.id, house), row.key.public, bits.values_list("bit", flat=True), at
    )
    return signed(document, private_half(row.key), at)


def issuers() -> list[dict[str, Any]]:
    """Every organisation that certified here, with each of its keys and when it was in use."""
    return [
        {
            "did": did_of(key.public),
            "name": key.issuer.name,
            "from": moment(key.made_at),
            "until": moment(key.retired_at) if key.retired_at else None,
            "status_lists": [str(one) for one in key.lists.values_list("id", flat=True)],
        }
        for key in SigningKey.objects.select_related("issuer")
        .filter(leaked_at=None)
        .order_by("issuer_id", "made_at")
    ]
