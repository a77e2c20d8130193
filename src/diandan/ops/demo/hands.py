"""人手: who of the cast may do a verb now, and a seeded coin for whether she does."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from diandan.flow.authority import may
from diandan.flow.choice import flow_of
from diandan.flow.clocks import noun_of
from diandan.flow.conductor import do_job, do_request
from diandan.ground.people import queries as people
from diandan.ground.people.actor import Actor
from diandan.kit.refusal import Refusal
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job

from .furnish import House


class Hands:
    """The staff and leaders of a house at the moment `at`."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.random = house.cast.random
        self.at: datetime = house.cast.at
        self.is_eager = False
        self._actors: dict[UUID, Actor] = {}
        self.staff = [row.id for rows in house.staff.values() for row in rows]

    def chance(self, of: float) -> bool:
        """Whether something with probability `of` happens; always, when the hour is late."""
        return self.is_eager or self.random.random() < of

    def actor(self, person_id: UUID) -> Actor:
        """Her as an actor; kept, because nobody's roles change during the month."""
        if person_id not in self._actors:
            self._actors[person_id] = people.actor_for(person_id, self.at)
        return self._actors[person_id]

    def who_may(
        self, subject: Request | Job, verb: str, *, but: UUID | None = None
    ) -> Actor | None:
        """The first of the staff who may do `verb` now, other than `but`."""
        flow = flow_of(subject.flow)
        stage = flow.stage(noun_of(subject), subject.state)
        if verb not in stage.ways:
            return None
        for person_id in self.staff:
            by = self.actor(person_id)
            if person_id != but and may(flow, stage, verb, subject, by):
                return by
        return None

    def request(self, row: Request, verb: str, by: Actor | None, **words: Any) -> bool:
        """Do a verb on a request; False when it was refused: somebody or the clock was quicker."""
        return by is not None and self._do(do_request, row.id, verb, by, words)

    def job(self, row: Job, verb: str, by: Actor | None, **words: Any) -> bool:
        """As `request`, on a job."""
        return by is not None and self._do(do_job, row.id, verb, by, words)

    def _do(self, do: Any, key: UUID, verb: str, by: Actor, words: dict[str, Any]) -> bool:
        try:
            do(key, verb, by=by, at=self.at, **words)
        except Refusal:
            return False
        return True
