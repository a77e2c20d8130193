"""暂停接任务: who stayed away too often is neither asked, named nor taken until somebody looked.

龙泉驿 (domain §2.2). The pause is the ledger's (`path/ledger/actions/pause.py`), which counts it;
every way to a visit asks here, so that none of them is forgotten. What she has said yes to stays.

A pause is hers alone (条例 art. 22 knows a volunteer's duty, not a team's). Her team is asked and
takes jobs as before, also by her own hand when she leads it: who answers does not come by that.
Only she does not count among those it can send; where the others are too few for a job the team is
not asked for it and cannot take it, or a resident would wait for people nobody may name.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Membership
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal, conflict
from diandan.path.bundle.models import Job
from diandan.path.dispatch.core import Ranked
from diandan.path.dispatch.queries import candidates_for
from diandan.path.engage.models import LIVING_TASKS, Task
from diandan.path.ledger.models import ServicePause


def paused_among(person_ids: Iterable[UUID], centre: Place) -> set[UUID]:
    """Those of them who are paused in this centre now."""
    rows = ServicePause.objects.filter(
        person_id__in=list(person_ids), centre=centre, lifted_at=None
    )
    return set(rows.values_list("person_id", flat=True))


def away_from(centre: Place) -> dict[UUID, int]:
    """How many of each team's members are paused in this centre now."""
    paused = ServicePause.objects.filter(centre=centre, lifted_at=None).values("person_id")
    rows = Membership.objects.filter(left_at=None, person_id__in=paused).values("team_id")
    return dict(rows.annotate(n=Count("person_id", distinct=True)).values_list("team_id", "n"))


def teams_for(
    job: Job, at: datetime, *, takers_only: bool, for_backup: bool = False
) -> list[Ranked]:
    """Every living team of the job's centre, ranked by what those of it can do who may come."""
    away = away_from(job.centre)
    return candidates_for(job, at, takers_only=takers_only, for_backup=for_backup, away=away)


def check_team_can_come(team_id: UUID, job: Job) -> None:
    """Its yes: refused where it has members enough, but not without those who are paused."""
    rows = Membership.objects.filter(team_id=team_id, left_at=None)
    members = set(rows.values_list("person_id", flat=True))
    able = len(members) - len(paused_among(members, job.centre))
    if able < job.headcount <= len(members):
        raise conflict(
            "too_few",
            _("这张单子要%(need)d人,您队现在能安排的只有%(able)d人,不够。有队员加入后再接。")
            % {"need": job.headcount, "able": able},
        )


def check_may_take(person_id: UUID | None, job: Job) -> None:
    """Her own yes: refused with where she can answer to it."""
    if person_id is not None and paused_among([person_id], job.centre):
        raise conflict("paused", _("您现在暂停接任务。请在“我的时长”里说明情况,核实后恢复。"))


def check_may_be_named(person_ids: Iterable[UUID], job: Job, by: Actor, *, field: str) -> None:
    """Named by a leader or a team-mate, who hears that she cannot be and not why (her own matter)."""
    going = Task.objects.filter(engagement__job=job, state__in=LIVING_TASKS)
    new = set(person_ids) - set(going.values_list("person_id", flat=True))
    paused = paused_among(new, job.centre)
    if by.person_id in paused:
        check_may_take(by.person_id, job)
    if paused:
        raise Refusal("paused", _("有队员现在不能接任务,请选别的队员。"), field=field)
