"""到场的行: a phone without a signal signs in and out, and what it kept is taken once."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from diandan.ground.people.models import Role
from diandan.kit.units import local
from diandan.path.engage.models import Task
from diandan.path.engage.queries import living
from diandan.path.fulfil.models import Attendance, LateRecord

from .told import check, need
from .walker import StoryTrouble, Walker
from .world import World

FAST = timedelta(minutes=5)
# How far the sending itself, on a slow line, may move what was written.
NEAR = timedelta(minutes=1)


class Phone:
    """A volunteer's phone in a place without a signal, its clock five minutes fast."""

    def __init__(self, world: World, walker: Walker, task: Task) -> None:
        self.world, self.walker, self.task = world, walker, task
        self.kept: list[dict[str, str]] = []

    def write(self, end: str, code: str) -> None:
        """What she taps with no signal, as the page keeps it."""
        when = (self.world.stage.now() + FAST).isoformat()
        self.kept.append({"form_key": str(uuid4()), "end": end, "code": code, "phone_at": when})

    def send(self) -> list[str]:
        """The signal is back: the waiting page's key, then one record after the other."""
        page = self.walker.get("/v/waiting")
        keys = [v for form in page.forms for k, v in form.fields if k == "csrfmiddlewaretoken"]
        said = []
        for record in self.kept:
            sent_at = (self.world.stage.now() + FAST).isoformat()
            answer = self.walker.http.post(
                f"/v/tasks/{self.task.id}/late",
                data={**record, "sent_at": sent_at, "csrfmiddlewaretoken": keys[-1]},
                headers={"Referer": page.address},
            )
            if answer.status_code != 200:
                raise StoryTrouble(f"/v/tasks/…/late:{answer.status_code}")
            said.append(str(answer.json()["sentence"]))
        return said


def offline_s1_03(world: World) -> str:
    """实时登记、时长上云: the queue on the phone, its sending, and nothing counted twice."""
    row = need(world)
    offer = world.offer(row)[0]
    if offer.team is None:
        raise StoryTrouble("没有问到队伍")
    world.answer(offer, yes=True)
    world.tick(minutes=2)
    job = world.job(row)
    world.allocate(job, offer.team)
    engagement = living(job)
    assert engagement is not None
    task = engagement.tasks.order_by("allocated_at", "id")[0]
    walker = world.at(task.person_id)
    if task.state == Task.State.PROPOSED:
        walker.press(walker.get(f"/v/tasks/{task.id}"), "/step", button=("step", "confirm"))
    phone = Phone(world, walker, task)
    screen = world.staff(Role.STATION_STAFF)
    code = screen.get(f"/v/site-code/{row.place_id}").find(r"(\d{3} \d{3})")
    came = world.stage.now()
    phone.write("in", code)
    world.tick(minutes=50)
    phone.write("out", screen.get(f"/v/site-code/{row.place_id}").find(r"(\d{3} \d{3})"))
    world.tick(minutes=90)
    said = phone.send()
    check(phone.send() == said, "再发一次,回答不一样")
    seen = Attendance.objects.get(task=task)
    check(abs(seen.in_at - came) < NEAR, f"到场时间不对:{seen.in_at}")
    check(LateRecord.objects.filter(task=task, was_taken=True).count() == 2, "离线记录应有 2 条")
    phone.kept = [{**phone.kept[0], "form_key": str(uuid4())}]
    twice = phone.send()[0]
    check("用过一次" in twice or "已经" in twice, f"另一部手机重复发送没有查出来:{twice}")
    minutes = int(((seen.out_at or seen.in_at) - seen.in_at).total_seconds() // 60)
    return (
        f"{row.number} 志愿者在没有信号处签到、签退,{local(came):%H:%M} 起记 {minutes} 分钟,"
        f"90 分钟后在「待发送」页补传:{said[0]} 再传一次仍是 2 条;换编号再传:{twice}"
    )
