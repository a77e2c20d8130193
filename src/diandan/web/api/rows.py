"""行: what goes out over the API, by who is looking.

The resident sees all her own; staff see masked names; who judges sees her words without what
people write into them (doors, phones); who only audits sees no words of anybody, as on the desk;
a volunteer sees what her stage allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from diandan.flow.authority import is_worker_of
from diandan.ground.people import queries as people
from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.path.ask.models import Channel, Request
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import job_of
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.core import Ranked
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Task
from diandan.path.fulfil.core import street_only, without_private
from diandan.path.fulfil.queries import Talk, leave_code, talks, whereabouts
from diandan.path.grade.models import FollowUp
from diandan.web.shared.sight import reads_words
from diandan.web.shared.timeline import Row as TimeRow
from diandan.web.shared.words import StateWords, Viewer, for_jobs, for_requests

Shown = dict[str, Any]


def place(row: Place) -> Shown:
    """A place."""
    return {"id": row.id, "name": row.name, "full_name": row.full_name, "kind": row.kind}


def is_own(row: Request, by: Actor) -> bool:
    """Hers, or one she placed for her family: a clerk's are her desk's, not her own."""
    if by.person_id is None:
        return False
    family = row.channel == Channel.FAMILY and by.person_id == row.placed_by_id
    return by.person_id == row.requester_id or family


def words_for(row: Request, by: Actor) -> tuple[str, str, str]:
    """Title, words and street as `by` may read them."""
    if is_own(row, by) or row.placed_by_id == by.person_id or is_worker_of(row, by):
        return row.title, row.words, row.street
    reads = reads_words(by, row)
    key = row.requester.wrapped_key
    door, name, phone = (
        vault.unseal(key, sealed)
        for sealed in (row.door_enc, row.requester.name_enc, row.requester.phone_enc)
    )
    return (
        row.kind.name,
        without_private(row.words, name=name, door=door, phone=phone) if reads else "",
        street_only(row.street, door),
    )


def requests(rows: Sequence[Request], by: Actor, at: datetime) -> list[Shown]:
    """Requests in a list."""
    own = for_requests([r for r in rows if is_own(r, by)], at, Viewer.REQUESTER)
    other = for_requests([r for r in rows if not is_own(r, by)], at, Viewer.STAFF)
    return [_request(r, by, {**own, **other}[r.id]) for r in rows]


def _request(row: Request, by: Actor, state: StateWords) -> Shown:
    return {
        "id": str(row.id),
        "number": row.number,
        "state": row.state,
        "word": state.word,
        "who": state.who,
        "by": state.by.at if state.by else None,
        "title": words_for(row, by)[0],
        "kind": {"code": row.kind.code, "name": row.kind.name},
        "place": place(row.place),
        "urgency": row.urgency,
        "people_count": row.people_count,
        "channel": row.channel,
        "placed_at": row.placed_at,
        "promise_at": row.promise_at,
        "wanted_from": row.wanted_from,
        "wanted_until": row.wanted_until,
        "is_private": row.is_private,
    }


def request_whole(
    row: Request, by: Actor, at: datetime, line: list[TimeRow], ways: list[str]
) -> Shown:
    """One request with its timeline, its messages and what this caller may do now."""
    own = is_own(row, by)
    _title, words, street = words_for(row, by)
    told = own or row.placed_by_id == by.person_id or is_worker_of(row, by)
    shown = {
        **requests([row], by, at)[0],
        "words": words,
        "street": street,
        "may_come": row.may_come,
        "reason": row.reason if told or reads_words(by, row) else "",
        "whose": row.whose,
        "requester": people.masked_name(row.requester),
        "said": [
            {"text": w.text, "from_requester": w.from_requester, "at": w.at}
            for w in (row.said.order_by("at", "id") if told else ())
        ],
        "timeline": [timeline(r) for r in line],
        "ways": ways,
    }
    if own:
        shown |= {"follow_key": row.follow_key, "serve_code": row.serve_code}
        job = job_of(row)
        if job is not None and job.state == JobState.SERVING:
            shown |= {"leave_code": leave_code(row)}
    if by.person_id == row.requester_id:
        mine = people.own(row.requester)
        door = vault.unseal(row.requester.wrapped_key, row.door_enc)
        shown |= {"requester": mine.name, "phone": mine.phone, "door": door}
    return shown


def timeline(row: TimeRow) -> Shown:
    """A row of a timeline."""
    return {
        "title": row.title,
        "at": row.at,
        "who": row.who,
        "note": row.note,
        "tone": row.tone,
        "is_now": row.is_now,
        "by": row.by.at if row.by else None,
        "by_words": row.by.words if row.by else "",
    }


def jobs(rows: Sequence[Job], at: datetime) -> list[Shown]:
    """Jobs in a desk's list."""
    states = for_jobs(rows, at)
    return [
        {
            "id": str(job.id),
            "number": job.number,
            "state": job.state,
            "word": states[job.id].word,
            "who": states[job.id].who,
            "kind": {"code": job.kind.code, "name": job.kind.name},
            "place": place(job.place),
            "urgency": job.urgency,
            "headcount": job.headcount,
            "starts_at": job.starts_at,
            "ends_at": job.ends_at,
            "promise_at": job.promise_at,
            "made_at": job.made_at,
        }
        for job in rows
    ]


