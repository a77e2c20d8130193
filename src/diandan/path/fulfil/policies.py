"""送单: who may show a site's rotating code to those who arrive."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.people.models import Team
from diandan.ground.places.models import Place
from diandan.kit.refusal import forbidden


def may_show_code(by: Actor, place: Place) -> bool:
    """A worker of the place or above it, or a leader of a team that is at home there."""
    if by.is_frozen or by.person_id is None:
        return False
    if by.holds(STAFF_ROLES, place.path):
        return True
    return Team.objects.filter(id__in=by.leads, home=place, closed_at=None).exists()


def check_show_code(by: Actor, place: Place) -> None:
    """Refuses everybody else: whoever sees the code could check in from anywhere."""
    if not may_show_code(by, place):
        raise forbidden(
            _("到场码只给%(place)s的工作人员和常驻队队长看。请到现场屏幕或窗口看码。")
            % {"place": place.name},
            "not_your_place",
        )
