"""核疑: when somebody confirms a service, who confirms whom too often is looked at again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from diandan.ground.presence.doubts import Said
from diandan.ground.record.models import FactRow
from diandan.path.engage.models import Task
from diandan.path.fulfil.actions.doubt import look_at_ratings
from diandan.path.grade.core import is_bad
from diandan.path.grade.models import RaterRole, Rating

# Who vouches for whom is compared over a season.
BACK = timedelta(days=90)
RATED = "request.rated"


def look_after(fact: FactRow, at: datetime) -> None:
    """A request was rated: its rater and those who served it, all their words of a season."""
    if fact.kind != RATED or not fact.request_id:
        return
    ratings = Rating.objects.filter(request_id=fact.request_id, role=RaterRole.RESIDENT)
    raters = set(ratings.values_list("by_id", flat=True))
    servers = set(_served(fact.request_id).values_list("person_id", flat=True))
    if raters and servers:
        look_at_ratings(_said(raters | servers, raters | servers, at), at=at)


def _served(request_id: UUID) -> QuerySet[Task]:
    return Task.objects.filter(
        engagement__job__bonds__request_id=request_id, attendance__out_at__isnull=False
    )


def _said(raters: set[UUID], servers: set[UUID], at: datetime) -> list[Said]:
    rows = Rating.objects.filter(
        by_id__in=raters, role=RaterRole.RESIDENT, at__gt=at - BACK, at__lte=at
    )
    found = []
    for rating in rows.order_by("at", "id"):
        if is_bad(rating.score):
            continue
        found += [
            Said(str(task.id), str(rating.by_id), str(task.person_id), rating.at)
            for task in _served(rating.request_id).filter(person_id__in=servers)
        ]
    return found
