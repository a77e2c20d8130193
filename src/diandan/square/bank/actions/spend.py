"""取: coins are held when an order is placed, taken when it was served, and else given back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, forbidden
from diandan.kit.units import local
from diandan.path.ask.models import Request
from diandan.path.fulfil.models import Attendance
from diandan.path.ledger.actions.move import Move, move, name_of, settle
from diandan.path.ledger.models import Reason, Transfer
from diandan.path.ledger.proving import presence_minutes

from ..core import is_of_age
from ..facts import coins_fact
from ..models import Redemption
from ..queries import purse, redemption_of, relatives_of, source
from ..rulebook import rules_for

Phase = Transfer.Phase
State = Redemption.State


def check_may_use(payer: Person, served: Person, centre: Place, at: datetime) -> None:
    """Coins are used from sixty, for herself or a relative an officer confirmed."""
    rules = rules_for(centre)
    if served.id != payer.id and served.id not in {
        row.other_id for row in relatives_of(payer.id, centre, rules.redeem_for)
    }:
        raise Refusal(
            "not_a_relative",
            _("只能给自己或已核对的亲属使用。请先申报亲属关系,由实践站核对。"),
            field="served",
        )
    day = local(at).date()
    if not is_of_age(served.born_on, day, rules.redeem_age_min):
        if served.born_on is None:
            sentence = _("还没有登记被服务人的出生日期,请先补填,或到实践站登记。")
        else:
            sentence = _("年满%(age)d岁才能使用时间币。") % {"age": rules.redeem_age_min}
        raise Refusal("too_young_to_use", sentence, field="served")


@transaction.atomic
def hold_for(request: Request, *, payer: Person, by: Actor, at: datetime) -> Redemption:
    """Hold as many minutes as the service is planned for. The order stays an order like any."""
    if by.person_id != payer.id:
        raise forbidden(_("时间币只能由本人使用。"), "own_act_only")
    rules = rules_for(request.centre)
    if rules.kinds and request.kind.code not in rules.kinds:
        raise Refusal(
            "kind_not_served", _("这项服务不在时间银行的服务类别里,可以直接点单。"), field="kind"
        )
    check_may_use(payer, request.requester, request.centre, at)
    minutes = request.kind.minutes
    wanted = Move(
        id=name_of("bank", "hold", request.id),
        debit=purse(payer, request.centre, at),
        credit=source(request.centre, at),
        amount=minutes,
        reason=Reason.REDEEM,
        phase=Phase.PENDING,
        notice_until=at,
        data={"request": str(request.id)},
    )
    row = Redemption.objects.create(
        request=request,
        centre=request.centre,
        payer=payer,
        served=request.requester,
        minutes=minutes,
        hold=move(wanted, by=by, at=at),
        at=at,
    )
    _announce(row, "held", minutes, by, at)
    return row


@transaction.atomic
def take(request_id: UUID, *, at: datetime) -> Redemption | None:
    """It was served: what was really given is taken, never more than was held."""
    row = _held(request_id)
    if row is None:
        return None
    visits = _newest_visits(request_id)
    if any(seen.out_at is None for seen in visits):
        return row  # somebody is still there; her leaving brings us here again
    given = max((presence_minutes(seen) for seen in visits), default=0)
    if not given:
        return give_back(request_id, at=at)
    row.used = min(row.minutes, given)
    if row.used == row.minutes:
        settle(row.hold, Phase.POSTING, by=SYSTEM, at=at)
    else:
        settle(row.hold, Phase.VOIDING, by=SYSTEM, at=at)
        wanted = Move(
            id=name_of("bank", "used", request_id),
            debit=row.hold.debit,
            credit=row.hold.credit,
            amount=row.used,
            reason=Reason.REDEEM,
            data={"request": str(request_id)},
        )
        move(wanted, by=SYSTEM, at=at)
    return _end(row, State.PAID, "used", row.used, at)


@transaction.atomic
def give_back(request_id: UUID, *, at: datetime) -> Redemption | None:
    """It was not served: every held minute is hers again."""
    row = _held(request_id)
    if row is None:
        return None
    settle(row.hold, Phase.VOIDING, by=SYSTEM, at=at)
    return _end(row, State.GIVEN_BACK, "given_back", row.minutes, at)


def _held(request_id: UUID) -> Redemption | None:
    """The row, locked, while its coins are held."""
    locked = Redemption.objects.select_for_update(of=("self",)).filter(
        request_id=request_id, state=State.HELD
    )
    return redemption_of(request_id) if locked.first() is not None else None


def _newest_visits(request_id: UUID) -> list[Attendance]:
    """Who came last time: two helpers for one hour are one hour, so the longest counts."""
    rows = Attendance.objects.filter(task__engagement__job__bonds__request_id=request_id)
    newest = rows.aggregate(last=Max("task__engagement__accepted_at"))["last"]
    return list(rows.filter(task__engagement__accepted_at=newest).distinct())


def _end(
    row: Redemption, state: Redemption.State, happened: str, minutes: int, at: datetime
) -> Redemption:
    row.state, row.ended_at = state, at
    row.save(update_fields=["state", "used", "ended_at"])
    _announce(row, happened, minutes, SYSTEM, at)
    return row


def _announce(row: Redemption, happened: str, minutes: int, by: Actor, at: datetime) -> None:
    announce(
        coins_fact(
            happened,
            centre=row.centre,
            person_id=row.payer_id,
            minutes=minutes,
            by=by,
            at=at,
            request_id=row.request_id,
        )
    )
