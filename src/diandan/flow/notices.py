"""告知: tell whoever a fact concerns, once, in her own language; a handler of the relay."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from diandan.ground.notify.actions.tell import tell
from diandan.ground.people.models import Team
from diandan.ground.record.models import FactRow
from diandan.kit.units import local
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import job_of
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Engagement
from diandan.path.engage.queries import living
from diandan.path.fulfil.models import Doubt

from .byhand import goes_by_hand
from .choice import flow_of
from .models import Clock
from .notice import Notice, Whom
from .notice_doubts import NOTICES as DOUBTS
from .notice_readers import Case, Reader, readers
from .notice_table import FIRST_ONLY, NEUTRAL_ASKING, NEUTRAL_OTHERS, NOTICES

# Facts of other rooms that are told of as the request they belong to.
ABOUT_A_REQUEST = ("request.", "follow_up.", "whistle.")
#: The kinds of fact somebody is told of.
TOLD = frozenset({*NOTICES, *DOUBTS})


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
        for reader in readers(line.whom, case, at):
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
    if not names and case.fact.data.get("people"):
        return _("本中心的志愿者(逐个问)")
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
