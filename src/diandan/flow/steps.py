"""自动步骤: what the house does by itself when a fact arrives, as the flow says. Idempotent."""

from __future__ import annotations

from datetime import datetime

from diandan.ground.people.actor import SYSTEM
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.path.bundle.states import JobState
from diandan.path.dispatch.queries import open_offers

from .byhand import goes_by_hand
from .choice import flow_of
from .conductor import do_job, do_request

#: The step that is the dispatch process's: it plans all waiting jobs of a centre together.
DISPATCHED = "offer"
REFUSED = "job.declined"


def go_on(fact: FactRow, at: datetime) -> None:
    """Do the `auto` verb of the state just entered, if the subject still stands in it."""
    to = fact.data.get("to")
    if not to:
        return
    noun = fact.kind.split(".")[0]
    subject: Request | Job | None = None
    if noun == "request" and fact.request_id:
        subject = Request.objects.filter(id=fact.request_id, state=to).first()
    elif noun == "job" and fact.job_id:
        subject = Job.objects.filter(id=fact.job_id, state=to).first()
    if subject is None or goes_by_hand(fact.kind, subject):
        return
    auto = flow_of(subject.flow).stage(noun, subject.state).auto
    if not auto or auto == DISPATCHED:
        return
    act = do_request if noun == "request" else do_job
    try:
        act(subject.id, auto, by=SYSTEM, at=at)
    except Refusal:
        # Somebody was quicker, or nobody can be asked: the clock of the state goes on with it.
        return


def replace_refuser(fact: FactRow, at: datetime) -> None:
    """A no is followed by the next asking at once; nobody waits for the clock.

    When others are still thinking and no team is left to ask, they are waited for.
    """
    if fact.kind != REFUSED or fact.job_id is None:
        return
    job = Job.objects.filter(id=fact.job_id, state=JobState.OFFERED).first()
    if job is None:
        return
    thinking = open_offers(job).exists()
    try:
        do_job(job.id, "widen", by=SYSTEM, at=at, replace=True)
    except Refusal:
        if thinking:
            return
        try:
            do_job(job.id, "escalate", by=SYSTEM, at=at)
        except Refusal:
            return
