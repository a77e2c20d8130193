"""分发: each fact once to each handler, whatever fails and however many workers there are."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, transaction
from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, Value

from ..models import FactFailed, FactHandled, FactRow, FactWaiting

Handler = Callable[[FactRow], None]
#: By handler the kinds of fact it has; one that ends in a point stands for all that begin so.
#: Who is not named has every fact. Most handlers care for a few kinds: who passes over a fact
#: costs it nothing, and that is most of the relay's work.
Kinds = Mapping[str, frozenset[str]]
EVERYTHING: Kinds = {}
log = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(hours=1)
# Which facts a handler may have is a costly question: asked once for so many.
LOOKED_AT_ONCE = 25


def never() -> bool:
    """Nothing more urgent comes."""
    return False


def hand_out(
    *,
    handlers: Mapping[str, Handler],
    kinds: Kinds = EVERYTHING,
    at: datetime,
    limit: int = 100,
    only: str = "",
    after: str = "",
    beyond: int = 0,
    until: Callable[[], bool] = never,
) -> int:
    """Hand up to `limit` waiting facts to the handlers that have not had them; returns how many.

    A handler has the facts of its `kinds` and no others; no note is kept of those passed over.
    With `only` nobody but the handler of that name has them now: the urgent one of a house under
    load. With `after` facts are left alone until that handler has had them (or failed): what it
    does is not committed only when the slow ones have done as well. `beyond` passes over what has
    no higher number. It stops early when `until` says that something more urgent waits, after one
    at least.

    One fact a transaction, in the order of their ids, passing over those another worker holds.
    Each handler runs in a savepoint of its own together with the note that it had the fact: what
    it wrote and that note stand or fall as one. A handler that fails waits longer each time and
    holds up neither the other handlers nor the other facts.
    """
    done, last = 0, beyond
    while done < limit:
        ahead = _ahead(kinds, at, last, only, after)[: min(limit - done, LOOKED_AT_ONCE)]
        ids = list(ahead.values_list("fact_id", flat=True))
        for fact_id in ids:
            last = fact_id
            if not _hand_one(fact_id, handlers, kinds, at, only, after):
                continue
            done += 1
            if until():
                return done
        if not ids:
            break
    return done


def _ahead(kinds: Kinds, at: datetime, last: int, only: str, after: str) -> QuerySet[FactWaiting]:
    """What may be handed out now, in order: a first look, made good under each one's lock."""
    rows = _ready(at).filter(fact_id__gt=last)
    if after:
        over = _of(FactHandled, after) | _of(FactFailed, after)
        named = kinds.get(after)
        rows = rows.filter(over if named is None else over | ~_of_kinds(named))
    if only:
        rows = rows.exclude(_of(FactHandled, only)).exclude(_of(FactFailed, only, again_at__gt=at))
        rows = rows.filter(_of_kinds(kinds.get(only)))
    return rows


def _ready(at: datetime) -> QuerySet[FactWaiting]:
    """Waiting facts some handler may have now: new ones, and failed ones whose wait is over."""
    failed = FactFailed.objects.filter(fact_id=OuterRef("fact_id"))
    resting = Exists(failed.filter(again_at__gt=at))
    due = Exists(failed.filter(again_at__lte=at))
    return FactWaiting.objects.filter(~resting | due).order_by("fact_id")


@transaction.atomic
def _hand_one(
    fact_id: int,
    handlers: Mapping[str, Handler],
    kinds: Kinds,
    at: datetime,
    only: str,
    after: str,
) -> bool:
    """Whether this fact was free to be handed out, to whom of them has not had it."""
    rows = FactWaiting.objects.filter(fact_id=fact_id).select_related("fact")
    waiting = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if waiting is None:  # another worker has it, or had it since
        return False
    fact = waiting.fact
    had, failed = _how_far(fact)
    if not _is_free(fact, had, failed, kinds, at, only, after):
        return False
    wanted = [name for name in handlers if wants(kinds, name, fact.kind)]
    for name in wanted:
        if only not in ("", name) or name in had or failed.get(name, at) > at:
            continue
        if _hand(fact, name, handlers[name], at, is_again=name in failed):
            had.add(name)
    if had.issuperset(wanted):
        waiting.delete()
    return True


def _how_far(fact: FactRow) -> tuple[set[str], dict[str, datetime]]:
    """Who has had the fact, and who failed on it and until when he rests; in one query."""
    nothing = Value(None, output_field=DateTimeField())
    had = FactHandled.objects.filter(fact=fact).values_list("handler", nothing)
    failed = FactFailed.objects.filter(fact=fact).values_list("handler", "again_at")
    rows = list(had.union(failed, all=True))
    return {name for name, again in rows if again is None}, {n: a for n, a in rows if a is not None}


def _is_free(
    fact: FactRow,
    had: set[str],
    failed: Mapping[str, datetime],
    kinds: Kinds,
    at: datetime,
    only: str,
    after: str,
) -> bool:
    """`_ahead` once more, of a fact nobody else can touch now."""
    if failed and all(again > at for again in failed.values()):
        return False
    if after and after not in had and after not in failed and wants(kinds, after, fact.kind):
        return False
    return not only or (only not in had and failed.get(only, at) <= at)


def wants(kinds: Kinds, handler: str, kind: str) -> bool:
    """Whether the handler has facts of this kind."""
    named = kinds.get(handler)
    return named is None or kind in named or any(kind.startswith(w) for w in named if w[-1] == ".")


def _of_kinds(named: frozenset[str] | None) -> Q:
    if named is None:
        return Q()
    wanted = Q(fact__kind__in=[kind for kind in named if kind[-1] != "."])
    for beginning in (kind for kind in named if kind[-1] == "."):
        wanted |= Q(fact__kind__startswith=beginning)
    return wanted


def _of(table: type[FactHandled] | type[FactFailed], handler: str, **more: Any) -> Exists:
    return Exists(table.objects.filter(fact_id=OuterRef("fact_id"), handler=handler, **more))


def _hand(fact: FactRow, name: str, handler: Handler, at: datetime, *, is_again: bool) -> bool:
    try:
        with transaction.atomic():
            handler(fact)
            FactHandled.objects.create(fact=fact, handler=name)
            if is_again:
                FactFailed.objects.filter(fact=fact, handler=name).delete()
    # Whatever a handler raises, the other handlers and facts must go on; it is kept and shown.
    except Exception as trouble:
        log.exception("handler %s failed on fact %s (%s)", name, fact.id, fact.kind)
        _keep_failure(fact, name, trouble, at)
        return False
    return True


def _keep_failure(fact: FactRow, name: str, trouble: Exception, at: datetime) -> None:
    row, _new = FactFailed.objects.get_or_create(fact=fact, handler=name, defaults={"again_at": at})
    wait = min(timedelta(seconds=5 * 2 ** min(row.tries, 20)), LONGEST_WAIT)
    # A database error may quote a row's private values; its class and place are enough to look.
    said = "" if isinstance(trouble, Error) else f": {trouble}"
    FactFailed.objects.filter(id=row.id).update(
        tries=F("tries") + 1,
        last_error=f"{type(trouble).__name__}{said}"[:500],
        again_at=at + wait,
    )
