"""暂停接任务: who stayed away too often is neither asked, named nor taken until somebody looked.

龙泉驿 (domain §2.2). The pause is the ledger's (`path/ledger/actions/pause.py`), which counts it;
every way to a visit asks here, so that none of them is forgotten. What she has said yes to stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal, conflict
from diandan.path.bundle.models import Job
from diandan.path.engage.models import LIVING_TASKS, Task
from diandan.path.ledger.models import ServicePause


def paused_among(person_ids: Iterable[UUID], centre: Place) -> set[UUID]:
    """Those of them who are paused in this centre now."""
    rows = ServicePause.objects.filter(
        person_id__in=list(person_ids), centre=centre, lifted_at=None
    )
    return set(rows.values_list("person_id", flat=True))


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
