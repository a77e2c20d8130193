"""办事的人: reviewers, dispatchers, leaders and volunteers bring a job to its end."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from diandan.flow import answers
from diandan.flow.worker import run_once
from diandan.ground.people import queries as people
from diandan.ground.people.models import Membership, Team
from diandan.kit.refusal import Refusal
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import requests_of
from diandan.path.dispatch.models import DeclineReason, Offer
from diandan.path.engage.models import Engagement, Task
from diandan.path.engage.queries import living
from diandan.path.fulfil.core import arrival_window
from diandan.path.fulfil.queries import leave_code

from .hands import Hands

OFFERED, ACCEPTED, SERVED = 1, 2, 3
# A visit takes about as long as it was planned for, seldom to the minute.
STAYS = 0.85, 1.2
NOTES = (
    "理完发,把碎头发都扫干净了。",
    "换了垫圈,不漏了。",
    "教会了挂号和视频,写了张纸条贴在桌上。",
    "老人精神不错,约好下周再来。",
)


class JobHands:
    """What is done about jobs."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.random = hands.random
        led = Membership.objects.filter(left_at=None, duty=Membership.Duty.LEADER)
        led_ids = set(led.values_list("team_id", flat=True))
        self._leaving: dict[UUID, datetime] = {}
        self.manned = [team for team in hands.house.teams if team.id in led_ids]

    def act(self, job: Job, *, reach: int) -> None:
        """Whatever somebody does about this job at this tick, no farther than stage `reach`."""
        limit = {
            "offered": ACCEPTED,
            "escalated": ACCEPTED,
            "engaged": ACCEPTED,
            "allocated": SERVED,
            "serving": SERVED,
        }.get(job.state, OFFERED)
        act = getattr(self, f"_{job.state}", None)
        if act is not None and reach >= limit:
            act(job)

    def _in_review(self, job: Job) -> None:
        hands = self.hands
        by = hands.who_may(job, "approve", but=job.made_by_id)
        if self.random.random() < 0.08 and not hands.is_eager:
            hands.job(job, "send_back", by, reason="请写清服务时间和需要的人数。")
        elif hands.chance(0.7):
            hands.job(job, "approve", by, note="同意")

    def _sent_back(self, job: Job) -> None:
        if self.hands.chance(0.6):
            self.hands.job(job, "submit", self.hands.who_may(job, "submit"))

    def _ready(self, job: Job) -> None:
        if self.hands.chance(0.85):
            self.hands.job(job, "offer", self.hands.who_may(job, "offer"))

    def _offered(self, job: Job) -> None:
        for offer in Offer.objects.filter(job=job, state=Offer.State.OPEN).select_related("team"):
            team = offer.team or self._claimer(job)
            leaders = people.leaders_of(team) if team else []
            if team is None or not leaders:
                continue
            by = self.hands.actor(leaders[0].id)
            luck = 0.0 if self.hands.is_eager else self.random.random()
            try:
                if luck < 0.72:
                    answers.accept_offer(offer.id, by=by, at=self.hands.at, team_id=team.id)
                    return
                if luck < 0.84 and offer.team_id:
                    reason = self.random.choice(
                        (DeclineReason.BUSY, DeclineReason.FAR, DeclineReason.HANDS)
                    )
                    answers.decline_offer(offer.id, reason=reason, by=by, at=self.hands.at)
            except Refusal:
                continue

    def _claimer(self, job: Job) -> Team | None:
        able = [t for t in self.manned if set(job.skills) <= set(t.skills)]
        return self.random.choice(able) if able else None

    def _escalated(self, job: Job) -> None:
        self._offered(job)
        job.refresh_from_db()
        if (
            job.state != "escalated"
            or Offer.objects.filter(job=job, state=Offer.State.OPEN).exists()
        ):
            return
        if self.hands.chance(0.5):
            self.hands.job(job, "offer", self.hands.who_may(job, "offer"), open_claim=True)
        elif self.random.random() < 0.1:
            self.hands.job(
                job,
                "mark_unmet",
                self.hands.who_may(job, "mark_unmet"),
                reason="眼下没有会做的队伍",
            )

    def _engaged(self, job: Job) -> None:
        engagement = living(job)
        if engagement is None or not self.hands.chance(0.85):
            return
        members = people.members_of(engagement.team)
        leaders = people.leaders_of(engagement.team)
        if not leaders:
            return
        ids = [m.person_id for m in members]
        chosen = self.random.sample(ids, min(job.headcount, len(ids)))
        self.hands.job(job, "allocate", self.hands.actor(leaders[0].id), person_ids=chosen)

    def _allocated(self, job: Job) -> None:
        engagement = living(job)
        if engagement is None:
            return
        for task in engagement.tasks.filter(state=Task.State.PROPOSED):
            self._step(task, "confirm")
        if self.hands.is_eager:
            self._bring_near(job, engagement)
        elif job.starts_at and job.starts_at > self.hands.at + timedelta(hours=2):
            return
        self._go(job, engagement)

    def _bring_near(self, job: Job, engagement: Engagement) -> None:
        """A demo that must reach "served" now agrees on an hour whose code opens the visit now."""
        window = arrival_window(job.starts_at, job.ends_at)
        leaders = people.leaders_of(engagement.team)
        at = self.hands.at
        if window is None or window[0] <= at < window[1] or not leaders:
            return
        by = self.hands.actor(leaders[0].id)
        hour = timedelta(hours=1)
        with contextlib.suppress(Refusal):
            answers.agree_on_time(job.id, starts_at=at + hour, ends_at=at + 2 * hour, by=by, at=at)

    def _go(self, job: Job, engagement: Engagement) -> None:
        served = requests_of(job)
        if not served:
            return
        for task in engagement.tasks.filter(state=Task.State.CONFIRMED):
            self._step(task, "set_out")
            self._step(task, "check_in", code=served[0].serve_code)

    def _serving(self, job: Job) -> None:
        engagement = living(job)
        if engagement is not None:
            self._go(job, engagement)

    def leave(self, until: datetime) -> None:
        """Who is at a visit leaves when about its time is over, each at her own minute.

        Hours that nobody was there for would be no record of service, in a demo either. What is
        not over by `until` goes on; when the hour is late, people cut it short.
        """
        there = Task.objects.filter(state=Task.State.CHECKED_IN, engagement__ended_at=None)
        rows = list(there.select_related("attendance", "engagement__job").order_by("id"))
        due = sorted((self._leaves_at(task), n, task) for n, task in enumerate(rows))
        for when, _n, task in due:
            if when >= until and not self.hands.is_eager:
                break
            self.hands.at = max(self.hands.at, min(when, until))
            self._leave(task)
        run_once(self.hands.at)

    def _leaves_at(self, task: Task) -> datetime:
        if task.id not in self._leaving:
            share = self.random.uniform(*STAYS)
            planned = timedelta(minutes=task.engagement.job.minutes)
            self._leaving[task.id] = task.attendance.in_at + planned * share
        return self._leaving[task.id]

    def _leave(self, task: Task) -> None:
        served = requests_of(task.engagement.job)
        note = self.random.choice(NOTES)
        # Now and then nobody thinks of the code on leaving: such minutes are declared.
        code = leave_code(served[0]) if served and note != NOTES[-1] else ""
        self._step(task, "check_out", note=note, code=code)

    def _step(self, task: Task, step: str, **words: Any) -> None:
        by = self.hands.actor(task.person_id)
        try:
            answers.task_step(task.id, step, by=by, at=self.hands.at, **words)
        except Refusal:
            return
