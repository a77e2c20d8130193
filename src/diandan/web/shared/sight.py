"""原话: who meets a resident's own words as part of her work, on every surface alike.

Whoever works on an order reads what was asked, and so does who judges how it was done. An
auditor judges states, times and reasons: the pages and the API keep the words from her, and she
opens them on the desk, one order at a time, by an act that is written down.
"""

from __future__ import annotations

from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.people.models import Role
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job

READERS = STAFF_ROLES | {Role.EXPERT}


def reads_words(by: Actor, subject: Request | Job) -> bool:
    """Whether she meets the words as part of her work: all who may see the order but an auditor."""
    path = subject.place.path
    return by.holds(READERS, path) or not by.holds({Role.AUDITOR}, path)
