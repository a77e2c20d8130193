"""经接口: one order from placing to rating, over the HTTP API with keys alone, no page opened."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx

from diandan.ground.people import queries as people
from diandan.ground.people.actions.tokens import make
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Person
from diandan.path.ask.models import Channel, Request
from diandan.path.engage.queries import living

from .told import NEED, check, menu_item
from .walker import StoryTrouble
from .world import World

PLAIN_WORDS = "老人行动不便,想请人上门理发"


class Caller:
    """One person's program: her key, and an Idempotency-Key of its own for every call."""

    def __init__(self, world: World, who: Person | UUID, *scopes: str) -> None:
        owner = who if isinstance(who, Person) else people.person(who)
        at = world.stage.now()
        _row, key = make(owner=owner, name="故事", scopes=scopes, at=at, by=SYSTEM)
        self._http = httpx.Client(
            base_url=f"{world.stage.url}/api/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=30,
            trust_env=False,
        )

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """Do it, then send the very same call again: it must answer the same and change nothing."""
        headers = {"Idempotency-Key": str(uuid4())}
        first, again = (self._http.post(path, json=body, headers=headers) for _n in range(2))
        if first.status_code != httpx.codes.OK:
            raise StoryTrouble(f"接口 {path}:{first.status_code} {first.text[:200]}")
        check(again.text == first.text, f"接口 {path}:同一把幂等键,两次回答不一样")
        told: dict[str, Any] = first.json()
        return told

    def get(self, path: str) -> dict[str, Any]:
        """Read."""
        said = self._http.get(path)
        if said.status_code != httpx.codes.OK:
            raise StoryTrouble(f"接口 {path}:{said.status_code} {said.text[:200]}")
        told: dict[str, Any] = said.json()
        return told


def by_key(world: World) -> str:
    """经接口: she orders by key, the leader accepts and allocates by key, and so to the rating."""
    who = world.resident()
    resident = Caller(world, who, "order", "read")
    item = menu_item(world)
    wanted = {"item": str(item.id)} if item else {"kind": NEED}
    placed = resident.post("/requests", words=PLAIN_WORDS, place=who.home_id, **wanted)
    row = Request.objects.get(id=placed["id"])
    check(row.channel == Channel.API, f"渠道记成了 {row.channel}")
    offer = world.offer(row)[0]
    assert offer.team is not None
    leader = Caller(world, people.leaders_of(offer.team)[0], "serve")
    asked = [one["id"] for one in leader.get("/offers")["asked"]]
    check(str(offer.id) in asked, "接口的邀约里没有这一份")
    leader.post(f"/offers/{offer.id}/accept")
    world.tick(minutes=2)
    job = world.job(row)
    members = [str(m.person_id) for m in people.members_of(offer.team)][: job.headcount]
    leader.post(f"/jobs/{job.id}/allocate", person_ids=members)
    world.tick(minutes=2)
    _serve(world, row, resident)
    resident.post(f"/requests/{row.id}/rate", score=5, text="很好")
    world.tick(minutes=1)
    seen = resident.get(f"/requests/{row.id}")
    check(seen["state"] == "rated", f"接口里停在 {seen['state']}")
    check(world.follow(row).says(row.number), "网页上看不到经接口点的单")
    return (
        f"{row.number} 经接口点单、{offer.team.name}经接口接单、配单,志愿者经接口签到签退,"
        "经接口评 5 星;每次调用都带幂等键并重发一次,回答相同,只算一次"
    )


def _serve(world: World, row: Request, resident: Caller) -> None:
    """The visit, each step by the volunteer's own key."""
    engagement = living(world.job(row))
    if engagement is None:
        raise StoryTrouble(f"{row.number}:没有队伍")
    going = []
    for task in engagement.tasks.filter(state__in=("proposed", "confirmed")):
        volunteer = Caller(world, task.person_id, "serve")
        if task.state == "proposed":
            volunteer.post(f"/tasks/{task.id}/confirm")
        volunteer.post(f"/tasks/{task.id}/set_out")
        volunteer.post(f"/tasks/{task.id}/check_in", code=row.serve_code)
        going.append((volunteer, task))
    world.tick(minutes=45)
    leaving = resident.get(f"/requests/{row.id}")["leave_code"]
    for volunteer, task in going:
        volunteer.post(f"/tasks/{task.id}/check_out", code=leaving, note="都办好了")
    world.tick(minutes=2)
