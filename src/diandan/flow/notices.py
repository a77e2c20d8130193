"""告知: tell whoever a fact concerns, once, in her own language; a handler of the relay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from diandan.ground.notify.actions.tell import tell
from diandan.ground.people.actor import STAFF_ROLES
from diandan.ground.people.models import Person, Team
from diandan.ground.people.queries import leaders_of, staff_of
from diandan.ground.places.models import Place
from diandan.ground.record.models import FactRow
from diandan.kit.units import local
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Bond, Job
from diandan.path.bundle.queries import job_of
from diandan.path.dispatch.models import Offer
from diandan.path.dispatch.queries import living_backup
from diandan.path.engage.models import LIVING_TASKS, Engagement, Task
from diandan.path.engage.queries import living
from diandan.path.fulfil.models import Doubt
from diandan.path.fulfil.queries import GOING

from . import authority
from .byhand import goes_by_hand
from .choice import flow_of
from .models import Clock
from .notice_doubts import NOTICES as DOUBTS
from .notice_table import FIRST_ONLY, NEUTRAL_ASKING, NEUTRAL_OTHERS, NOTICES, Notice, Whom

# Facts of other rooms that are told of as the request they belong to.
ABOUT_A_REQUEST = ("request.", "follow_up.", "whistle.")


@dataclass(frozen=True, slots=True)
class Reader:
    """One person to tell, with her own link, and the request she knows the order by."""

    person: Person
    link: str
    request: Request | None = None
    team: Team | None = None


@dataclass(slots=True)
class Case:
    """A fact with its order, read once."""

    fact: FactRow
    request: Request | None
    job: Job | None
    team: Team | None
    offers: list[Offer] = field(default_factory=list)

    @property
    def subject(self) -> Request | Job:
        """What the fact happened to."""
        subject = self.job or self.request
        assert subject is not None
        return subject


def tell_of(fact: FactRow, at: datetime) -> None:
    """Tell everybody this fact concerns, by the table; each person at most once a fact."""
    lines = NOTICES.get(fact.kind) or DOUBTS.get(fact.kind)
    if not lines or (fact.kind in FIRST_ONLY and _happened_before(fact)):
        return
    case = _case_of(fact)
    if case is None:
        return
    told: set[UUID] = set()
    for line in lines:
        if not _applies(line, case):
            continue
        for reader in _readers(line.whom, case, at):
            if reader.person.id not in told and not _did_it_herself(reader, line, case):
                told.add(reader.person.id)
                _tell_one(reader, line, case, at)


def _tell_one(reader: Reader, line: Notice, case: Case, at: datetime) -> None:
    with translation.override(reader.person.language):
        if case.subject.is_private:
            words = NEUTRAL_ASKING if line.whom == Whom.ASKING else NEUTRAL_OTHERS
        else:
            words = line.words
        text = str(words) % _fillings(reader, case, at)
    tell(
        person=reader.person,
        kind=case.fact.kind[:40],
        key=f"{case.fact.id}:{reader.person.id}",
        text=text,
        at=at,
        link=reader.link,
        must_have=line.must_have,
        urgent=line.urgent,
        request_id=reader.request.id if reader.request else case.fact.request_id,
        job_id=case.fact.job_id,
    )


def _case_of(fact: FactRow) -> Case | None:
    """The fact's order; None for a fact of something else, or one whose order is gone."""
    job = request = None
    if fact.kind.startswith(("job.", "doubt.")) and fact.job_id:
        job = (
            Job.objects.select_related("place", "owner_place", "kind")
            .filter(id=fact.job_id)
            .first()
        )
    elif fact.kind.startswith(ABOUT_A_REQUEST) and fact.request_id:
        request = (
            Request.objects.select_related(
                "place", "owner_place", "kind", "requester", "placed_by", "first_owner"
            )
            .filter(id=fact.request_id)
            .first()
        )
    if job is None and request is None:
        return None
    case = Case(fact, request, job, _team_of(fact, job or (job_of(request) if request else None)))
    if job is not None:
        case.offers = _offers_of(fact, job)
    return case


def _team_of(fact: FactRow, job: Job | None) -> Team | None:
    if fact.team_id:
        return Team.objects.filter(id=fact.team_id).first()
    if job is None:
        return None
    engagement = living(job) or (
        Engagement.objects.filter(job=job, ended_at=fact.at).select_related("team").first()
    )
    return engagement.team if engagement else None


def _offers_of(fact: FactRow, job: Job) -> list[Offer]:
    """The offers the fact is about: those of its wave, or those its moment ended."""
    rows = Offer.objects.filter(job=job).select_related("team").order_by("offered_at", "id")
    if "wave" in fact.data:
        return list(rows.filter(wave=fact.data["wave"]))
    return list(
        rows.filter(answered_at=fact.at, state__in=[Offer.State.TAKEN, Offer.State.RECALLED])
    )


