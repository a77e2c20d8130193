"""离开: a person is forgotten only when no order of hers still waits on anybody.

She asks; for a few days she may change her mind; then it is done, and written on the list that
lies outside the database (`people/erased.py`). Over a restored backup the list is replayed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from diandan.ground.notify.models import Message
from diandan.ground.people import erased
from diandan.ground.people.actions.forget import FORGOTTEN, check_free, erase, forget
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.erasure import Erasure
from diandan.ground.people.models import Person
from diandan.ground.people.policies import check_own_act
from diandan.kit.refusal import Refusal, conflict
from diandan.path.ask.models import Request, Standing, Words
from diandan.path.ask.states import RequestState
from diandan.path.assess.models import HotlineCase, Whistle
from diandan.path.bundle.models import Job
from diandan.path.engage.models import Task
from diandan.path.fulfil.models import Attendance
from diandan.path.grade.models import CallBack, FollowUp, Rating
from diandan.path.ledger.models import Objection

from .erasing import clean_files, sweep, who_is

log = logging.getLogger(__name__)

# Withdrawn, refused and closed wait on nobody; an unmet need she may still take back herself.
DONE = (RequestState.WITHDRAWN, RequestState.CLOSED, RequestState.REFUSED)
FORGOTTEN_WORDS = "〔已按本人要求删除〕"
#: Long enough to change one's mind, well under the 15 working days regulators look at.
COOLING_OFF = timedelta(days=7)


def check_may_leave(person: Person, at: datetime) -> None:
    """Raises `open_orders` naming what is still open, `holds_roles` or `in_teams`."""
    open_ones = Request.objects.filter(requester=person).exclude(state__in=DONE)
    numbers = list(open_ones.order_by("placed_at").values_list("number", flat=True)[:5])
    if numbers:
        raise conflict(
            "open_orders",
            _("您还有没办结的单子(%(numbers)s),请先撤回或等办结后再删除。")
            % {"numbers": "、".join(numbers)},
        )
    if Standing.objects.filter(person=person, ended_at=None).exists():
        raise conflict("open_orders", _("您还有定期服务在进行,请先停止。"))
    check_free(person, at)


@transaction.atomic
def ask_to_be_forgotten(*, person: Person, by: Actor, at: datetime) -> Erasure:
    """She asks; it is done when the days are over, unless she stops it."""
    check_own_act(by, person)
    check_may_leave(person, at)
    row, _new = Erasure.objects.update_or_create(
        person=person,
        defaults={"asked_at": at, "due_at": at + COOLING_OFF, "stopped_at": None},
    )
    return row


@transaction.atomic
def stop_forgetting(*, person: Person, by: Actor, at: datetime) -> None:
    """She changed her mind."""
    check_own_act(by, person)
    Erasure.objects.filter(person=person, done_at=None).update(stopped_at=at)


def asked_erasure(person_id: UUID) -> Erasure | None:
    """What she asked for and has neither stopped nor seen done."""
    return Erasure.objects.filter(person_id=person_id, done_at=None, stopped_at=None).first()


def forget_person(*, person: Person, by: Actor, at: datetime) -> Person:
    """忘记我, at once: her key is destroyed, and what she wrote in her orders goes with it.

    Numbers, states and facts stay, so that the centre's sums still hold. Raises Refusal
    `open_orders` naming what is still open, and what `people.forget` raises.
    """
    with transaction.atomic():
        check_may_leave(person, at)
        return _forget(person, partial(forget, person=person, at=at, by=by))


def erase_due(*, at: datetime) -> int:
    """Everybody whose days are over; who has an open order again waits until it is closed."""
    done = 0
    due = Erasure.objects.filter(done_at=None, stopped_at=None, due_at__lte=at)
    for person in Person.objects.filter(id__in=due.values("person_id")).order_by("id"):
        try:
            with transaction.atomic():
                check_may_leave(person, at)
                _forget(person, partial(erase, person=person, at=at, by=SYSTEM))
        except Refusal as no:
            log.info("an erasure waits: %s", no.code)
        else:
            done += 1
    return done + keep_list()


def replay(*, at: datetime) -> int:
    """Forget again everybody on the list whom an older backup brought back."""
    back = to_replay()
    for person in back:
        with transaction.atomic():
            _forget(person, partial(erase, person=person, at=at, by=SYSTEM))
    keep_list()
    return len(back)


def to_replay() -> list[Person]:
    """Who is on the list and yet readable: while there is one, nothing is served."""
    on_list = Person.objects.filter(id__in=list(erased.erased()))
    return list(on_list.exclude(frozen_why=FORGOTTEN).order_by("id"))


def keep_list() -> int:
    """Write down on the list who was forgotten; what a crash left out comes with the next."""
    done = Erasure.objects.exclude(done_at=None).values_list("person_id", "done_at")
    known = erased.erased()
    new = [(person, at) for person, at in done if at is not None and person not in known]
    return erased.add(new) if new else 0


def _forget(person: Person, act: Callable[[], Person]) -> Person:
    requests = Request.objects.filter(requester=person)
    jobs = Job.objects.filter(Q(bonds__request__in=requests) | Q(engagements__tasks__person=person))
    ids = [*requests.values_list("id", flat=True), *jobs.values_list("id", flat=True)]
    who = who_is(person, ids)
    _empty_words(person)
    Message.objects.filter(Q(person=person) | Q(phone_hash=person.phone_hash or "-")).delete()
    gone = act()
    left = sweep(who)
    Erasure.objects.filter(person=person).update(left=left)
    transaction.on_commit(lambda: _outside(who.words))
    return gone


def _outside(words: tuple[str, ...]) -> None:
    """What lies outside the database: once it is committed there, it goes here."""
    keep_list()
    clean_files(words)


def _empty_words(person: Person) -> None:
    """Her own words, and words about her orders: whoever wrote them, they are about her."""
    hers = Q(request__requester=person)
    Words.objects.filter(hers).update(text=FORGOTTEN_WORDS)
    Request.objects.filter(requester=person).update(
        words=FORGOTTEN_WORDS,
        title=FORGOTTEN_WORDS,
        street="",
        door_enc=b"",
        may_come="",
        reason="",
        whose="",
    )
    Job.objects.filter(bonds__request__requester=person, is_project=False).update(
        title=FORGOTTEN_WORDS, plan="", reason=""
    )
    Standing.objects.filter(person=person).update(title=FORGOTTEN_WORDS, words=FORGOTTEN_WORDS)
    Rating.objects.filter(hers | Q(by=person)).update(text="")
    FollowUp.objects.filter(hers).update(words="", settlement="")
    CallBack.objects.filter(hers).update(note="")
    Whistle.objects.filter(hers).update(question=FORGOTTEN_WORDS, answer="")
    HotlineCase.objects.filter(hers).update(outcome="", last_error="")
    Task.objects.filter(person=person).update(reason="")
    Attendance.objects.filter(task__person=person).update(note="")
    Objection.objects.filter(by=person).update(text="")
