"""选规则: a centre counts by another preset from a day to come; what was counted stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.policies import check_admin
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal
from diandan.kit.units import local

from ..models import ActiveDefinition, Grade, RuleChoice
from ..rulebook import WHOLE, shipped

MOST = 1_000_000


@transaction.atomic
def choose_rules(
    centre: Place,
    *,
    preset: str,
    changes: Mapping[str, int],
    from_on: date,
    by: Actor,
    at: datetime,
) -> RuleChoice:
    """From `from_on`, tomorrow at the earliest; never for a day that was lived already."""
    check_admin(by, centre)
    if preset not in shipped():
        raise Refusal("unknown_preset", _("没有这套规则。"), field="preset")
    if from_on <= local(at).date():
        raise Refusal("too_soon", _("最早从明天起生效:已经做过的服务不改算法。"), field="from_on")
    usual = shipped()[preset]
    own: dict[str, int] = {}
    for key, value in changes.items():
        if key not in WHOLE or not 0 <= value <= MOST:
            raise Refusal("figure", _("这个数不能用,请填 0 或更大的整数。"), field=key)
        if value != getattr(usual, key):
            own[key] = value
    row = RuleChoice.objects.create(
        centre=centre, preset=preset, changes=own, from_on=from_on, by_id=by.person_id, at=at
    )
    announce(
        Fact(
            "hours.rules_chosen",
            at,
            place_id=centre.id,
            by_id=by.person_id,
            data={"preset": preset, "from_on": from_on.isoformat(), "choice": str(row.id)},
        )
    )
    return row


@transaction.atomic
def define_active(
    centre: Place,
    *,
    minutes: int,
    grades: list[str],
    from_year: int,
    source: str,
    by: Actor,
    at: datetime,
) -> ActiveDefinition:
    """活跃志愿者: what the centre's figure counts from a year on; a past year keeps its own."""
    check_admin(by, centre)
    if not 0 < minutes <= 366 * 24 * 60:
        raise Refusal("minutes", _("请填一年里的分钟数。"), field="minutes")
    if not grades or set(grades) - set(Grade.values):
        raise Refusal("grades", _("请选择算哪几种时长。"), field="grades")
    if from_year < local(at).year:
        raise Refusal("too_soon", _("过去的年份不改口径。"), field="from_year")
    row = ActiveDefinition.objects.create(
        centre=centre,
        name=_("活跃志愿者"),
        minutes=minutes,
        grades=sorted(grades),
        source=source[:200],
        from_year=from_year,
        by_id=by.person_id,
        at=at,
    )
    announce(
        Fact(
            "hours.active_defined",
            at,
            place_id=centre.id,
            by_id=by.person_id,
            data={"definition": str(row.id), "minutes": minutes, "from_year": from_year},
        )
    )
    return row
