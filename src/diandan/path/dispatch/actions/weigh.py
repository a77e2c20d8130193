"""派单权重: try others, then choose them. Nothing is edited: each choice is a row of its own."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.policies import check_admin
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal

from ..models import DispatchWeights, WhatIf
from ..weights import BOUNDS, weights_of, with_values


@transaction.atomic
def ask_what_if(centre: Place, values: dict[str, int], *, by: Actor, at: datetime) -> WhatIf:
    """试算: the dispatch process works it out; a trial still asked for is replaced by this one."""
    check_admin(by, centre)
    _check(centre, values)
    assert by.person_id is not None
    WhatIf.objects.filter(centre=centre, state=WhatIf.State.ASKED).delete()
    return WhatIf.objects.create(
        centre=centre, values=values, asked_by_id=by.person_id, asked_at=at
    )


@transaction.atomic
def set_weights(
    centre: Place, values: dict[str, int], *, by: Actor, at: datetime
) -> DispatchWeights:
    """选用: from the next round on the centre's plans are made with these weights."""
    check_admin(by, centre)
    _check(centre, values)
    assert by.person_id is not None
    whole = asdict(with_values(weights_of(centre), values))
    return DispatchWeights.objects.create(
        centre=centre, values=whole, set_by_id=by.person_id, set_at=at
    )


def _check(centre: Place, values: dict[str, int]) -> None:
    for name, value in values.items():
        most = BOUNDS.get(name, 0)
        if name not in BOUNDS or not 0 <= value <= most:
            raise Refusal(
                "bad_weight", _("请填 0 到 %(most)d 之间的整数。") % {"most": most}, field=name
            )
    now = weights_of(centre)
    if with_values(now, values) == now:
        raise Refusal("same_weights", _("和现在的一样,没有改动。"))
