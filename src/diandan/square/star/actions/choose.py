"""规则: a centre names the preset its stars follow. Stars already granted stay as they are."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal

from ..policies import check_officer
from ..rulebook import SETTING, shipped


@transaction.atomic
def choose_rules(centre: Place, name: str, *, by: Actor, at: datetime) -> Place:
    """From now on the centre's stars follow this preset."""
    check_officer(by, centre)
    if name not in shipped():
        raise Refusal("star_rules", _("请从列出的星级办法里选。"), field="star_rules")
    row = Place.objects.select_for_update().get(id=centre.id)
    if row.settings.get(SETTING) != name:
        row.settings = {**row.settings, SETTING: name}
        row.save(update_fields=["settings"])
        announce(
            Fact(
                kind="star.rules_chosen",
                at=at,
                place_id=row.id,
                by_id=by.person_id,
                data={"rules": name},
            )
        )
    centre.settings = row.settings
    return row
