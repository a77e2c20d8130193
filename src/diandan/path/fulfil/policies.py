"""送单: who may show a site's rotating code, and who may decide a doubt about hours."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.people.models import Membership, Team
from diandan.ground.places.models import Place
from diandan.kit.refusal import forbidden
from diandan.path.engage.models import Task

from .models import Attendance, Doubt


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


def parties_to(row: Doubt) -> set[UUID]:
    """Who has something at stake in a doubt: whose hours, who entered them, who leads the team.

    And everybody whose session or word is part of its evidence.
    """
    task = row.task
    tasks = {task.id, *(UUID(one) for one in row.evidence)}
    found = set(Task.objects.filter(id__in=tasks).values_list("person_id", flat=True))
    seen = Attendance.objects.filter(task_id__in=tasks).values_list("in_by_id", "out_by_id")
    found |= {one for pair in seen for one in pair if one is not None}
    leaders = Membership.objects.filter(
        team_id=task.engagement.team_id,
        left_at=None,
        duty__in=(Membership.Duty.LEADER, Membership.Duty.DEPUTY),
    )
    found |= set(leaders.values_list("person_id", flat=True))
    return (
        found | {task.engagement.accepted_by_id} | ({UUID(row.key)} if _is_id(row.key) else set())
    )


def may_decide(by: Actor, row: Doubt) -> bool:
    """A worker of the place or above it, who is not party to the doubt."""
    return (
        by.person_id is not None
        and not by.is_frozen
        and by.holds(STAFF_ROLES, row.task.engagement.job.place.path)
        and by.person_id not in parties_to(row)
    )


def check_decide(by: Actor, row: Doubt) -> UUID:
    """The officer's id; refuses everybody else."""
    place = row.task.engagement.job.place
    if by.person_id is None or by.is_frozen or not by.holds(STAFF_ROLES, place.path):
        raise forbidden(
            _("疑点由%(place)s的工作人员核查。") % {"place": place.name}, "not_your_place"
        )
    if by.person_id in parties_to(row):
        raise forbidden(_("这与您本人有关,要由另一个人来核查。"), "party_to_it")
    return by.person_id


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