def _applies(line: Notice, case: Case) -> bool:
    """Whether the line holds for this fact's particulars."""
    fact = case.fact
    if _goes_on_by_itself(case) and line.whom in (Whom.DESK, Whom.ASKING):
        # A step the house does itself asks nobody to do it, and is told with the one after it.
        return line.whom == Whom.ASKING and fact.kind == "request.placed"
    if fact.kind == "request.added_to":
        if case.subject.is_private and line.whom in (Whom.TEAM, Whom.GOING):
            return False
        return (line.whom != Whom.ASKING) == bool(fact.data.get("from_requester"))
    if fact.kind == "job.backup_released":
        # Who was only asked, and is about to be asked in earnest, need not be told of an end.
        return bool(fact.data.get("stood_by"))
    if fact.kind == "job.task_answered":
        return not fact.data.get("yes")
    if fact.kind == "job.reminded" and case.job is not None:
        team_has_it = case.team is not None
        return team_has_it if line.whom == Whom.TEAM else not team_has_it
    return True


def _goes_on_by_itself(case: Case) -> bool:
    """Whether the state this fact led to is left at once by the flow's own next step."""
    to = case.fact.data.get("to")
    noun = "request" if case.request is not None else "job"
    stages = flow_of(case.subject.flow).request if noun == "request" else None
    stages = stages or flow_of(case.subject.flow).job
    return bool(to in stages and stages[to].auto and not goes_by_hand(case.fact.kind, case.subject))


def _did_it_herself(reader: Reader, line: Notice, case: Case) -> bool:
    """Nobody is told of her own act, but who asks gets a receipt of what she asked."""
    if reader.person.id != case.fact.by_id:
        return False
    return not (line.whom == Whom.ASKING and case.fact.kind == "request.placed")


def _readers(whom: Whom, case: Case, at: datetime) -> Iterator[Reader]:
    match whom:
        case Whom.ASKING | Whom.FIRST_OWNER:
            for request in _requests(case):
                yield from _asking(request) if whom == Whom.ASKING else _first_owner(request)
        case Whom.DESK:
            yield from _desk(case, at)
        case Whom.NAMED | Whom.UNIT:
            yield from _asked_by_name(whom, case, at)
        case Whom.TEAM:
            yield from _team(case)
        case Whom.ASKED | Whom.UNASKED:
            yield from _asked(case)
        case Whom.BACKUP | Whom.STANDING_BY | Whom.FORMER:
            yield from _beside(whom, case)
        case _:
            yield from _volunteers(whom, case)


def _requests(case: Case) -> list[Request]:
    """The requests the fact touches: its own, or all that its job served at that moment."""
    if case.request is not None:
        return [case.request]
    bonds = Bond.objects.filter(
        Q(left_at=None) | Q(left_at__gte=case.fact.at), job=case.job, joined_at__lte=case.fact.at
    ).select_related(
        "request__requester", "request__placed_by", "request__first_owner", "request__place"
    )
    return [bond.request for bond in bonds.order_by("request__placed_at", "request_id")]


def _first_owner(request: Request) -> Iterator[Reader]:
    if request.first_owner is not None:
        yield Reader(request.first_owner, f"/desk/requests/{request.id}", request)


def _asking(request: Request) -> Iterator[Reader]:
    link = f"/r/{request.follow_key}"
    yield Reader(request.requester, link, request)
    outside_the_desk = request.placed_by_id not in (None, request.first_owner_id)
    if outside_the_desk and request.placed_by is not None:
        yield Reader(request.placed_by, link, request)


def _team(case: Case) -> Iterator[Reader]:
    job = _job_of(case)
    if case.team is not None and job is not None:
        link = f"/v/jobs/{job.id}"
        yield from (Reader(p, link, team=case.team) for p in leaders_of(case.team))


def _job_of(case: Case) -> Job | None:
    """The job the fact is about, or the one its request belongs to now."""
    return case.job or (job_of(case.request) if case.request is not None else None)


def _desk(case: Case, at: datetime) -> Iterator[Reader]:
    subject = case.subject
    noun = "request" if case.request is not None else "job"
    flow = flow_of(subject.flow)
    link = f"/desk/{noun}s/{subject.id}"
    for roles, place in authority.owner_posts(flow, flow.stage(noun, subject.state), subject):
        for person in staff_of(place.path, roles, at):
            yield Reader(person, link, case.request)


def _asked_by_name(whom: Whom, case: Case, at: datetime) -> Iterator[Reader]:
    """The person a follow-up names, or the staff of the unit a whistle asks."""
    assert case.request is not None
    link = f"/desk/requests/{case.request.id}"
    if whom == Whom.NAMED:
        named = case.fact.person_id
        person = Person.objects.filter(id=named).first() if named else None
        if person is not None:
            yield Reader(person, link, case.request)
        return
    place_id = case.fact.place_id
    unit = Place.objects.filter(id=place_id).first() if place_id else None
    if unit is not None:
        for person in staff_of(unit.path, STAFF_ROLES, at):
            yield Reader(person, link, case.request)


