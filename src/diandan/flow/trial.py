"""试运行: how the open orders of the last days would go under another flow. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.policies import check_admin
from diandan.ground.places.models import Level, Place
from diandan.ground.places.queries import ancestor_at
from diandan.path.ask.models import Channel, Request
from diandan.path.ask.queries import visible
from diandan.path.ask.states import REQUEST_ENDS

from .choice import flow_for, flow_of
from .template import Flow, Owner, Stage
from .verbs import VERBS
from .words import owner_words, rung_words

DAYS = 30
MOST = 500


@dataclass(frozen=True, slots=True)
class Step:
    """One step until a team is asked: what is done, by whom, or by the platform itself."""

    label: str
    who: str
    auto: bool


@dataclass(frozen=True, slots=True)
class Going:
    """How one order goes under one flow."""

    flow: str
    first_owner: str
    first_clock: str
    steps: tuple[Step, ...]
    hands: int
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """One open order, now and under the other flow."""

    id: UUID
    number: str
    title: str
    place: str
    promise_at: datetime
    now: Going
    then: Going
    changes: tuple[str, ...]


def try_out(
    centre: Place, other: Flow, *, by: Actor, at: datetime, days: int = DAYS
) -> list[Tried]:
    """The open orders of the last `days` that `by` may see, each as it would go under `other`."""
    check_admin(by, centre)
    rows = (
        visible(by)
        .filter(centre=centre, placed_at__gte=at - timedelta(days=days))
        .exclude(state__in=REQUEST_ENDS)
        .select_related("kind", "place", "centre", "item")
        .order_by("-placed_at")[:MOST]
    )
    return [_tried(row, other) for row in rows]


def _tried(row: Request, other: Flow) -> Tried:
    current = flow_of(row.flow)
    # A kind's own flow, or that of the household visits, does not hang on the centre's choice.
    bound = row.kind.flow or (current.id if current.doors == {Channel.VISIT} else "")
    then = flow_for(row.centre, row.kind, row.channel) if bound else other
    before, after = _going(row, current), _going(row, then)
    return Tried(
        id=row.id,
        number=row.number,
        title=row.title,
        place=row.place.name,
        promise_at=row.promise_at,
        now=before,
        then=after,
        changes=tuple(_changes(before, after)),
    )


def _going(row: Request, flow: Flow) -> Going:
    stopped = ""
    if row.channel not in flow.doors:
        stopped = _("“%(door)s”这个入口不收") % {"door": Channel(row.channel).label}
    elif flow.menu == "required" and row.item is None:
        stopped = _("要先从菜单里选一项")
    steps = tuple(_steps(row, flow))
    placed = flow.request["placed"]
    return Going(
        flow=flow.name,
        first_owner=_post(row, placed.owner),
        first_clock=rung_words(placed.ladder[0], "request") if placed.ladder else "",
        steps=steps,
        hands=sum(not step.auto for step in steps),
        stopped=stopped,
    )


def _steps(row: Request, flow: Flow) -> list[Step]:
    """The good life from placing until a team is asked, review rungs counted one by one."""
    steps = []
    for state, verb in (("placed", "take_up"), ("taken_up", "arrange"), ("taken_up", "settle")):
        stage = flow.request.get(state)
        if stage is not None and verb in stage.ways:
            steps.append(_step(row, stage, verb))
    for state, verb in (("designed", "pass_review"), ("designed", "submit")):
        stage = flow.job.get(state)
        if stage is not None and verb in stage.ways:
            steps.append(_step(row, stage, verb))
    if "in_review" in flow.job:
        steps += [
            Step(
                _("%(level)s级审核") % {"level": level.label},
                ancestor_at(row.place, level).name,
                False,
            )
            for level in flow.review
        ]
    ready = flow.job.get("ready")
    if ready is not None and "offer" in ready.ways:
        steps.append(_step(row, ready, "offer"))
    return steps


def _step(row: Request, stage: Stage, verb: str) -> Step:
    auto = stage.auto == verb
    label = str(VERBS[(stage.noun, verb)].label)
    return Step(label, _("平台自动") if auto else _post(row, stage.owner), auto)


def _post(row: Request, owner: Owner) -> str:
    if owner.level is None:
        return owner_words(owner)
    place = ancestor_at(row.place, Level(owner.level))
    words = owner_words(Owner(roles=owner.roles, level=owner.level))
    return f"{place.name} · {words}"


def _changes(before: Going, after: Going) -> list[str]:
    found = []
    if after.stopped and not before.stopped:
        found.append(after.stopped)
    if before.first_owner != after.first_owner:
        found.append(_("先到%(who)s") % {"who": after.first_owner})
    if before.first_clock != after.first_clock:
        found.append(_("没人受理时:%(clock)s") % {"clock": after.first_clock})
    if before.hands != after.hands:
        found.append(_("经手人由 %(a)d 步变为 %(b)d 步") % {"a": before.hands, "b": after.hands})
    elif before.steps != after.steps:
        found.append(_("步数不变,经手的岗位不同"))
    return found
