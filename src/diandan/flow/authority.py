"""谁能做: whether an actor may do a verb on an order, by the flow's owners and her own part in it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.people.models import Role
from diandan.ground.places.models import Level, Place
from diandan.ground.places.queries import ancestor_at
from diandan.kit.refusal import forbidden
from diandan.path.ask.models import Request
from diandan.path.ask.states import RequestState
from diandan.path.bundle.models import Job
from diandan.path.dispatch.models import Offer
from diandan.path.engage.queries import living

from .template import Flow, Owner, Stage
from .verbs import VERBS, Who

REVIEWERS = {
    Level.STATION: Role.STATION_STAFF,
    Level.INSTITUTE: Role.INSTITUTE_STAFF,
    Level.CENTER: Role.CENTER_STAFF,
}
# Who may pass on what a resident said at a desk or on the phone.
RELAYS = STAFF_ROLES - {Role.ADMIN, Role.MEDIATOR}
PARTNERS_VERBS = frozenset({"finish", "take_back"})


def owner_at_desk(flow: Flow, stage: Stage) -> Owner:
    """The desk that answers for a stage, also while it waits on a resident, a team or outside."""
    if stage.owner.roles or stage.owner.plain == "review":
        return stage.owner
    fallback = ("ready",) if stage.noun == "job" else ("taken_up", "placed")
    stages = flow.job if stage.noun == "job" else flow.request
    for name in fallback:
        if name in stages and stages[name].owner.roles:
            return stages[name].owner
    return stage.owner


def owner_posts(flow: Flow, stage: Stage, subject: Request | Job) -> list[tuple[set[Role], Place]]:
    """The roles and places that own a subject now: where the flow puts it, and where it rose to."""
    owner = owner_at_desk(flow, stage)
    if owner.plain == "review" and isinstance(subject, Job):
        level = Level(subject.review_level or Level.STATION)
        return [({REVIEWERS[level]}, ancestor_at(subject.place, level))]
    owners = [owner]
    if stage.owner.plain == "job":  # while a job carries it, the job's desk answers as well
        owners.append(flow.job["ready"].owner)
    posts = [(set(one.roles), ancestor_at(subject.place, one.level)) for one in owners if one.level]
    return [*posts, (set(owner.roles), subject.owner_place)] if posts else []


def may(flow: Flow, stage: Stage, verb: str, subject: Request | Job, by: Actor) -> bool:
    """Whether `by` may do `verb` on `subject`, which stands in `stage` of `flow`."""
    if by.is_system:
        return True
    if by.partner_id is not None:
        return _is_partners(subject, verb, by)
    if by.is_frozen or by.person_id is None:
        return False
    who = VERBS[(stage.noun, verb)].who
    asked: dict[Who, Iterable[bool]] = {
        Who.OWNER: (_owns(flow, stage, subject, by),),
        Who.REQUESTER: (_is_requester(subject, by), _may_relay(subject, by)),
        Who.OWNER_OR_REQUESTER: (
            _is_requester(subject, by),
            _owns(flow, stage, subject, by),
            _may_relay(subject, by),
        ),
        Who.TEAM: (_is_team(subject, by),),
        Who.OWNER_OR_TEAM: (_owns(flow, stage, subject, by), _is_team(subject, by)),
        Who.MEMBER: (_is_member(subject, by),),
        Who.EXPERT: (by.holds({Role.EXPERT}, subject.place.path),),
        Who.CALLBACK: (by.holds({Role.CALLBACK_STAFF}, subject.place.path),),
    }
    return any(asked[who])


def check(flow: Flow, stage: Stage, verb: str, subject: Request | Job, by: Actor) -> None:
    """Raise a 403 Refusal that says whose it is, when `by` may not."""
    if may(flow, stage, verb, subject, by):
        return
    posts = owner_posts(flow, stage, subject)
    whose = posts[0][1].name if posts else subject.place.name
    raise forbidden(
        _("这一步由%(whose)s办理,您的账号不能操作。请联系他们,或请管理员给您相应的角色。")
        % {"whose": whose}
    )


def _owns(flow: Flow, stage: Stage, subject: Request | Job, by: Actor) -> bool:
    return any(by.holds(roles, place.path) for roles, place in owner_posts(flow, stage, subject))


def _is_partners(subject: Request | Job, verb: str, by: Actor) -> bool:
    """An outside hotline answers what is out with it, and does nothing else."""
    return (
        verb in PARTNERS_VERBS
        and isinstance(subject, Request)
        and subject.state == RequestState.HANDED_OVER
        and not subject.is_private
        and by.is_partner_of(subject.place.path)
    )


def _is_requester(subject: Request | Job, by: Actor) -> bool:
    return isinstance(subject, Request) and by.person_id in (
        subject.requester_id,
        subject.placed_by_id,
    )


def _may_relay(subject: Request | Job, by: Actor) -> bool:
    """A worker in whose area the place lies, and never for a private matter."""
    return not subject.is_private and by.holds(RELAYS, subject.place.path)


def _is_team(subject: Request | Job, by: Actor) -> bool:
    if not isinstance(subject, Job) or not by.leads:
        return False
    engagement = living(subject)
    if engagement is not None:
        return engagement.team_id in by.leads
    open_offers = Offer.objects.filter(job=subject, state=Offer.State.OPEN)
    return any(o.team_id is None or o.team_id in by.leads for o in open_offers)


def _is_member(subject: Request | Job, by: Actor) -> bool:
    if not isinstance(subject, Job):
        return False
    engagement = living(subject)
    if engagement is None or by.person_id is None:
        return False
    return engagement.tasks.filter(person_id=by.person_id).exists()


def is_party(request: Request, by: Actor) -> bool:
    """Her own request, or one in the area of a worker who may see it."""
    return _is_requester(request, by) or is_worker_of(request, by)


def is_worker_of(request: Request, by: Actor) -> bool:
    """A worker of the request's area; of a private matter, a mediator there."""
    if request.is_private:
        return by.holds({Role.MEDIATOR}, request.place.path)
    return _may_relay(request, by)