def ranked(row: Ranked) -> Shown:
    """A candidate with its reasons."""
    c = row.candidate
    return {
        "team": {"id": str(c.team_id), "name": c.name},
        "cost": row.cost,
        "parts": row.parts,
        "ruled_out": row.ruled_out,
        "distance_m": c.distance_m,
        "load": c.load,
        "members": c.members,
    }


def offer(row: Offer) -> Shown:
    """An offer as the asked team sees it: the kind and the station, never the requester's words."""
    return {
        "id": str(row.id),
        "state": row.state,
        "role": row.role,
        "team": {"id": str(row.team_id), "name": row.team.name} if row.team else None,
        "kind": {"code": row.job.kind.code, "name": row.job.kind.name},
        "place": place(row.job.place),
        "urgency": row.job.urgency,
        "headcount": row.job.headcount,
        "minutes": row.job.minutes,
        "skills": row.job.skills,
        "risk_notice": row.job.risk_notice,
        "starts_at": row.job.starts_at,
        "ends_at": row.job.ends_at,
        "offered_at": row.offered_at,
        "expires_at": row.expires_at,
        "job": str(row.job_id) if row.state == Offer.State.ACCEPTED else None,
    }


def task(row: Task, by: Actor, at: datetime) -> Shown:
    """A volunteer's own task, with where she goes as far as she has come."""
    job = row.engagement.job
    stops = whereabouts(job, reader=by, task=row, at=at)
    return {
        "id": str(row.id),
        "state": row.state,
        "team": {"id": str(row.engagement.team_id), "name": row.engagement.team.name},
        "job": str(job.id),
        "kind": {"code": job.kind.code, "name": job.kind.name},
        "starts_at": job.starts_at,
        "ends_at": job.ends_at,
        "minutes": job.minutes,
        "risk_notice": job.risk_notice,
        "stops": [
            {
                "number": s.number,
                "cell": s.cell,
                "street": s.street,
                "door": s.door,
                "who": s.who,
                "words": s.words,
            }
            for s in stops
        ],
        "talks": [talk(one) for one in talks(row.engagement, reader=by, task=row)],
    }


def talk(row: Talk) -> Shown:
    """What a team and who asked wrote to each other about one request."""
    return {
        "request": str(row.request_id),
        "number": row.number,
        "said": [{"text": s.text, "at": s.at, "theirs": s.theirs} for s in row.said],
    }


def follow_up(row: FollowUp, by: Actor) -> Shown:
    """A follow-up as its named person or desk sees it."""
    hers = row.owner_id == by.person_id or is_worker_of(row.request, by)
    return {
        "id": str(row.id),
        "request": str(row.request_id),
        "number": row.request.number,
        "cause": row.cause,
        "words": row.words if hers else "",
        "mine": row.owner_id == by.person_id,
        "opened_at": row.opened_at,
        "due_at": row.due_at,
    }
