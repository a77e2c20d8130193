"""改由人工派单: a team's leader refuses automated dispatch, or takes it up again (个保法 24)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Team
from diandan.kit.refusal import forbidden

from ..models import ByHandOnly


@transaction.atomic
def by_hand_only(team: Team, wish: bool, *, by: Actor, at: datetime) -> bool:
    """From now on a person alone asks this team (`wish`), or plans may again; True if changed.

    Asked twice for the same is no second wish.
    """
    if team.id not in by.leads or by.person_id is None:
        raise forbidden(_("这要由队长或副队长来定。"))
    Team.objects.select_for_update(no_key=True).get(id=team.id)
    open_ = ByHandOnly.objects.filter(team=team, ended_at=None)
    if wish == open_.exists():
        return False
    if wish:
        ByHandOnly.objects.create(team=team, asked_by_id=by.person_id, asked_at=at)
    else:
        open_.update(ended_at=at, ended_by_id=by.person_id)
    return True
