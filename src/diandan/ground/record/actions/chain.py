"""存证链: number each fact of a centre and chain it to the one before, so that tampering shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Max

from ..lock import hold
from ..models import FactLink, FactRow, FactWaiting

# A fact of no place (the system's own) is chained as if of a centre numbered nought.
NOWHERE = 0
START = bytes(32)
LOOKED_BACK = 100_000

CentreOf = Callable[[int], int]


def chain(fact: FactRow, *, centre_of: CentreOf) -> FactLink:
    """Give `fact` the next number of its centre and a digest over it and the link before.

    Handed out like any other handler (list it last: the centre's lock is held until the fact's
    transaction ends). A fact that is linked already keeps its link.
    """
    with transaction.atomic(savepoint=False):  # the relay has one for each handler already
        centre_id = NOWHERE if fact.place_id is None else centre_of(fact.place_id)
        hold(f"fact chain:{centre_id}")
        found = FactLink.objects.filter(fact=fact).first()
        if found is not None:
            return found
        last = FactLink.objects.filter(centre_id=centre_id).order_by("-number").first()
        number = last.number + 1 if last else 1
        before = bytes(last.digest) if last else START
        return FactLink.objects.create(
            fact=fact,
            centre_id=centre_id,
            number=number,
            digest=digest_of(fact, centre_id, number, before),
        )


def chain_handler(centre_of: CentreOf) -> Callable[[FactRow], None]:
    """`chain` as a handler for `hand_out`."""

    def link(fact: FactRow) -> None:
        chain(fact, centre_of=centre_of)

    return link


def digest_of(fact: FactRow, centre_id: int, number: int, before: bytes) -> bytes:
    """SHA-256 over the link before and every column of the fact, as canonical JSON."""
    said = {
        "centre": centre_id,
        "number": number,
        "id": fact.id,
        "kind": fact.kind,
        "at": fact.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "place": fact.place_id,
        "by": str(fact.by_id or ""),
        "person": str(fact.person_id or ""),
        "request": str(fact.request_id or ""),
        "job": str(fact.job_id or ""),
        "team": str(fact.team_id or ""),
        "data": fact.data,
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(before + text.encode()).digest()


def verify_chain(centre_id: int) -> int | None:
    """The number of the centre's first link that does not hold, or None when all hold.

    A changed fact, a changed link and a link taken out are all found; a chain cut at its end is
    told by the head's number and digest, which `head_of` gives to be kept elsewhere.
    """
    before, expected = START, 1
    links = FactLink.objects.filter(centre_id=centre_id).select_related("fact").order_by("number")
    for link in links.iterator(chunk_size=2000):
        good = digest_of(link.fact, centre_id, expected, before)
        if link.number != expected or bytes(link.digest) != good:
            return expected
        before, expected = good, expected + 1
    return None


def head_of(centre_id: int) -> tuple[int, str]:
    """The last number and its digest in hex: what an auditor writes down outside the house."""
    last = FactLink.objects.filter(centre_id=centre_id).order_by("-number").first()
    return (last.number, bytes(last.digest).hex()) if last else (0, START.hex())


def chained_centres() -> list[int]:
    """Every centre that has a chain."""
    return list(
        FactLink.objects.order_by("centre_id").values_list("centre_id", flat=True).distinct()
    )


def unchained_since(at: datetime) -> int:
    """How many facts from `at` or before have no link yet: more than none is an alarm.

    Looks at the queue, and beside it at the newest facts, in case a worker runs without the chain.
    """
    newest = FactRow.objects.aggregate(last=Max("id"))["last"] or 0
    lately = set(
        FactRow.objects.filter(id__gt=newest - LOOKED_BACK, at__lte=at, factlink=None).values_list(
            "id", flat=True
        )
    )
    queued = set(
        FactWaiting.objects.filter(fact__at__lte=at, fact__factlink=None).values_list(
            "fact_id", flat=True
        )
    )
    return len(lately | queued)
