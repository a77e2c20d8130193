"""定期服务: arranged once for a named person who consented; every occurrence is a request again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Consent, Person
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, forbidden
from diandan.kit.units import local

from ..core import clean_words
from ..core_standing import AHEAD_MAX_DAYS, first_from, first_on, next_on
from ..models import Standing
from ..policies import check_standing, check_standing_consent
from ..queries_regular import due_standings

TITLE_MAX = 60


@dataclass(frozen=True, slots=True)
class StandingWish:
    """What is to come round: from which day on, how often, and how long before it is ordered."""

    kind: ServiceKind
    place: Place
    words: str
    rhythm: Standing.Rhythm
    from_on: date
    title: str = ""
    at_time: time | None = None
    days_ahead: int = 7


@transaction.atomic
def arrange_standing(
    *, person: Person, wish: StandingWish, consent: Consent, by: Actor, at: datetime
) -> Standing:
    """Keep a standing order for `person`, who consented to being visited regularly.

    Raises Refusal `consent_missing` or `consent_withdrawn`, `monthly_day` for a day not every
    month has, `birth_missing` for a birthday that is not known.
    """
    check_standing(by, person, wish.place)
    check_standing_consent(consent, person)
    if by.person_id is None:
        raise forbidden(_("定期服务要由具体的人来安排。"), "person_needed")
    if person.frozen_at is not None:
        raise Refusal("frozen", _("这份个人记录已冻结,请先到窗口核实。"))
    if wish.rhythm not in Standing.Rhythm.values:
        raise Refusal("unknown_rhythm", _("请选择多久一次。"), field="rhythm")
    if not 0 <= wish.days_ahead <= AHEAD_MAX_DAYS:
        raise Refusal("days_ahead", _("提前天数请填0到60。"), field="days_ahead")
    if wish.from_on < local(at).date():
        raise Refusal("window_past", _("开始日期已经过去了,请选今天以后的日期。"), field="from_on")
    standing = Standing.objects.create(
        person=person,
        kind=wish.kind,
        place=wish.place,
        title=(" ".join(wish.title.split()) or wish.kind.name)[:TITLE_MAX],
        words=clean_words(wish.words),
        rhythm=wish.rhythm,
        at_time=wish.at_time,
        next_on=first_on(wish.rhythm, wish.from_on, person.born_on),
        days_ahead=wish.days_ahead,
        consent=consent,
        made_by_id=by.person_id,
        made_at=at,
    )
    announce(_fact(standing, "arranged", by, at))
    return standing


@transaction.atomic
def end_standing(standing: Standing, *, by: Actor, at: datetime) -> Standing:
    """No more occurrences. What was ordered already goes its own way. Ended twice it is ended."""
    check_standing(by, standing.person, standing.place)
    if standing.ended_at is None:
        standing.ended_at = at
        standing.save(update_fields=["ended_at"])
        announce(_fact(standing, "ended", by, at))
    return standing


def occurrences_due(on: date, limit: int = 200) -> list[Standing]:
    """The standing orders whose occurrence on `next_on` is to be ordered on the day `on`.

    The conductor locks each, places its request (channel STANDING) and calls `roll_on`. One whose
    consent was withdrawn, or whose person is frozen, is not among them.
    """
    return list(due_standings(on)[:limit])


@transaction.atomic
def roll_on(standing: Standing, on: date, *, at: datetime, is_missed: bool = False) -> Standing:
    """The occurrence on `next_on` was ordered, or went by unordered: stand at the next one.

    The next one is the first after it that is not before `on`. A missed one is announced as such.
    """
    was = standing.next_on
    born_on = standing.person.born_on
    standing.next_on = first_from(
        standing.rhythm, next_on(standing.rhythm, was, born_on), on, born_on
    )
    standing.save(update_fields=["next_on"])
    happened = "missed" if is_missed else "came_round"
    announce(_fact(standing, happened, SYSTEM, at, was_on=was.isoformat()))
    return standing


def _fact(standing: Standing, happened: str, by: Actor, at: datetime, **data: str) -> Fact:
    return Fact(
        kind=f"standing.{happened}",
        at=at,
        place_id=standing.place_id,
        by_id=by.person_id,
        person_id=standing.person_id,
        data={"standing": str(standing.id), "next_on": standing.next_on.isoformat(), **data},
    )
