"""转人工: when the house does not take the automatic step, because a person should look first."""

from __future__ import annotations

from diandan.path.ask.models import Request
from diandan.path.bundle.models import Bond, Job
from diandan.path.bundle.states import JobState

# A person took it out of the automatic way, or it failed once; what comes next is hers to say.
BY_HAND_AFTER = ("request.unarranged", "request.taken_back", "request.reopened")


def goes_by_hand(fact_kind: str, subject: Request | Job) -> bool:
    """Whether the step after this fact is a person's: a reopened need is offered by a person."""
    if fact_kind in BY_HAND_AFTER:
        return True
    if isinstance(subject, Request) or subject.state != JobState.READY:
        return False
    return Bond.objects.filter(job=subject, left_at=None, request__reopened__gt=0).exists()
