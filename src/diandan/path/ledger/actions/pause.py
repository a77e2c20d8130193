"""缺席: who said yes and did not come, time after time, is asked why before she is asked again.

龙泉驿: five unexcused no-shows in a year, then off the list (domain §2.2). Here she is paused until
somebody looked, may answer to it herself, and declining or cancelling in time never counts
(条例 art. 22, 25). Counted from tasks; nobody types a figure.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.policies import check_own_act
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.lock import hold
from diandan.ground.record.models import FactRow
from diandan.kit.fact import Fact
from diandan.kit.refusal import conflict, missing
from diandan.kit.units import local
from diandan.path.ask.core import clean_words
from diandan.path.engage.models import Task

from ..models import Declaration, ServicePause
from ..policies import check_second
from ..rulebook import rules_for


def no_shows(person_id: UUID, centre: Place, at: datetime) -> QuerySet[Task]:
    """This year's visits she had said yes to herself, that others served and she did not come to.

    Those already looked at (before a pause that was lifted) are not counted again.
    """
    year = local(at).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    looked = ServicePause.objects.filter(
        person_id=person_id, centre=centre, lifted_at__isnull=False
    ).order_by("-paused_at")
    last = looked.values_list("paused_at", flat=True).first()
    yes = FactRow.objects.filter(
        kind="job.task_answered",
        job_id=OuterRef("engagement__job_id"),
        person_id=person_id,
        by_id=person_id,
        data__yes=True,
    )
    served = FactRow.objects.filter(
        kind="job.served", job_id=OuterRef("engagement__job_id"), at=OuterRef("state_at")
    )
    excused = Declaration.objects.filter(task=OuterRef("pk"))
    return Task.objects.filter(
        Q(state_at__gt=max(year, last) if last else year),
        Exists(yes),
        Exists(served),
        ~Exists(excused),
        person_id=person_id,
        engagement__job__centre=centre,
        state=Task.State.RELEASED,
        attendance=None,
    )


@transaction.atomic
def pause_if_absent(person_id: UUID, centre: Place, *, at: datetime) -> ServicePause | None:
    """Pause her when this year's no-shows reach what the centre's rules name; once."""
    most = rules_for(centre, local(at).date()).no_shows_max
    if not most:
        return None
    hold(f"pause:{person_id}")
    if living_pause(person_id, centre) is not None:
        return None
    missed = no_shows(person_id, centre, at).count()
    if missed < most:
        return None
    row = ServicePause.objects.create(
        person_id=person_id, centre=centre, missed=missed, paused_at=at
    )
    announce(_fact(row, "paused", SYSTEM, at))
    return row


def living_pause(person_id: UUID, centre: Place) -> ServicePause | None:
    """Her pause in this centre that nobody has lifted yet."""
    return ServicePause.objects.filter(person_id=person_id, centre=centre, lifted_at=None).first()


@transaction.atomic
def appeal(pause_id: UUID, *, text: str, by: Actor, at: datetime) -> ServicePause:
    """What she says to it herself; a person reads it."""
    row = _locked(pause_id)
    check_own_act(by, row.person)
    row.appeal = clean_words(text, field="text")
    row.appealed_at = at
    row.save(update_fields=["appeal", "appealed_at"])
    announce(_fact(row, "pause_appealed", by, at))
    return row


@transaction.atomic
def lift_pause(pause_id: UUID, *, text: str, by: Actor, at: datetime) -> ServicePause:
    """Somebody looked: she is asked again. What was counted before is not counted twice."""
    row = _locked(pause_id)
    if row.lifted_at is not None:
        raise conflict("settled_before", _("已经恢复过了。"))
    row.lifted_by_id = check_second(by, row.person.home or row.centre, row.person_id)
    row.lifted_why = clean_words(text, field="reason")
    row.lifted_at = at
    row.save(update_fields=["lifted_by", "lifted_why", "lifted_at"])
    announce(_fact(row, "pause_lifted", by, at))
    return row


def _locked(pause_id: UUID) -> ServicePause:
    row = (
        ServicePause.objects.select_for_update(of=("self",))
        .select_related("person__home", "centre")
        .filter(id=pause_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这条记录。"), "unknown_pause")
    return row


def _fact(row: ServicePause, happened: str, by: Actor, at: datetime) -> Fact:
    return Fact(
        f"hours.{happened}",
        at,
        place_id=row.centre_id,
        by_id=by.person_id,
        person_id=row.person_id,
        data={"pause": str(row.id), "amount": row.missed},
    )
