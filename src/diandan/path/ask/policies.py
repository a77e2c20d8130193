"""点单: who may arrange standing orders and keep visit plans."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.people.models import Consent, Person
from diandan.ground.people.policies import DESK_ROLES, check_signed_in
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal, forbidden

from .models import Visit, VisitPlan


def check_standing(by: Actor, person: Person, place: Place) -> None:
    """She herself, her guardian, or a desk of the place or above it."""
    check_signed_in(by)
    own = by.person_id in (person.id, person.guardian_id)
    if not (by.is_system or own or by.holds(DESK_ROLES, place.path)):
        raise forbidden(_("只能替本辖区的居民安排定期服务。"), "outside_your_place")


def check_standing_consent(consent: Consent, person: Person) -> None:
    """Refuses a consent of somebody else, to something else, or withdrawn since."""
    if consent.person_id != person.id or consent.about != Consent.About.STANDING_ORDER:
        raise Refusal(
            "consent_missing", _("请先征得本人对定期上门服务的同意。"), field="consent_note"
        )
    if consent.withdrawn_at is not None:
        raise Refusal("consent_withdrawn", _("本人已撤回对定期上门的同意,要重新征得同意才能安排。"))


def check_plan(by: Actor, place: Place) -> None:
    """Refuses who does not work at the place or above it."""
    check_signed_in(by)
    if not (by.is_system or by.holds(STAFF_ROLES, place.path)):
        raise forbidden(_("只有%(place)s的工作人员可以安排走访。") % {"place": place.name})


def may_note(by: Actor, visit: Visit, plan: VisitPlan) -> bool:
    """The visitor named, anybody of the visiting team, or staff of the place."""
    return not by.is_frozen and (
        (by.person_id is not None and by.person_id == visit.visitor_id)
        or (plan.team_id is not None and plan.team_id in by.member_of)
        or by.holds(STAFF_ROLES, visit.place.path)
    )
