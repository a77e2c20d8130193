"""Two streets of one centre, each with its people and one of everything that has an address.

Names, phones, doors and words are strings found nowhere else, so that a leak is found by looking.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.account.internal.flows import login as allauth
from django.test import Client

from diandan.flow import answers
from diandan.flow.conductor import do_job, do_request, place_request
from diandan.ground.catalogue.models import Item, ItemTake, ServiceKind
from diandan.ground.notify.actions.tell import tell
from diandan.ground.notify.models import Delivery
from diandan.ground.people import vault
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import (
    ApiToken,
    Consent,
    Invitation,
    Login,
    Person,
    Role,
    RoleGrant,
    Team,
)
from diandan.ground.places.models import BaseApplication, Kind, Place, PlanStep
from diandan.ground.presence.actions.screens import open_screen
from diandan.kit import clock
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel, Request, Standing, Visit, VisitPlan
from diandan.path.assess.models import HotlineCase, Partner, Whistle
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import job_of
from diandan.path.dispatch.models import Offer, WhatIf
from diandan.path.engage.models import Task
from diandan.path.fulfil.models import Doubt, Incident, RollCall, RollLine, SheetLine
from diandan.path.grade.models import FollowUp
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.actions.notice import object_to
from diandan.path.ledger.models import Objection, ServicePause
from tests import factories as make
from tests.web.street_posts import post_things
from tests.web.street_record import record_things
from tests.web.street_rewards import rewards_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
STAFF = tuple(Role)
LIVES = ("placed", "returned", "offered", "going", "served", "handed_over", "private")


def browser(person: Person | None) -> Client:
    """A browser signed in as the person, with her second factor given."""
    client = Client(raise_request_exception=False)
    if person is not None:
        login, _new = Login.objects.get_or_create(
            person=person, defaults={"username": f"u{person.id.hex[:20]}"}
        )
        client.force_login(login, BACKEND)
        session = client.session
        session[allauth.AUTHENTICATION_METHODS_SESSION_KEY] = [
            {"method": "mfa", "type": "totp", "at": clock.now().timestamp()}
        ]
        session[allauth._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(login.pk)
        session.save()
    return client


@dataclass
class Street:
    """An institute, a station under it, its people, and one of everything."""

    mark: str
    institute: Place
    station: Place
    people: dict[str, Person] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)
    team: Team | None = None

    @property
    def surname(self) -> str:
        return {"甲": "夔", "乙": "夒"}[self.mark]

    @property
    def name(self) -> str:
        return f"{self.surname}金丝{self.mark}"

    @property
    def given(self) -> str:
        return f"金丝{self.mark}"

    @property
    def door(self) -> str:
        return f"雀门{self.mark}7幢701"

    @property
    def words(self) -> str:
        return f"鹦鹉{self.mark}叫不停"

    @property
    def numbers(self) -> list[str]:
        """Every number by which somebody could know of this street's orders."""
        return [r.number for r in self.requests.values()] + [j.number for j in self.jobs.values()]

    def phone(self, who: str) -> str:
        person = self.people[who]
        return vault.unseal(person.wrapped_key, person.phone_enc)

    def phones(self) -> list[str]:
        """Every phone, as it is kept and as it is read aloud."""
        plain = [self.phone(who).removeprefix("+86") for who in self.people]
        return plain + [f"{p[:3]} {p[3:7]} {p[7:]}" for p in plain]

    def arguments(self, names: set[str]) -> dict[str, Any]:
        """What stands for this street in an address with these names."""
        return {name: self.objects[name] for name in names}


