"""Two streets of one centre, their desks, and orders brought as far as a test needs them."""

from __future__ import annotations

import itertools
import re
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from diandan.flow.conductor import do_job, do_request, place_request
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Login, Person, Role
from diandan.ground.places.models import Kind, Place
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel, Request
from diandan.path.bundle.actions.design import Draft
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import job_of
from tests import factories as make

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_count = itertools.count(1)


def browser(person: Person) -> Client:
    """A browser signed in as this person."""
    login, _new = Login.objects.get_or_create(
        person=person, defaults={"username": f"clerk{next(_count)}-{person.id.hex[:8]}"}
    )
    client = Client()
    client.force_login(login, BACKEND)
    return client


class World:
    """秦都: stations take up and merge, institutes dispatch. `one` and `two` are two streets."""

    def __init__(self, at: datetime, settings: Any = None, slug: str = "qindu") -> None:
        self.at = at
        self.one = make.district()
        self.centre = self.one.centre
        self.centre.slug, self.centre.name = slug, "秦都"
        self.centre.save()
        if settings is not None:
            settings.DIANDAN_PLACE = slug
        self.street = self.one.institute
        self.station = self.one.station
        self.other_street = make.place("吴家堡街道", Kind.INSTITUTE, self.centre)
        self.other_station = make.place("英才社区", Kind.STATION, self.other_street)
        for n, place in enumerate(Place.objects.order_by("id")):
            place.lat, place.lon = 34.33 + n / 200, 108.70 + n / 300
            place.save(update_fields=["lat", "lon"])
        for row in (self.street, self.station, self.other_street, self.other_station):
            row.refresh_from_db()
        self.kind = make.kind(
            self.centre,
            name="水电维修",
            words=["水管", "灯", "电"],
            skills=["水电维修"],
            minutes=60,
        )
        self.hair = make.kind(self.centre, name="上门理发", words=["理发", "剪头"])
        self.clerk, self.clerk_actor = make.staff(Role.INSTITUTE_STAFF, self.street, "李主任")
        self.far, self.far_actor = make.staff(Role.INSTITUTE_STAFF, self.other_street, "周主任")
        self.auditor, self.auditor_actor = make.staff(Role.AUDITOR, self.centre, "审计员")
        self.mediator, self.mediator_actor = make.staff(Role.MEDIATOR, self.centre, "调解员")
        self.team, self.leader, self.leader_actor = make.team(
            self.street, "东山先锋队", skills=("水电维修", "理发")
        )
        self.second, _leader, self.second_actor = make.team(
            self.station, "上元红马甲队", skills=("水电维修",)
        )
        self.unskilled, _who, _actor = make.team(self.station, "文艺轻骑兵队")

    def request(
        self,
        words: str = "厨房水管漏水,想请人来修",
        place: Place | None = None,
        name: str = "张秀英",
        kind: Any = None,
        **more: Any,
    ) -> Request:
        """A resident's own wish."""
        home = place or self.station
        who = make.person(name, home)
        return place_request(
            wish=Wish(
                words=words,
                kind=kind or self.kind,
                place=home,
                channel=Channel.WEB,
                **{"street": "金盛路88号", "door": "3幢7042室", **more},
            ),
            requester=who,
            by=make.actor(who),
            at=self.at,
        )

    def taken(self, words: str = "厨房水管漏水,想请人来修", **more: Any) -> Request:
        """Taken up by the street's clerk."""
        row = self.request(words, **more)
        return do_request(row.id, "take_up", by=self.clerk_actor, at=self.at)

    def job(self, *requests: Request) -> Job:
        """A job ready to be offered."""
        rows = list(requests) or [self.taken()]
        do_request(
            rows[0].id,
            "arrange",
            by=self.clerk_actor,
            at=self.at,
            draft=Draft(title="", headcount=1),
            others=[r.id for r in rows[1:]],
        )
        job = job_of(rows[0])
        assert job is not None
        return do_job(job.id, "pass_review", by=SYSTEM, at=self.at)

    def offered(self) -> Job:
        """A job that a team is thinking about."""
        job = self.job()
        return do_job(
            job.id,
            "offer",
            by=self.clerk_actor,
            at=self.at,
            team_ids=[self.team.id],
            overruled="就近",
        )


def key_in(page: Any) -> str:
    """A form's one-time key."""
    found = re.search(r'name="form_key" value="([^"]+)"', page.content.decode())
    return found[1] if found else ""


def later(at: datetime, **more: float) -> datetime:
    """Some time after `at`."""
    return at + timedelta(**more)
