"""时间银行在单子上: what was served is saved, what was paid with coins is taken or given back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from diandan.ground.people.actions.proxy import person_for_proxy
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Consent, Person
from diandan.ground.people.queries import consents_of, masked_name
from diandan.ground.record.models import FactRow
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel, Request
from diandan.path.ask.states import RequestState
from diandan.path.ledger.models import Grade, Ledger, Transfer
from diandan.square.bank.actions import cross
from diandan.square.bank.actions.deposit import deposit, take_back
from diandan.square.bank.actions.spend import give_back, hold_for, take

from .conductor import place_request

# The visit took place: what was given is taken. A reopening afterwards costs nothing more.
SERVED = frozenset({"request.served", "request.rated", "request.settled", "request.closed"})
# Nobody will come for it as it stands. Unmet may be tried again, but holds nobody's coins.
ENDED = frozenset({"request.withdrawn", "request.refused", "request.found_unmet"})
CHECKED_OUT = "job.checked_out"  # the last volunteer may leave after the order was called served
POSTED, CORRECTED = "hours.posted", "hours.corrected"
OVER = (RequestState.SERVED, RequestState.RATED, RequestState.CLOSED)


@transaction.atomic
def redeem(
    *, wish: Wish, payer: Person, served: Person, consent_note: str, by: Actor, at: datetime
) -> Request:
    """Place a real order and hold the coins for it, or do neither.

    For a relative it goes through the family's door: with her consent written down, as any order
    somebody places for another.
    """
    if served.id != payer.id:
        person_for_proxy(
            name=masked_name(served).rstrip("*") or "亲",
            phone=None,
            home=wish.place,
            at=at,
            by=by,
            consent_note=consent_note,
            how="family",
            same_as=served,
        )
        given = (c for c in consents_of(served.id) if c.about == Consent.About.PROXY_ORDER)
        wish = replace(wish, channel=Channel.FAMILY, consent=next(given), read_back=True)
    request = place_request(wish=wish, requester=served, by=by, at=at)
    hold_for(request, payer=payer, by=by, at=at)
    return request


def save_for(fact: FactRow, at: datetime) -> None:
    """Verified minutes were posted, or corrected: the coins that follow from them."""
    if fact.data.get("ledger") != Ledger.MINUTES or "transfer" not in fact.data:
        return
    row_id = UUID(fact.data["transfer"])
    if fact.kind == POSTED and fact.data.get("grade") == Grade.VERIFIED:
        task_id = Transfer.objects.filter(id=row_id).values_list("task_id", flat=True).first()
        if task_id is not None:
            deposit(task_id, at=at)
    elif fact.kind == CORRECTED:
        take_back(row_id, at=at)


def follow_paid(fact: FactRow, at: datetime) -> None:
    """An order came to an end: the coins held for it are taken, or hers again."""
    if fact.kind == CHECKED_OUT and fact.job_id:
        for request in requests_of_id(fact.job_id):
            take(request, at=at)
        return
    if not fact.kind.startswith("request.") or fact.request_id is None:
        return
    act = _act_for(fact)
    if act is not None:
        act(fact.request_id, at)


def requests_of_id(job_id: UUID) -> list[UUID]:
    """Orders of this job that were called served before its last volunteer left."""
    rows = Request.objects.filter(bonds__job_id=job_id, state__in=OVER)
    return list(rows.values_list("id", flat=True).distinct())


def _act_for(fact: FactRow) -> Callable[[UUID, datetime], object] | None:
    if fact.kind in SERVED:
        return lambda request_id, at: take(request_id, at=at)
    if fact.kind in ENDED:
        return lambda request_id, at: give_back(request_id, at=at)
    return None


def sweep(*, at: datetime) -> int:
    """End crossings that a process left open."""
    return cross.end_open(at=at)
