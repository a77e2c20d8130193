"""存疑: somebody forgets to sign out and her leader enters it afterwards; an officer looks at it."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta

from diandan.flow import answers, attending
from diandan.ground.people import queries as people
from diandan.ground.people.actor import Actor
from diandan.kit.refusal import Refusal
from diandan.path.bundle.models import Job
from diandan.path.bundle.queries import requests_of
from diandan.path.engage.models import Engagement, Task
from diandan.path.fulfil.actions.doubt import decide
from diandan.path.fulfil.models import Doubt
from diandan.path.fulfil.policies import may_decide

from .hands import Hands

LOOKED_AFTER = timedelta(hours=20)
STAYED = timedelta(minutes=50)
REASON = "打电话问过点单人和队长,确实做满了,是忘了签退。"


def look_at_doubts(hands: Hands) -> int:
    """Doubts of yesterday are decided by somebody who is not party to them; returns how many."""
    done = 0
    rows = Doubt.objects.filter(settled_at=None, found_at__lte=hands.at - LOOKED_AFTER)
    related = ("task__engagement__job__place", "task__engagement__team", "task__attendance")
    for row in rows.select_related(*related).order_by("found_at", "id"):
        officers: list[Actor] = [hands.actor(one) for one in hands.staff]
        by = next((one for one in officers if may_decide(one, row)), None)
        if by is not None:
            decide(row.id, outcome=Doubt.Outcome.CLEARED, reason=REASON, by=by, at=hands.at)
            done += 1
    return done


def leave_doubtful(hands: Hands, until: datetime) -> int:
    """One visit whose leader enters the leaving long after: it waits on the desk, undecided."""
    going = Engagement.objects.filter(
        ended_at=None, job__state="allocated", tasks__state=Task.State.CONFIRMED
    )
    for engagement in going.select_related("team", "job").distinct().order_by("accepted_at"):
        if _forget_to_leave(hands, engagement, until):
            return 1
    return 0


def _forget_to_leave(hands: Hands, engagement: Engagement, until: datetime) -> bool:
    job: Job = engagement.job
    served = requests_of(job)
    leaders = people.leaders_of(engagement.team)
    tasks = list(engagement.tasks.filter(state=Task.State.CONFIRMED))
    if not served or not leaders or not tasks:
        return False
    leader = hands.actor(leaders[0].id)
    came, entered = until - timedelta(minutes=140), until - timedelta(minutes=20)
    with contextlib.suppress(Refusal):
        answers.agree_on_time(
            job.id, starts_at=came, ends_at=came + timedelta(hours=1), by=leader, at=came
        )
    code = served[0].serve_code
    try:
        for task in tasks:
            by = hands.actor(task.person_id)
            answers.task_step(task.id, "check_in", by=by, at=came, code=code)
        attending.call_roll(
            engagement,
            [task.id for task in tasks],
            end="out",
            when=came + STAYED,
            by=leader,
            at=entered,
        )
    except Refusal:
        return False
    return True
