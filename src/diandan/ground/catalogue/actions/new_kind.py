"""新类别: a kind of need that only this centre has."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.policies import check_admin
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal

from ..models import ServiceKind
from .kinds import RANK_STEP, edit_kind

CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


@transaction.atomic
def add_kind(*, centre: Place, code: str, by: Actor, at: datetime, **fields: Any) -> ServiceKind:
    """A kind under a code of its own; the rest is checked as an edit is."""
    check_admin(by, centre)
    clean = code.strip().lower()
    if not CODE.fullmatch(clean):
        raise Refusal(
            "kind_code", _("代号用小写英文字母、数字和下划线,如 piano_tuning。"), field="code"
        )
    Place.objects.select_for_update(no_key=True).get(id=centre.id)
    if ServiceKind.objects.filter(centre=centre, code=clean).exists():
        raise Refusal("kind_exists", _("这个代号已经用过了。"), field="code")
    last = ServiceKind.objects.filter(centre=centre).aggregate(last=Max("rank"))["last"] or 0
    kind = ServiceKind.objects.create(centre=centre, code=clean, name=clean, rank=last + RANK_STEP)
    edit_kind(kind, by=by, at=at, **fields)
    data = {"code": kind.code}
    announce(Fact("catalogue.kind_added", at, place_id=centre.id, by_id=by.person_id, data=data))
    return kind
