"""Random lives: whatever anybody tries in whatever order, an order never stands nowhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diandan.flow import answers
from diandan.flow.choice import flow_of
from diandan.flow.conductor import do_job, do_request, place_request
from diandan.flow.models import Clock, FlowChoice
from diandan.flow.worker import run_once
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Role
from diandan.kit.refusal import Refusal
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel, Request
from diandan.path.ask.states import RequestState
from diandan.path.bundle.models import Bond, Job
from diandan.path.bundle.states import JOB_ENDS, JobState
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Engagement, Task
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

REQUEST_VERBS: dict[str, dict[str, Any]] = {
    "take_up": {},
    "return_order": {"reason": "请写清地址"},
    "resubmit": {"text": "三单元"},
    "refuse": {"reason": "不归我们管", "whose": "供电所"},
    "arrange": {},
    "unarrange": {},
    "hand_over": {"reason": "属供水"},
    "take_back": {"outcome": "退回"},
    "mark_unmet": {"reason": "没人会"},
    "withdraw": {},
    "rate": {"score": 2},
    "dispute": {"text": "没修好"},
    "settle": {"text": "重修了"},
    "reopen": {},
    "close": {},
}
JOB_VERBS: dict[str, dict[str, Any]] = {
    "offer": {},
    "widen": {},
    "recall": {},
    "escalate": {},
    "give_up": {"reason": "车坏了"},
    "cancel": {"reason": "重复"},
    "mark_unmet": {},
    "finish": {},
    "close": {},
    "submit": {},
    "approve": {},
    "send_back": {"reason": "写清时间"},
}
STEPS = [
    *("accept", "decline", "stand_by", "step_back", "allocate"),
    *("set_out", "check_in", "check_out", "cannot_come"),
]
# Half of the moves go the natural way, or nobody would ever get far enough to be interrupted.
# The furthest step that is possible is the natural one.
FORWARD = [
    "rate",
    "check_out",
    "check_in",
    "set_out",
    "allocate",
    "accept",
    "offer",
    "approve",
    "arrange",
    "take_up",
]
ANY = st.sampled_from([*REQUEST_VERBS, *JOB_VERBS, *STEPS, "wait", "merge"])
MOVES = st.lists(
    st.tuples(st.one_of(st.just("forward"), ANY), st.integers(0, 2)), min_size=8, max_size=20
)


class Life:
    """Three requests of one place, and everybody who may touch them."""

    def __init__(self, flow: str, at: datetime) -> None:
        self.at = at
        d = make.district()
        FlowChoice.objects.create(centre=d.centre, flow=flow, chosen_at=at)
        kind = make.kind(d.centre)
        _team, self.leader_row, self.leader = make.team(d.station)
        teams = {_team.id, make.team(d.centre)[0].id}
        self.leader = make.actor(self.leader_row, leads=tuple(teams))
        self.staff = [
            make.staff(role, place)[1]
            for role, place in [
                (Role.CENTER_STAFF, d.centre),
                (Role.DISPATCHER, d.centre),
                (Role.INSTITUTE_STAFF, d.institute),
                (Role.STATION_STAFF, d.station),
            ]
        ]
        self.rows: list[Request] = []
        for words in ("水管漏水", "家里水管漏了", "水龙头坏了"):
            person = make.person(home=d.station)
            me = make.actor(person)
            # What is urgent has a team standing by.
            wish = Wish(words, kind, d.station, Channel.WEB, urgency="urgent")
            self.rows.append(place_request(wish=wish, requester=person, by=me, at=at))
        run_once(at)

    def everybody(self, row: Request) -> list[Actor]:
        """Everybody who has a part in the life of `row`."""
        return [make.actor(row.requester), self.leader, *self.staff]

    def move(self, verb: str, pick: int) -> None:
        """One attempt by anybody who may; a Refusal is a fine answer, anything else a fault."""
        for one in FORWARD if verb == "forward" else [verb]:
            if self._anybody(one, self.rows[pick]):
                break
        run_once(self.at)

    def _anybody(self, verb: str, row: Request) -> bool:
        job = Job.objects.filter(bonds__request=row, bonds__left_at=None).first()
        for by in self.everybody(row):
            try:
                if self._try(verb, row, job, by):
                    return True
            except Refusal:
                continue
        return False

    def _try(self, verb: str, row: Request, job: Job | None, by: Actor) -> bool:
        if verb == "wait":
            self.at += timedelta(hours=7)
        elif verb in REQUEST_VERBS and (verb != "mark_unmet" or job is None):
            do_request(row.id, verb, by=by, at=self.at, **REQUEST_VERBS[verb])
        elif verb == "merge":
            others = [r.id for r in self.rows if r.id != row.id]
            do_request(row.id, "arrange", by=by, at=self.at, others=others)
        elif job is not None and verb in JOB_VERBS:
            do_job(job.id, verb, by=by, at=self.at, **JOB_VERBS[verb])
        elif job is not None and verb == "allocate":
            people = [self.leader_row.id]
            do_job(job.id, "allocate", by=self.leader, at=self.at, person_ids=people)
        else:
            return job is not None and self._answer(verb, row, job)
        return True

    def _answer(self, verb: str, row: Request, job: Job) -> bool:
        offers = Offer.objects.filter(job=job).order_by("-team_id")
        offer = offers.filter(state="open", role="main").first()
        backup = offers.filter(state__in=("open", "standby"), role="backup").first()
        task = Task.objects.filter(engagement__job=job).order_by("-id").first()
        if verb == "accept" and offer:
            answers.accept_offer(offer.id, by=self.leader, at=self.at)
        elif verb == "decline" and offer:
            answers.decline_offer(offer.id, reason="busy", by=self.leader, at=self.at)
        elif verb == "stand_by" and backup:
            answers.stand_by(backup.id, by=self.leader, at=self.at)
        elif verb == "step_back" and backup:
            answers.decline_offer(backup.id, reason="busy", by=self.leader, at=self.at)
        elif verb in STEPS[4:] and task:
            answers.task_step(
                task.id, verb, by=self.leader, at=self.at, code=row.serve_code, reason="病了"
            )
        else:
            return False
        return True

    def check(self) -> None:
        """What must always hold."""
        for row in Request.objects.filter(id__in=[r.id for r in self.rows]):
            stage = flow_of(row.flow).stage("request", row.state)
            clock = Clock.objects.filter(noun="request", subject_id=row.id).first()
            assert (clock is None) == stage.ends
            assert clock is None or clock.state == row.state
            bonds = Bond.objects.filter(request=row, left_at=None).select_related("job")
            if row.state == RequestState.ARRANGED:
                assert len(bonds) == 1
                assert bonds[0].job.state not in JOB_ENDS
        for job in Job.objects.filter(bonds__request__in=self.rows).distinct():
            stage = flow_of(job.flow).stage("job", job.state)
            clock = Clock.objects.filter(noun="job", subject_id=job.id).first()
            assert (clock is None) == stage.ends
            living = Engagement.objects.filter(job=job, ended_at=None).count()
            busy = job.state in (JobState.ENGAGED, JobState.ALLOCATED, JobState.SERVING)
            assert living == 1 if busy else living <= 1
            assert Offer.objects.filter(job=job, state="accepted").count() <= 1
            if job.state not in (JobState.OFFERED, JobState.ESCALATED):
                assert not Offer.objects.filter(job=job, state="open", role="main").exists()
            self._check_backup(job)

    def _check_backup(self, job: Job) -> None:
        """At most one team stands by, only while another has the job, and it is not that one."""
        rows = Offer.objects.filter(job=job, role="backup", state__in=("open", "standby"))
        assert len(rows) <= 1
        if rows:
            has_it = Engagement.objects.get(job=job, ended_at=None)
            assert job.state in (JobState.ENGAGED, JobState.ALLOCATED)
            assert has_it.team_id != rows[0].team_id


@pytest.mark.parametrize("flow", ["w4_hongta", "w7_daxing"])
@given(moves=MOVES)
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_order_is_ever_lost(flow: str, at: datetime, moves: list[tuple[str, int]]) -> None:
    life = Life(flow, at)
    ids = [row.id for row in life.rows]
    for verb, pick in moves:
        life.move(verb, pick)
        life.check()
    assert Request.objects.filter(id__in=ids).count() == len(ids)
