"""A small district as residents meet it: its kinds, a neighbour signed in, a life under way."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from diandan.flow import answers
from diandan.flow.conductor import do_job, do_request, place_request
from diandan.flow.worker import run_once
from diandan.ground.people.actions import register
from diandan.ground.people.models import Login, Person, Role
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel, Request
from diandan.path.bundle.queries import job_of
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Task
from tests import factories as make

AT = make.NOON


class World:
    """One centre with two stations, four kinds, a resident, a dispatcher and a team."""

    def __init__(self, slug: str = "jiangning") -> None:
        self.district = make.district()
        self.centre, self.station = self.district.centre, self.district.station
        self.centre.slug = slug
        self.centre.save()
        for place, sound in (
            (self.station, "shangyuanshequ sysq"),
            (self.district.other, "chalushequ clsq"),
        ):
            place.pinyin = sound
            place.save()
        self.plumbing = make.kind(
            self.centre, "plumbing", "水管维修", words=["水管", "漏水"], rank=10
        )
        self.haircut = make.kind(self.centre, "haircut", "上门理发", words=["理发"], rank=20)
        self.other = make.kind(self.centre, "other", "其他", words=[], rank=900)
        self.mediation = make.kind(
            self.centre, "mediation", "邻里纠纷调解", words=["吵架"], flow="mediation", rank=800
        )
        self.resident = register.register(
            phone="13800000001", name="张秀英", at=AT, how="code", home=self.station
        )
        self.me = make.actor(self.resident)
        _row, self.dispatcher = make.staff(Role.DISPATCHER, self.centre)
        self.team, self.leader_row, self.leader = make.team(self.centre, "先锋志愿服务队")

    def browser(self, who: Person | None = None) -> Client:
        """A browser signed in as the resident, or as somebody else."""
        client = Client()
        login = Login.objects.get(person=who or self.resident)
        client.force_login(login, "allauth.account.auth_backends.AuthenticationBackend")
        return client

    def place(self, words: str = "厨房水管漏水", **wish: Any) -> Request:
        """A request of the resident's, as the web door places it."""
        given = {"kind": self.plumbing, "place": self.station, "channel": Channel.WEB, **wish}
        return place_request(
            wish=Wish(words=words, **given), requester=self.resident, by=self.me, at=AT
        )

    def offered(self, row: Request) -> Offer:
        """The request taken up, made a job and offered to the team."""
        do_request(row.id, "take_up", by=self.dispatcher, at=AT)
        run_once(AT)
        job = job_of(row)
        assert job is not None
        do_job(job.id, "offer", by=self.dispatcher, at=AT, team_ids=[self.team.id])
        return Offer.objects.get(job=job, team=self.team)

    def coming(self, row: Request) -> Task:
        """Accepted, allocated, on the way."""
        offer = self.offered(row)
        answers.accept_offer(offer.id, by=self.leader, at=AT)
        do_job(offer.job_id, "allocate", by=self.leader, at=AT, person_ids=[self.leader_row.id])
        task = Task.objects.get(engagement__job_id=offer.job_id, person=self.leader_row)
        answers.task_step(task.id, "set_out", by=self.leader, at=AT)
        return task

    def served(self, row: Request) -> Request:
        """To the end of the visit."""
        task = self.coming(row)
        answers.task_step(task.id, "check_in", by=self.leader, at=AT, code=row.serve_code)
        answers.task_step(task.id, "check_out", by=self.leader, at=AT, note="换了垫圈")
        run_once(AT)
        row.refresh_from_db()
        return row

    def form(self, **more: Any) -> dict[str, Any]:
        """The second screen, filled in as a browser would send it."""
        return {
            "words": "厨房水管漏水",
            "kind": "plumbing",
            "place": str(self.station.id),
            "urgency": "normal",
            "day": "any",
            "part": "any",
            "people_count": "1",
            "street": "上元大街",
            "door": "3幢202",
            "form_key": "k1",
            **more,
        }


def text_of(page: Any) -> str:
    """What a page says, without its markup."""
    body = re.sub(r"<(script|style|svg).*?</\1>", "", page.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body))
