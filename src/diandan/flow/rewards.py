"""礼遇与兑换在后台: hours that were posted may reach a star; what nobody fetched goes back."""

from __future__ import annotations

from datetime import datetime

from diandan.ground.places.models import Place
from diandan.ground.record.models import FactRow
from diandan.path.ledger.models import Ledger
from diandan.square.mall.actions.order import expire_orders
from diandan.square.mall.actions.vouchers import lapse_batches
from diandan.square.star.actions.decide import grant_due
from diandan.square.star.actions.propose import propose

POSTED = "hours.posted"


def look_at_star(fact: FactRow, at: datetime) -> None:
    """Her hours or points grew: has she reached a star? She is told, and applies or does not."""
    if fact.kind != POSTED or fact.person_id is None or fact.place_id is None:
        return
    if fact.data.get("ledger") not in (Ledger.MINUTES, Ledger.POINTS):
        return
    propose(fact.person_id, Place.objects.get(id=fact.place_id), at=at)


def sweep(*, at: datetime) -> int:
    """Grant what stood its notice, take back what nobody fetched, end what lapsed."""
    return grant_due(at=at) + expire_orders(at=at) + lapse_batches(at=at)
