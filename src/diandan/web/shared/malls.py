"""谁的商城: which centre's mall is hers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.ground.places.queries import center_of
from diandan.kit.refusal import missing
from diandan.web import door


def centre_for(person: Person) -> Place:
    """The centre whose mall is hers: that of her home, else the one this house serves."""
    found = center_of(person.home) if person.home else door.centre()
    if found is None:
        raise missing(_("这里还没有建好阵地。"), "no_centre")
    return found
