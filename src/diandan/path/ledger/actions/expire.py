"""到期: points that a centre's rules let expire go back to it, after a warning a month ahead.

Only points that came while such a rule held: what was earned before it was chosen never expires
(domain §5-9: the policy is shown before earning). The oldest are used first, so what was spent
counts against the oldest, and no lot has to be kept.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum

from diandan.ground.people.actor import SYSTEM
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.lock import hold
from diandan.ground.record.models import FactRow
from diandan.kit.clock import SHANGHAI
from diandan.kit.fact import Fact
from diandan.kit.units import local

from ..models import Account, Ledger, Reason, RuleChoice, Transfer
from ..rulebook import chosen_rules
from .move import Move, account_of, move, name_of

WARNED_AHEAD = timedelta(days=30)
EXPIRED = "expired"
MOVED = (Transfer.Phase.DIRECT, Transfer.Phase.POSTING)


def expire_due(*, at: datetime) -> int:
    """Move what is over, warn of what soon will be; returns how many rows and warnings."""
    done = 0
    centres = RuleChoice.objects.values_list("centre", flat=True).distinct()
    for centre in Place.objects.filter(id__in=list(centres)):
        choices = RuleChoice.objects.filter(centre=centre, from_on__lte=local(at).date())
        choice = choices.order_by("-from_on", "-at").first()
        months = chosen_rules(choice).points_months if choice else 0
        if choice is None or not months:
            continue
        held_since = datetime.combine(choice.from_on, datetime.min.time(), SHANGHAI)
        accounts = Account.objects.filter(
            centre=centre, ledger=Ledger.POINTS, owner=Account.Owner.PERSON, posted__gt=0
        ).values_list("id", flat=True)
        for account_id in list(accounts):
            done += _look_at(account_id, held_since, months, at)
    return done


@transaction.atomic
def _look_at(account_id: UUID, held_since: datetime, months: int, at: datetime) -> int:
    hold(f"expire:{account_id}")
    row = Account.objects.select_related("centre", "person").get(id=account_id)
    over = min(_left_of(row, held_since, months_before(at, months)), row.available)
    if over > 0:
        to = account_of(None, centre=row.centre, ledger=Ledger.POINTS, purpose=EXPIRED, at=at)
        turn = Transfer.objects.filter(debit=row, reason=Reason.EXPIRE).count()
        move(Move(name_of("expire", row.id, turn), row, to, over, Reason.EXPIRE), by=SYSTEM, at=at)
        announce(_fact(row, "expired", over, at))
        return 1
    soon = _left_of(row, held_since, months_before(at + WARNED_AHEAD, months))
    told = FactRow.objects.filter(
        kind="hours.expiring", person_id=row.person_id, at__gt=at - WARNED_AHEAD
    )
    if soon > 0 and not told.exists():
        announce(_fact(row, "expiring", soon, at))
        return 1
    return 0


def _left_of(row: Account, held_since: datetime, before: datetime) -> int:
    """What came under the rule before `before` and was not used, given or expired since."""
    came = Transfer.objects.filter(credit=row, phase__in=MOVED).aggregate(
        kept=Sum("amount", filter=Q(at__lt=held_since), default=0),
        old=Sum("amount", filter=Q(at__gte=held_since, at__lt=before), default=0),
    )
    went = Transfer.objects.filter(debit=row, phase__in=MOVED).aggregate(
        n=Sum("amount", default=0)
    )["n"]
    return max(0, min(int(came["old"]), int(came["kept"] + came["old"] - went)))


def months_before(at: datetime, months: int) -> datetime:
    """The same hour so many calendar months ago, or the last day of a shorter month."""
    here = local(at)
    year, month = divmod(here.year * 12 + here.month - 1 - months, 12)
    day = min(here.day, monthrange(year, month + 1)[1])
    return here.replace(year=year, month=month + 1, day=day)


def _fact(row: Account, happened: str, points: int, at: datetime) -> Fact:
    return Fact(
        f"hours.{happened}",
        at,
        place_id=row.centre_id,
        person_id=row.person_id,
        data={"ledger": Ledger.POINTS, "amount": points},
    )
