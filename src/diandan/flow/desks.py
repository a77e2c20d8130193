"""哪个台: which orders a desk answers for now, asked of the database in one question.

`authority.owner_posts` says it of one order; this says the same of a whole list, so that a queue
of a thousand costs what a queue of one costs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Role
from diandan.ground.places.models import LADDER, LEVEL_OF_KIND, Kind, Level, Place
from diandan.kit.refusal import Refusal
from diandan.path.ask.models import Request
from diandan.path.ask.queries import visible as visible_requests
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import visible as visible_jobs

from . import authority
from .choice import flow_of
from .template import Flow, Owner


def requests_at(by: Actor) -> QuerySet[Request]:
    """The requests `by` may see and whose present step is hers or her desk's."""
    rows = visible_requests(by)
    return rows.filter(_owned("request", rows, by))


def jobs_at(by: Actor) -> QuerySet[Job]:
    """The jobs `by` may see and whose present step is hers or her desk's."""
    rows = visible_jobs(by)
    return rows.filter(_owned("job", rows, by))


def _owned(noun: str, rows: QuerySet[Request] | QuerySet[Job], by: Actor) -> Q:
    kinds = dict(
        Place.objects.filter(id__in={g.place_id for g in by.grants}).values_list("id", "kind")
    )
    mine = Q(pk__in=[])
    for flow_id in sorted(set(rows.order_by().values_list("flow", flat=True).distinct())):
        try:
            flow = flow_of(flow_id)
        except Refusal:  # a flow nobody has any more: its orders stand under "all I may see"
            continue
        mine |= Q(flow=flow_id) & _owned_in(flow, noun, by, kinds)
    return mine


def _owned_in(flow: Flow, noun: str, by: Actor, kinds: dict[int, str]) -> Q:
    mine = Q(pk__in=[])
    posts: dict[Owner, list[str]] = defaultdict(list)
    for stage in (flow.request if noun == "request" else flow.job).values():
        if not stage.ends:
            posts[authority.owner_at_desk(flow, stage)].append(stage.state)
    for owner, states in posts.items():
        if owner.plain == "review" and noun == "job":
            for level in flow.review:
                roles = {authority.REVIEWERS[level]} if level in authority.REVIEWERS else set()
                here = _covering(by, roles, level, kinds)
                mine |= Q(state__in=states, review_level=level) & here
        elif owner.level is not None:
            held = [g for g in by.grants if g.role in owner.roles]
            rose = Q(pk__in=[])
            for grant in held:
                rose |= Q(owner_place__path__startswith=grant.path)
            mine |= Q(state__in=states) & (_covering(by, owner.roles, owner.level, kinds) | rose)
    return mine


def _covering(by: Actor, roles: Iterable[Role], level: Level, kinds: dict[int, str]) -> Q:
    """Orders whose place, seen from `level`, lies where `by` holds one of `roles`."""
    wanted = set(roles)
    found = Q(pk__in=[])
    for grant in by.grants:
        if grant.role not in wanted:
            continue
        rung = LEVEL_OF_KIND.get(Kind(kinds[grant.place_id])) if grant.place_id in kinds else None
        is_root = grant.path.count("/") == 2
        if is_root or (rung is not None and LADDER.index(rung) >= LADDER.index(level)):
            found |= Q(place__path__startswith=grant.path)
    return found
