"""接线板: which handler gets which facts. Facts go up only here; there are no signal receivers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol

from diandan.ground.places.models import Kind, Place
from diandan.ground.record.actions.chain import chain_handler
from diandan.ground.record.actions.hand_out import Kinds
from diandan.ground.record.models import FactRow

from . import (
    backups,
    books,
    doubting,
    hotline,
    hour_notices,
    notice_certificates,
    notices,
    own_notices,
    rewards,
    savings,
    steps,
)

Handler = Callable[[FactRow], None]


class Timed(Protocol):
    """A handler that is told when it is called, beside when the fact happened."""

    def __call__(self, fact: FactRow, at: datetime) -> None:
        """Do what follows from `fact`; called once a fact, in a transaction of its own."""


#: The handler that moves an order on; under load the worker lets it have the facts first.
STEPS = "steps.go_on"
HANDLERS: Mapping[str, tuple[Timed, frozenset[str]]] = {
    STEPS: (steps.go_on, frozenset({"request.", "job."})),
    "steps.replace_refuser": (steps.replace_refuser, frozenset({steps.REFUSED})),
    "backups.look_after": (backups.look_after, backups.LOOK_AGAIN),
    "notices.tell_of": (notices.tell_of, notices.TOLD),
    "notice_certificates.tell_officers": (
        notice_certificates.tell_officers,
        frozenset(notice_certificates.TO_OFFICERS),
    ),
    "hotline.report_end": (hotline.report_end, frozenset(hotline.ENDS)),
    "doubting.look_after": (doubting.look_after, frozenset({doubting.RATED})),
    books.HANDLER: (books.earn_for, books.LOOKS_AGAIN | {books.RATED}),
    "books.share_out": (books.share_out, frozenset({books.POSTED})),
    "books.look_at_absent": (books.look_at_absent, frozenset({books.SERVED})),
    "hour_notices.tell_hours": (hour_notices.tell_hours, frozenset(hour_notices.HERS)),
    "savings.save_for": (savings.save_for, frozenset({savings.POSTED, savings.CORRECTED})),
    "savings.follow_paid": (
        savings.follow_paid,
        savings.SERVED | savings.ENDED | {savings.CHECKED_OUT},
    ),
    "rewards.look_at_star": (rewards.look_at_star, frozenset({rewards.POSTED})),
    "own_notices.tell_own": (own_notices.tell_own, frozenset(own_notices.OWN_NOTICES)),
}
#: Which facts each of them has; the chain has them all. What a handler does with a kind that is
#: not its own is nothing, which a test holds for every kind there is.
KINDS: Kinds = {name: kinds for name, (_handle, kinds) in HANDLERS.items()}


def handlers_at(at: datetime) -> dict[str, Handler]:
    """The handlers as the relay calls them at `at`; the chain comes last, as it asks."""
    wired: dict[str, Handler] = {
        name: partial(handle, at=at) for name, (handle, _kinds) in HANDLERS.items()
    }
    # Many facts of a turn are of one place, which does not change its centre meanwhile.
    wired["record.chain"] = chain_handler(functools.cache(centre_id_of))
    return wired


def centre_id_of(place_id: int) -> int:
    """The centre whose chain a fact of this place belongs to; the root where there is none."""
    place = Place.objects.get(id=place_id)
    ids = place.ancestor_ids
    centre = Place.objects.filter(id__in=ids, kind=Kind.CENTER).first()
    return centre.id if centre else ids[0]
