"""生效: what happens on the books when an application is granted, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.kit.refusal import Refusal, conflict
from diandan.path.ledger.actions.move import Move, move, name_of
from diandan.path.ledger.models import Account, Reason

from ..core import shared_out
from ..models import Application
from ..queries import FUND, POOL, purse, source, stored, till
from ..rulebook import rules_for

Kind = Application.Kind
Effect = Callable[[Application, Actor, datetime], None]


def issue(row: Application, by: Actor, at: datetime) -> None:
    """From the fund to the elder: what the fund has not, it cannot give."""
    assert row.person is not None
    most = rules_for(row.centre).stored_max
    if most and stored(row.person.id, row.centre) + row.minutes > most:
        raise conflict("over_cap", _("发放后会超过个人存储上限,请减少。"))
    wanted = Move(
        id=name_of("bank", "issue", row.id),
        debit=till(row.centre, FUND, at),
        credit=purse(row.person, row.centre, at),
        amount=row.minutes,
        reason=Reason.ISSUE,
    )
    move(wanted, by=by, at=at)


def fund(row: Application, by: Actor, at: datetime) -> None:
    """Into the fund: first what was donated to the pool, the rest as the city decided."""
    pool = till(row.centre, POOL, at)
    pool = Account.objects.select_for_update(no_key=True).get(id=pool.id)
    given = min(pool.available, row.minutes)
    parts = ((pool, given, "pool"), (source(row.centre, at), row.minutes - given, "city"))
    for debit, minutes, word in parts:
        if minutes:
            wanted = Move(
                id=name_of("bank", "fund", word, row.id),
                debit=debit,
                credit=till(row.centre, FUND, at),
                amount=minutes,
                reason=Reason.ISSUE,
            )
            move(wanted, by=by, at=at)


def inherit(row: Application, by: Actor, at: datetime) -> None:
    """All that the deceased had and nothing holds goes to the heir; over her cap, to the pool."""
    assert row.person is not None
    assert row.other is not None
    estate = purse(row.other, row.centre, at)
    mine = purse(row.person, row.centre, at)
    locked = {
        one.id: one
        for one in Account.objects.select_for_update(no_key=True)
        .filter(id__in=(estate.id, mine.id))
        .order_by("id")
    }
    minutes = locked[estate.id].available
    if minutes <= 0:
        raise Refusal("nothing_left", _("对方账户里没有可继承的时间币。"))
    row.minutes = minutes
    row.save(update_fields=["minutes"])
    kept, over = shared_out(
        stored(row.person.id, row.centre), minutes, rules_for(row.centre).stored_max
    )
    for credit, part, word in ((mine, kept, "kept"), (till(row.centre, POOL, at), over, "over")):
        if part:
            reason = Reason.INHERIT if word == "kept" else Reason.DONATE
            wanted = Move(name_of("bank", "inherit", word, row.id), estate, credit, part, reason)
            move(wanted, by=by, at=at)


EFFECTS: dict[Application.Kind, Effect] = {
    Kind.ISSUE: issue,
    Kind.FUND: fund,
    Kind.INHERIT: inherit,
}
