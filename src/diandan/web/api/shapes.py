"""形状: what comes in over the API. Shapes only; every rule is an action's.

Text that no database can hold (a null character, half a surrogate pair) is refused here by name.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StrictInt
from pydantic_core import PydanticCustomError

from diandan.path.ask.models import Urgency

ID_MAX = 2**62


def _storable(text: str) -> str:
    if any(c == "\x00" or unicodedata.category(c) == "Cs" for c in text):
        raise PydanticCustomError("null_character", "null character")
    return text


Text = Annotated[str, AfterValidator(_storable), Field(max_length=20_000)]
Short = Annotated[str, AfterValidator(_storable), Field(max_length=400)]
Number = Annotated[int, Field(ge=1, le=ID_MAX)]
Moment = AwareDatetime


class Asked(Schema):
    """Whatever else is sent is a mistake worth telling: an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Asked):
    """No words are needed."""


class Reason(Asked):
    """Why, in words the other side will read."""

    reason: Text = ""


class Refuse(Asked):
    """不受理: why, and whose job it is."""

    reason: Text
    whose: Short = ""


class Said(Asked):
    """Words."""

    text: Text = ""


class Outcome(Asked):
    """What came of it."""

    outcome: Text


class Solved(Asked):
    """外部热线的结果: solved there, or given back to us."""

    outcome: Text
    solved: bool


class Note(Asked):
    """A reviewer's note."""

    note: Text = ""


class Score(Asked):
    """好差评: 5 非常满意 … 1 非常不满意."""

    score: StrictInt
    text: Text = ""


class DraftIn(Asked):
    """制单: what is left out is taken from the request and its kind; `others` are merged in."""

    title: Short = ""
    plan: Text = ""
    headcount: StrictInt | None = Field(None, ge=-1_000_000, le=1_000_000)
    minutes: StrictInt | None = Field(None, ge=1, le=10_000)
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    others: list[UUID] = Field(default_factory=list, max_length=200)


class OfferIn(Asked):
    """派单: to teams, to all (抢单), or with nothing named to the best ranked."""

    team_ids: list[UUID] = Field(default_factory=list, max_length=200)
    open_claim: bool = False
    overruled: Short = ""


class People(Asked):
    """配单: members of the team, by their ids."""

    person_ids: list[UUID] = Field(max_length=200)


class Accept(Asked):
    """接单: which team, for who leads several."""

    team_id: UUID | None = None


class Decline(Asked):
    """这次不行: one of busy, far, skill, hands, other."""

    reason: Short = ""
    text: Text = ""


class Step(Asked):
    """What a step on a task may need."""

    reason: Text = ""
    code: Short = ""
    note: Text = ""
    to: UUID | None = None


class IncidentIn(Asked):
    """报告情况."""

    text: Text
    is_urgent: bool = False


class Kind(Asked):
    """A kind of service by its code."""

    kind: Short


class ProposeIn(Asked):
    """Her own words, and the station she is at if known."""

    words: Text
    place: Number | None = None


class Proxy(Asked):
    """代办: for whom, and how she agreed."""

    name: Short
    phone: Short = ""
    how: Short
    consent_note: Text
    read_back: bool = False


class WishIn(Asked):
    """点单."""

    words: Text
    place: Number
    kind: Short = ""
    item: UUID | None = None
    urgency: Urgency = Urgency.NORMAL
    people_count: StrictInt = 1
    wanted_from: Moment | None = None
    wanted_until: Moment | None = None
    street: Short = ""
    door: Short = ""
    may_come: Short = ""
    on_behalf: Proxy | None = None


class WhistleIn(Asked):
    """吹哨: which units, what, and by when."""

    unit_ids: list[Number] = Field(max_length=50)
    question: Text
    due_at: datetime


class CallIn(Asked):
    """回访."""

    reached: bool
    note: Text = ""
