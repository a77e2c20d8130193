"""A small district for the volunteer's pages: two teams, a resident with a door and a phone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from diandan.flow.conductor import do_job, do_request, place_request
from diandan.ground.people.models import Login, Person, Role
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel, Request
from diandan.path.bundle.actions.design import Draft
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import job_of
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Task
from diandan.path.fulfil import queries
from tests import factories as make

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NAME, DOOR, STREET = "欧阳秀英", "3幢7042室", "金盛路88号"
WORDS = "我是欧阳秀英,3幢7042室的灯坏了,电话13812345678,请欧阳奶奶的邻居别来"


class World:
    """Everything by its first name; `job()` brings a request as far as a job without a team."""

    def __init__(self, at: datetime, settings: Any, **kind: Any) -> None:
        self.at = at
        self.district = make.district()
        self.district.centre.slug = "jiangning"
        self.district.centre.save()
        settings.DIANDAN_PLACE = "jiangning"
        for n, place in enumerate((self.district.station, self.district.institute)):
            place.lat, place.lon = 31.95 + n / 100, 118.84
            place.save()
        self.kind = make.kind(
            self.district.centre,
            name="水电维修",
            **{"skills": ["水电维修"], "risk_notice": "先断电", "icon": "wrench", **kind},
        )
        self.resident = make.person(NAME, self.district.station)
        self.dispatcher = make.staff(Role.DISPATCHER, self.district.centre)[1]
        self.team, self.leader, self.leader_actor = make.team(
            self.district.institute, "东山先锋队", skills=("水电维修",)
        )
        self.mate = make.member(self.team, "孙队员", skills=("水电维修",))
        self.other, self.other_leader, self.other_actor = make.team(
            self.district.centre, "百家湖红马甲队", skills=("水电维修",)
        )

    def request(self) -> Request:
        """A resident's wish whose words give everything away."""
        row = place_request(
            wish=Wish(
                words=WORDS,
                kind=self.kind,
                place=self.district.station,
                channel=Channel.WEB,
                street=f"{STREET} {DOOR}",
                door=DOOR,
            ),
            requester=self.resident,
            by=make.actor(self.resident),
            at=self.at,
        )
        do_request(row.id, "take_up", by=self.dispatcher, at=self.at)
        return row

    def job(self) -> Job:
        """Ready to be offered."""
        row = self.request()
        starts_at = self.at + timedelta(hours=3)
        draft = Draft(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
        do_request(row.id, "arrange", by=self.dispatcher, at=self.at, draft=draft)
        job = job_of(row)
        assert job is not None
        do_job(job.id, "pass_review", by=self.dispatcher, at=self.at)
        return job

    def offer(self, *, is_open: bool = False) -> Offer:
        """A job offered to the first team, or open to all."""
        job = self.job()
        asked: dict[str, Any] = {"open_claim": True} if is_open else {"team_ids": [self.team.id]}
        do_job(job.id, "offer", by=self.dispatcher, at=self.at, **asked)
        return Offer.objects.get(job=job)


def client(person: Person) -> Client:
    """Her browser, signed in."""
    login, _made = Login.objects.get_or_create(person=person, defaults={"username": str(person.id)})
    browser = Client()
    browser.force_login(login, BACKEND)
    return browser


def text(page: Any) -> str:
    """The page's words."""
    return str(page.content.decode())


def task_of(person: Person) -> Task:
    """Her newest task."""
    return Task.objects.filter(person=person).latest("allocated_at", "id")


def serve_code(job: Job) -> str:
    """What the served person would say to who comes."""
    return Request.objects.get(bonds__job=job).serve_code


def leave_code(job: Job) -> str:
    """What the served person would say to who leaves."""
    return queries.leave_code(Request.objects.get(bonds__job=job))
