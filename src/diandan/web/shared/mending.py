"""跟进: who mends what she was not content with, and by when she is answered.

A name is shown masked: whoever is dissatisfied must know that somebody has it, not who that is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.queries import active_grants, masked_names
from diandan.path.ask.models import Request
from diandan.path.grade.models import FollowUp

# An expert's judgement is the house's own business: its requester was not the one dissatisfied.
UNTOLD_CAUSE = "expert_bad"


@dataclass(frozen=True, slots=True)
class Mending:
    """An open follow-up as its requester may know it."""

    who: str
    due_at: datetime


def mendings(requests: Iterable[Request], at: datetime) -> dict[UUID, Mending]:
    """The open follow-up of each request that has one, in a constant number of queries."""
    owed = list(
        FollowUp.objects.filter(request_id__in=[r.id for r in requests], settled_at=None)
        .exclude(cause=UNTOLD_CAUSE)
        .select_related("request__owner_place")
    )
    if not owed:
        return {}
    who = posts({row.owner_id for row in owed if row.owner_id}, at)
    return {
        row.request_id: Mending(
            (who.get(row.owner_id, "") if row.owner_id else "")
            or row.request.owner_place.full_name,
            row.due_at,
        )
        for row in owed
    }


def answers(requests: Iterable[Request]) -> dict[UUID, list[str]]:
    """What was said to her at the end of each settled follow-up, oldest first."""
    told: dict[UUID, list[str]] = {}
    rows = FollowUp.objects.filter(request_id__in=[r.id for r in requests])
    for row in rows.exclude(settled_at=None).exclude(cause=UNTOLD_CAUSE).order_by("settled_at"):
        told.setdefault(row.request_id, []).append(row.settlement)
    return told


def posts(people: set[UUID], at: datetime) -> dict[UUID, str]:
    """上元社区实践站 站点人员 李**: the place, the role and the masked name of each."""
    if not people:
        return {}
    names = masked_names(people)
    told: dict[UUID, str] = {}
    grants = active_grants(at).filter(person_id__in=people).select_related("place")
    for grant in grants.order_by("id"):
        post = grant.post or str(grant.get_role_display())
        told.setdefault(
            grant.person_id,
            _("%(place)s%(post)s %(name)s")
            % {
                "place": grant.place.full_name,
                "post": post,
                "name": names.get(grant.person_id, ""),
            },
        )
    return told
