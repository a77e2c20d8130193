"""台上的人: the story's people doing what their pages offer them, each at her own browser.

Set-up (people, teams) was done by actions; from here on every order moves through HTTP. What is
asked of the database is only which page to open next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from diandan.flow.choice import flow_of
from diandan.flow.worker import run_once
from diandan.ground.catalogue.models import Item
from diandan.ground.people import queries as people
from diandan.ground.people.models import Person, Role, Team
from diandan.ground.places.models import Place
from diandan.kit.units import local
from diandan.ops.demo.furnish import House
from diandan.ops.demo.hands import Hands
from diandan.ops.demo.month import quietly
from diandan.ops.morning import HOUR, MINUTE
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import job_of
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Task
from diandan.path.engage.queries import living

from .stage import Stage
from .walker import Given, Page, StoryTrouble, Walker

STEPS_MAX = 16
# Three quarters of an hour: what a haircut takes (catalogue: 40 minutes planned).
STAY = 45


class World:
    """One furnished place at its pages."""

    def __init__(self, stage: Stage, house: House) -> None:
        self.stage = stage
        self.house = house
        self.hands = Hands(house)
        self.station: Place = house.stations[0]
        self._walkers: dict[UUID, Walker] = {}

    # -- time and people

    def tick(self, **by: float) -> None:
        """Let time pass (hours=…, days=…) and the worker do what is due."""
        self.stage.move(timedelta(**by))
        with quietly():
            run_once(self.stage.now())
        self.hands.at = self.stage.now()

    def to_morning(self) -> None:
        """To the next day, twenty past nine: at night nobody is asked (flow/calling)."""
        now = local(self.stage.now())
        morning = (now + timedelta(days=1)).replace(hour=HOUR, minute=MINUTE, second=0)
        self.tick(seconds=(morning - now).total_seconds())

    def at(self, person_id: UUID) -> Walker:
        """This person at her browser, signed in once."""
        if person_id not in self._walkers:
            walker = Walker(self.stage.url)
            self._walkers[person_id] = walker.sign_in(person_id)
        return self._walkers[person_id]

    def resident(self, home: Place | None = None) -> Person:
        """Somebody new in the street."""
        cast = self.house.cast
        cast.at = self.stage.now()
        return cast.person(home or self.station)

    def staff(self, role: Role, number: int = 0) -> Walker:
        """One of the staff at her desk."""
        return self.at(self.house.staff[role][number].id)

    def leader(self, team: Team) -> Walker:
        """A team's leader."""
        return self.at(people.leaders_of(team)[0].id)

    # -- orders

    def order(
        self, who: Person, words: str, *, item: Item | None = None, kind: str = ""
    ) -> Request:
        """点单 by herself: the one field, then the proposals as she finds them."""
        walker = self.at(who.id)
        front = walker.get(f"/?site={who.home_id}")
        details = walker.press(front, "/order", words=words)
        given: dict[str, Given] = {"place": str(who.home_id), "street": "和平街"}
        names = next(f.names for f in details.forms if f.action.endswith("/order"))
        if item is not None:
            given["item"] = str(item.id)
        elif kind and "kind" in names:
            given["kind"] = kind
        placed = walker.press(details, "/order", fields=given)
        return self.by_key(placed)

    def by_key(self, page: Page) -> Request:
        """The order whose 'placed' page this is, found by the key in its address."""
        key = re.search(r"/r/([A-Z0-9]+)", page.address)
        if key is None:
            raise StoryTrouble(f"{page.where}:{' '.join(page.text.split())[:200]}")
        return Request.objects.get(follow_key=key.group(1))

    def fresh(self, row: Request) -> Request:
        """The request as it stands now."""
        return Request.objects.select_related("place", "kind", "centre", "owner_place").get(
            id=row.id
        )

    def job(self, row: Request) -> Job:
        """Its service order."""
        found = job_of(row)
        if found is None:
            raise StoryTrouble(f"{row.number} 还没有服务单")
        return found

    def follow(self, row: Request) -> Page:
        """Her own page of the order."""
        return self.at(row.placed_by_id or row.requester_id).get(f"/r/{row.follow_key}")

    def hers(self, row: Request, verb: str, **given: str) -> Page:
        """She presses one of her buttons on it."""
        who = self.at(row.placed_by_id or row.requester_id)
        return who.press(self.follow(row), button=("verb", verb), fields=given)

    # -- the desk

    def desk(self, row: Request | Job, verb: str, *, but: UUID | None = None, **given: str) -> Page:
        """Whoever may do the verb presses its button at the desk."""
        noun = "requests" if isinstance(row, Request) else "jobs"
        by = self.hands.who_may(row, verb, but=but)
        if by is None or by.person_id is None:
            raise StoryTrouble(f"{row.number}({row.state}):没有人可以「{verb}」")
        walker = self.at(by.person_id)
        return walker.press(walker.get(f"/desk/{noun}/{row.id}/"), f"/do/{verb}", fields=given)

    def arrange(self, row: Request, others: Iterable[Request] = ()) -> Job:
        """制单 or 集单 at the bench, as its owner."""
        by = self.hands.who_may(self.fresh(row), "arrange") or self.hands.who_may(
            self.fresh(row), "take_up"
        )
        if by is None or by.person_id is None:
            raise StoryTrouble(f"{row.number}:没有人可以制单")
        walker = self.at(by.person_id)
        ids = [str(row.id), *(str(o.id) for o in others)]
        bench = walker.get("/desk/merge/?" + "&".join(f"ids={i}" for i in ids))
        walker.press(bench, "/desk/merge/", ids=ids)
        return self.job(row)

    def to_ready(self, row: Request) -> Job:
        """By the flow's own steps until the job waits for dispatch (or is offered already)."""
        for _step in range(STEPS_MAX):
            self.tick(minutes=4)
            row = self.fresh(row)
            job = job_of(row)
            if job is not None and job.state not in ("designed", "in_review", "sent_back"):
                return job
            if job is None and row.state == "placed":
                self.desk(row, "take_up")
            elif job is None and row.state == "taken_up":
                self.arrange(row)
            elif job is not None and job.state == "in_review":
                self.desk(job, "approve", but=job.made_by_id)
            elif job is not None:
                self.desk(job, "submit")
        raise StoryTrouble(f"{row.number}:走不到派单,停在 {row.state}")

    def offer(self, row: Request, teams: Iterable[Team] = ()) -> list[Offer]:
        """派单, to the named teams or the best ranked; where the platform offers, its own choice."""
        job = self.to_ready(row)
        if job.state == "ready":
            ids = [str(t.id) for t in teams]
            by = self.hands.who_may(job, "offer")
            if by is None or by.person_id is None:
                raise StoryTrouble(f"{job.number}:没有人可以派单")
            walker = self.at(by.person_id)
            page = walker.get(f"/desk/jobs/{job.id}/")
            given: dict[str, Given] = {"teams": ids} if ids else {}
            walker.press(page, "/do/offer", button=("way", "teams"), fields=given)
            self.tick(minutes=1)
        found = self.open_offers(self.job(row))
        if not found:
            raise StoryTrouble(f"{job.number}({job.state}):没有发出邀约")
        return found

    def open_offers(self, job: Job) -> list[Offer]:
        """Who is asked now."""
        rows = Offer.objects.filter(job=job, state=Offer.State.OPEN).select_related("team")
        return list(rows.order_by("offered_at", "id"))

    # -- the team

    def answer(
        self, offer: Offer, *, yes: bool, reason: str = "far", team: Team | None = None
    ) -> Page:
        """The leader's two equal buttons."""
        chosen = offer.team or team
        if chosen is None:
            raise StoryTrouble("抢单要说明是哪支队伍")
        walker = self.leader(chosen)
        listed = walker.get("/v/offers")
        listed.find_link(f"/v/offers/{offer.id}")
        if yes:
            return walker.press(walker.get(f"/v/offers/{offer.id}"), "/accept")
        page = walker.get(f"/v/offers/{offer.id}/decline")
        return walker.press(page, f"/{offer.id}/decline", button=("reason", reason))

    def serve(
        self, row: Request, offer: Offer, team: Team | None = None, *, minutes: int = STAY
    ) -> str:
        """From the team's yes to the end of the visit; returns the team's name."""
        chosen = offer.team or team
        assert chosen is not None
        job = self.job(row)
        self.answer(offer, yes=True, team=team)
        self.tick(minutes=2)
        self.allocate(job, chosen)
        self.go(row, job, minutes)
        return chosen.name

    def allocate(self, job: Job, team: Team) -> None:
        """配单: the leader ticks as many members as the job needs."""
        walker = self.leader(team)
        members = [str(m.person_id) for m in people.members_of(team)][: job.headcount]
        walker.press(walker.get(f"/v/jobs/{job.id}"), "/allocate", people=members)
        self.tick(minutes=2)

    def go(self, row: Request, job: Job, minutes: int = STAY) -> None:
        """Each member says yes, sets out, and signs in and out with the codes the resident reads out.

        Both ends by the served person's word: without it on leaving, minutes are only declared.
        """
        engagement = living(job)
        if engagement is None:
            raise StoryTrouble(f"{job.number}:没有队伍")
        tasks = list(engagement.tasks.filter(state__in=("proposed", "confirmed")))
        code = self.follow(row).find(r"请把这个码念给志愿者听\s*(\d{6})")
        for task in tasks:
            walker = self.at(task.person_id)
            if task.state == Task.State.PROPOSED:
                self._step(walker, task, "confirm")
            self._step(walker, task, "set_out")
            walker.press(
                walker.get(f"/v/tasks/{task.id}"),
                "/step",
                has="code",
                button=("step", "check_in"),
                code=code,
            )
        self.tick(minutes=minutes)
        leaving = self.follow(row).find(r"请把这个离场码念给志愿者听\s*(\d{6})")
        for task in tasks:
            walker = self.at(task.person_id)
            page = walker.get(f"/v/tasks/{task.id}")
            walker.press(page, "/step", button=("step", "check_out"), note="都办好了", code=leaving)
        self.tick(minutes=2)

    def _step(self, walker: Walker, task: Task, step: str) -> None:
        walker.press(walker.get(f"/v/tasks/{task.id}"), "/step", button=("step", step))

    def rate(self, row: Request, score: int, text: str) -> Page:
        """群众评单."""
        page = self.hers(row, "rate", score=str(score), text=text)
        self.tick(minutes=1)
        return page

    # -- reading

    def flow_name(self, row: Request) -> str:
        """The template it lives by, by its row id."""
        return flow_of(row.flow).row
