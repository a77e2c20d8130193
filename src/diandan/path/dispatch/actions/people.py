"""问到个人: open a call, ask the next volunteers, end it. An ask may be declined without penalty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person, Volunteer
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden
from diandan.path.bundle.facts import job_fact
from diandan.path.bundle.models import Job

from ..core import Ranked, why_of
from ..models import DeclineReason, NoDirectAsk, Offer, PeopleCall, PersonAsk

Ask = PersonAsk.State


@transaction.atomic
def open_call(job: Job, *, by: Actor, at: datetime) -> PeopleCall:
    """Volunteers of a locked `job` are asked themselves from now on; who and how many, its rounds say.

    Raises Refusal `asking_already` when they are being asked.
    """
    if PeopleCall.objects.filter(job=job, state=PeopleCall.State.OPEN).exists():
        raise conflict("asking_already", _("正在逐个问志愿者,请等他们回复。"))
    return PeopleCall.objects.create(job=job, opened_by_id=by.person_id, opened_at=at)


@transaction.atomic
def ask_people(
    call: PeopleCall,
    chosen: Iterable[Ranked],
    *,
    looked: Mapping[str, int],
    by: Actor,
    at: datetime,
) -> int:
    """Ask these volunteers, each once; keep how many could be asked. Returns how many were."""
    rows = PersonAsk.objects.bulk_create(
        (
            PersonAsk(
                call=call,
                job=call.job,
                person_id=row.candidate.team_id,
                why=why_of(row),
                asked_at=at,
            )
            for row in chosen
        ),
        ignore_conflicts=True,
    )
    if dict(looked) != call.looked:
        call.looked = dict(looked)
        call.save(update_fields=["looked"])
    made = PersonAsk.objects.filter(id__in=[row.id for row in rows])
    announce(
        *(
            job_fact(call.job, "ask_person", by, at, {"ask": str(row.id)}, person_id=row.person_id)
            for row in made
        )
    )
    return len(made)


@transaction.atomic
def decline_ask(ask: PersonAsk, *, reason: DeclineReason, by: Actor, at: datetime) -> None:
    """这次不行, also after a yes that was not needed yet; thanks, and no mark against anyone."""
    check_own(ask, by)
    if ask.state not in (Ask.OPEN, Ask.AGREED):
        raise conflict(
            "answered_before",
            _("这次邀请现在是「%(state)s」,不用再回复。") % {"state": Ask(ask.state).label},
        )
    answer(ask, Ask.DECLINED, at, reason=reason)
    announce(
        job_fact(ask.job, "decline_person", by, at, {"ask": str(ask.id)}, person_id=ask.person_id)
    )


@transaction.atomic
def fill_call(job: Job, *, by: Actor, at: datetime) -> None:
    """Enough said yes: who has not answered yet is told that there are."""
    _end(job, PeopleCall.State.FILLED, (Ask.OPEN,), Ask.TAKEN, by, at)


@transaction.atomic
def end_call(job: Job, *, became: Offer.State, by: Actor, at: datetime) -> None:
    """A locked `job` was taken by a team or called off; whoever was asked, or agreed, is told."""
    state = Ask.TAKEN if became == Offer.State.TAKEN else Ask.RECALLED
    _end(job, PeopleCall.State.ENDED, (Ask.OPEN, Ask.AGREED), state, by, at)


def _end(
    job: Job,
    call_state: PeopleCall.State,
    ends: tuple[PersonAsk.State, ...],
    state: PersonAsk.State,
    by: Actor,
    at: datetime,
) -> None:
    call = PeopleCall.objects.filter(job=job, state=PeopleCall.State.OPEN).first()
    if call is None:
        return
    call.state = call_state
    call.ended_at = at
    call.save(update_fields=["state", "ended_at"])
    left = call.asks.filter(state__in=ends)
    told = [str(i) for i in left.order_by("id").values_list("id", flat=True)]
    left.update(state=state, answered_at=at)
    announce(job_fact(job, "end_call", by, at, {"call": str(call.id), "asks": told}))


@transaction.atomic
def no_direct_ask(wish: bool, *, by: Actor, at: datetime) -> bool:
    """From now on only a leader asks her (`wish`), or the house may again; True if changed."""
    if by.person_id is None or not Volunteer.objects.filter(person_id=by.person_id).exists():
        raise Refusal("no_volunteer", _("您还没有报名成为志愿者。"))
    Person.objects.select_for_update(no_key=True).get(id=by.person_id)
    open_ = NoDirectAsk.objects.filter(person_id=by.person_id, ended_at=None)
    if wish == open_.exists():
        return False
    if wish:
        NoDirectAsk.objects.create(person_id=by.person_id, asked_at=at)
    else:
        open_.update(ended_at=at)
    return True


def check_own(ask: PersonAsk, by: Actor) -> None:
    """An ask is answered by whom it was put to, herself."""
    if by.person_id is None or by.person_id != ask.person_id:
        raise forbidden(_("这份邀请是给本人的,只有本人能回复。"))


def answer(ask: PersonAsk, state: PersonAsk.State, at: datetime, *, reason: str = "") -> None:
    """Keep what became of an ask."""
    ask.state, ask.answered_at, ask.reason = state, at, reason
    ask.save(update_fields=["state", "answered_at", "reason"])


def agreed_on(call: PeopleCall) -> list[UUID]:
    """The asks that were answered yes, the first yes first."""
    rows = call.asks.filter(state=Ask.AGREED).order_by("answered_at", "id")
    return list(rows.values_list("id", flat=True))