def _asked(case: Case) -> Iterator[Reader]:
    for offer in case.offers:
        if offer.team is None:
            continue  # open to all: on the board for every team, in nobody's pocket
        for person in leaders_of(offer.team):
            yield Reader(person, f"/v/offers/{offer.id}", team=offer.team)


def _beside(whom: Whom, case: Case) -> Iterator[Reader]:
    """Who stands by or is asked whether she would, and whose place another team has taken."""
    job = _job_of(case)
    if job is None:
        return
    if whom == Whom.FORMER:
        team = Team.objects.filter(id=case.fact.data.get("from_team")).first()
        link = f"/v/jobs/{job.id}"
    else:
        row = (
            living_backup(job)
            if whom == Whom.STANDING_BY
            else Offer.objects.filter(id=case.fact.data.get("offer")).select_related("team").first()
        )
        team, link = (row.team, f"/v/offers/{row.id}") if row else (None, "")
    if team is not None:
        yield from (Reader(p, link, team=team) for p in leaders_of(team))


def _volunteers(whom: Whom, case: Case) -> Iterator[Reader]:
    tasks = Task.objects.filter(engagement__job=_job_of(case)).select_related(
        "person", "engagement__team"
    )
    at = case.fact.at
    match whom:
        case Whom.CHOSEN:
            tasks = tasks.filter(allocated_at=at, handed_from=None)
        case Whom.RELEASED:
            tasks = tasks.filter(state=Task.State.RELEASED, state_at=at)
        case Whom.NEXT:
            tasks = tasks.filter(id=case.fact.data.get("to_task"))
        case Whom.HERSELF:
            tasks = tasks.filter(id=case.fact.data.get("task"))
        case _:
            states = GOING if case.job is None else LIVING_TASKS
            tasks = tasks.filter(state__in=states, engagement__ended_at=None)
    for task in tasks.order_by("id"):
        yield Reader(task.person, f"/v/tasks/{task.id}", team=task.engagement.team)


def _fillings(reader: Reader, case: Case, at: datetime) -> dict[str, str]:
    subject = case.subject
    team = reader.team or case.team
    known_by = reader.request or subject
    return {
        "number": known_by.number,
        "what": subject.kind.name,
        "place": subject.owner_place.full_name,
        "who": case.team.name if case.team and case.fact.team_id else subject.owner_place.full_name,
        "station": subject.place.name,
        "team": team.name if team else _("志愿服务队"),
        "teams": _teams(case),
        "by": _by(known_by.promise_at, at),
        "due": _day(_due(case)),
        "until": _until(case),
        "start": _start(subject),
        "visit": _visit(subject, at),
        "doubt": str(dict(Doubt.KINDS).get(case.fact.data.get("kind", ""), "")),
    }


def _teams(case: Case) -> str:
    names = [offer.team.name for offer in case.offers if offer.team is not None]
    if not names:
        return _("本中心的队伍(抢单)")
    if len(names) <= 2:
        return "、".join(names)
    return _("%(first)s等%(n)s支队伍") % {"first": names[0], "n": len(names)}


def _by(promise_at: datetime, at: datetime) -> str:
    if promise_at <= at:
        return _("已过答复时间,正在催办")
    return _("%(when)s前答复") % {"when": _day(promise_at)}


def _due(case: Case) -> datetime:
    """By when the one who has it now must act: the offer's end, else the running clock's."""
    still_open = [offer.expires_at for offer in case.offers if offer.answered_at is None]
    if still_open:
        return min(still_open)
    noun = "request" if case.request is not None else "job"
    clock = Clock.objects.filter(noun=noun, subject_id=case.subject.id).first()
    return clock.due_at if clock else case.subject.promise_at


def _until(case: Case) -> str:
    """The clock the fact itself carries (a follow-up's or a whistle's), in words."""
    said = case.fact.data.get("due_at")
    return _day(datetime.fromisoformat(str(said))) if said else _day(_due(case))


def _start(subject: Request | Job) -> str:
    starts = subject.starts_at if isinstance(subject, Job) else subject.wanted_from
    return _day(starts) if starts else _("时间待约")


def _visit(subject: Request | Job, at: datetime) -> str:
    """When somebody comes, said honestly when that hour has passed already."""
    starts = subject.starts_at if isinstance(subject, Job) else subject.wanted_from
    if starts is not None and starts <= at:
        return _("原定%(when)s已过,时间再约") % {"when": _day(starts)}
    return _start(subject)


def _day(moment: datetime) -> str:
    """3月9日 17:00, or as the reader's language has it."""
    here = local(moment)
    return _("%(month)s月%(day)s日 %(time)s") % {
        "month": here.month,
        "day": here.day,
        "time": f"{here:%H:%M}",
    }


def _happened_before(fact: FactRow) -> bool:
    return FactRow.objects.filter(job_id=fact.job_id, kind=fact.kind, id__lt=fact.id).exists()