class Streets:
    """The centre, street 甲 and street 乙."""

    def __init__(self) -> None:
        self.at = clock.now()
        d = make.district()
        d.centre.slug = "jiangning"
        d.centre.save()
        self.centre = d.centre
        self.kind = make.kind(d.centre, "haircut", "上门理发")
        self.private = make.kind(d.centre, "mediation", "矛盾调解", flow="mediation")
        _row, self.dispatcher = make.staff(Role.DISPATCHER, d.centre, "总台调度")
        one = make.place("甲街道", Kind.INSTITUTE, d.centre)
        two = make.place("乙街道", Kind.INSTITUTE, d.centre)
        self.one = self._street("甲", one, make.place("甲社区", Kind.STATION, one))
        self.two = self._street("乙", two, make.place("乙社区", Kind.STATION, two))

    def _street(self, mark: str, institute: Place, station: Place) -> Street:
        street = Street(mark, institute, station)
        for role in STAFF:
            person, actor = make.staff(role, institute, f"干事{mark}{role}")
            street.people[role], street.actors[role] = person, actor
        resident = make.person(street.name, station, calendar_key=f"secret-cal-{mark == '甲'}")
        resident.door_enc = vault.seal(resident.wrapped_key, street.door)
        resident.save()
        street.people["resident"] = resident
        street.actors["resident"] = make.actor(resident)
        street.team, leader, actor = make.team(station, f"先锋队{mark}")
        street.people["leader"], street.actors["leader"] = leader, actor
        mate = make.member(street.team, f"队员{mark}乙丙")
        street.people["volunteer"] = mate
        street.actors["volunteer"] = Actor(
            person_id=mate.id, member_of=frozenset({street.team.id}), is_volunteer=True
        )
        for life in LIVES:
            street.requests[life] = self._live(street, life)
        self._things(street)
        return street

    def _place(self, street: Street, kind: ServiceKind) -> Request:
        wish = Wish(
            words=street.words,
            kind=kind,
            place=street.station,
            channel=Channel.WEB,
            street=f"梧桐{street.mark}路",
            door=street.door,
        )
        resident = street.people["resident"]
        return place_request(
            wish=wish, requester=resident, by=street.actors["resident"], at=self.at
        )

    def _live(self, street: Street, life: str) -> Request:
        """One request, lived as far as `life` says, through the conductor."""
        row = self._place(street, self.private if life == "private" else self.kind)
        desk, at = self.dispatcher, self.at
        if life in ("placed", "private"):
            return row
        if life == "returned":
            return do_request(row.id, "return_order", by=desk, at=at, reason="写清楚些")
        do_request(row.id, "take_up", by=desk, at=at)
        if life == "handed_over":
            return do_request(row.id, "hand_over", by=desk, at=at, reason="归热线")
        do_request(row.id, "arrange", by=SYSTEM, at=at)
        job = job_of(Request.objects.get(id=row.id))
        assert job is not None
        assert street.team is not None
        if job.state == "designed":
            do_job(job.id, "pass_review", by=SYSTEM, at=at)
        do_job(job.id, "offer", by=desk, at=at, team_ids=[street.team.id], overruled="近")
        offer = Offer.objects.get(job=job)
        leader = street.actors["leader"]
        if life != "offered":
            answers.accept_offer(offer.id, by=leader, at=at)
            who = street.people["leader" if life == "served" else "volunteer"].id
            do_job(job.id, "allocate", by=leader, at=at, person_ids=[who])
        if life == "served":
            task = Task.objects.get(engagement__job=job)
            answers.task_step(task.id, "check_in", by=leader, at=at, code=row.serve_code)
            answers.task_step(task.id, "check_out", by=leader, at=at + timedelta(minutes=9))
            by, later = street.actors["resident"], at + timedelta(minutes=10)
            answers.say(row.id, text=f"{street.words}留言", by=by, at=later)
            do_request(row.id, "rate", by=by, at=later, score=1, text=f"{street.words}没来")
            street.objects |= self._hours(street, task, by)
        street.jobs[life] = Job.objects.get(id=job.id)
        return Request.objects.get(id=row.id)

    def _hours(self, street: Street, task: Task, by: Actor) -> dict[str, Any]:
        """The leader's nine minutes on notice, and what the resident says against them."""
        row = earn(task.id, at=self.at + timedelta(minutes=11))[0]
        kind = Objection.Kind.DID_NOT_COME
        said = object_to(row.id, kind=kind, text="", by=by, at=self.at + timedelta(minutes=12))
        pause = ServicePause.objects.create(
            person=make.volunteer(f"缺席{street.mark}", street.station),
            centre=self.centre,
            missed=5,
            paused_at=self.at,
        )
        return {
            "session_id": task.id,
            "transfer_id": row.id,
            "objection_id": said.id,
            "pause_id": pause.id,
        }

    def _things(self, street: Street) -> None:
        """One of everything that has an address, and the address's words for it."""
        going = street.requests["going"]
        assert street.team is not None
        grant = RoleGrant.objects.filter(place=street.institute).first()
        assert grant is not None
        street.objects |= {
            "request_id": going.id,
            "job_id": street.jobs["going"].id,
            "offer_id": Offer.objects.get(job=street.jobs["offered"]).id,
            "task_id": Task.objects.get(engagement__job=street.jobs["going"]).id,
            "follow_up_id": FollowUp.objects.get(request=street.requests["served"]).id,
            "case_id": HotlineCase.objects.get(request=street.requests["handed_over"]).id,
            "team_id": street.team.id,
            "person_id": street.people["resident"].id,
            "place_id": street.station.id,
            "kind_id": self.kind.id,
            "grant_id": grant.id,
            "key": going.follow_key,
            "secret": street.people["resident"].calendar_key,
            "application_key": f"base{street.mark == '甲'}",
            "pk": 1,
            "verb": "take_up",
            "step": "confirm",
            "what": "people",
            "form": "csv",
            "flow_id": "w1_jiangning",
            **self._work(street),
            **self._papers(street),
            **rewards_of(street, self.centre, self.at),
            **record_things(street, self.at),
            **post_things(street, self.at),
        }

    def _work(self, street: Street) -> dict[str, Any]:
        """What hangs on orders and the menu."""
        at = self.at
        item = Item.objects.create(
            place=street.station,
            kind=self.kind,
            title=f"义剪{street.mark}",
            state=Item.State.IN_REVIEW,
            made_at=at,
        )
        public = make.item(street.station, self.kind, f"公开义剪{street.mark}")
        assert street.team is not None
        take = ItemTake.objects.create(item=public, team=street.team, taken_at=at)
        whistle = Whistle.objects.create(
            request=street.requests["offered"],
            unit=street.institute,
            question=f"{street.words}谁管",
            asked_at=at,
            due_at=at + timedelta(days=1),
        )
        plan = VisitPlan.objects.create(
            place=street.station,
            title=f"走访{street.mark}",
            from_on=at.date(),
            until_on=at.date() + timedelta(days=9),
            made_at=at,
        )
        visit = Visit.objects.create(
            plan=plan, place=street.station, label=f"第一户{street.words}", due_on=at.date()
        )
        incident = Incident.objects.create(
            job=street.jobs["going"], by=street.people["volunteer"], at=at, text=street.words
        )
        return {
            **self._presence(street),
            "incident_id": incident.id,
            "whistle_id": whistle.id,
            "item_id": item.id,
            "take_id": take.id,
            "plan_id": plan.id,
            "visit_id": visit.id,
        }

    def _presence(self, street: Street) -> dict[str, Any]:
        """A screen, a roll call, a line of a paper sheet and a doubt about the served visit."""
        at, leader = self.at, street.people["leader"]
        going = Task.objects.get(engagement__job=street.jobs["going"])
        served = Task.objects.get(engagement__job=street.jobs["served"])
        by = street.actors[Role.ADMIN]
        screen, key = open_screen(street.station, label="", by=by, at=at)
        call = RollCall.objects.create(engagement=going.engagement, end="in", by=leader, at=at)
        RollLine.objects.create(roll_call=call, task=going)
        SheetLine.objects.create(
            code=f"SHEET{street.mark == '甲'}"[:10].upper(), task=going, printed_at=at
        )
        doubt = Doubt.objects.create(
            kind="long", task=served, found_at=at, evidence=[str(served.id)]
        )
        return {
            "screen_id": screen.id,
            "screen_key": key,
            "call_id": call.id,
            "line_code": SheetLine.objects.get(task=going).code,
            "doubt_id": doubt.id,
        }

    def _papers(self, street: Street) -> dict[str, Any]:
        """Consents, standing orders, invitations, applications, keys and messages."""
        at, resident = self.at, street.people["resident"]
        consent = make.consent(resident, Consent.About.STANDING_ORDER)
        standing = Standing.objects.create(
            person=resident,
            kind=self.kind,
            place=street.station,
            title=f"每周{street.words}",
            words=street.words,
            rhythm="weekly",
            next_on=at.date() + timedelta(days=20),
            consent=consent,
            made_by=resident,
            made_at=at,
        )
        message = tell(person=resident, kind="x", key=f"m-{street.mark}", text=street.words, at=at)
        invitation = Invitation.objects.create(
            team=street.team,
            place=street.station,
            phone_hash=resident.phone_hash,
            invited_at=at,
        )
        application = BaseApplication.objects.create(
            centre=self.centre,
            name=f"基地{street.mark}",
            about="书店",
            address="路口",
            phone="02552123456",
            key=f"base{street.mark == '甲'}",
            applied_at=at,
        )
        plan_step = PlanStep.objects.create(
            place=street.station, year=at.year, sort="step", title=f"计划{street.mark}"
        )
        token = ApiToken.objects.create(
            owner=street.people[Role.ADMIN], name="钥匙", digest=f"d{street.mark}", made_at=at
        )
        partner = Partner.objects.create(
            name="热线",
            centre=self.centre,
            digest=f"p{street.mark}",
            made_at=at,
            expires_at=at + timedelta(days=9),
        )
        delivery = Delivery.objects.create(
            message=message, channel="email", state=Delivery.State.FAILED, due_at=at
        )
        return {
            "what_if_id": self._what_if(street),
            "standing_id": standing.id,
            "consent_id": consent.id,
            "invitation_id": invitation.id,
            "application_id": application.id,
            "plan_step_id": plan_step.id,
            "token_id": token.id,
            "partner_id": partner.id,
            "delivery_id": delivery.id,
        }

    def _what_if(self, street: Street) -> Any:
        """Other weights that somebody wants to try."""
        asked_by = street.people[Role.ADMIN]
        row = WhatIf.objects.create(
            centre=self.centre, values={"travel": 3}, asked_by=asked_by, asked_at=self.at
        )
        return row.id
