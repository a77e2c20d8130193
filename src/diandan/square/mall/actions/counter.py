"""柜台: one field takes any code; it is looked up, shown, and then handed out or marked used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.ground.people.queries import masked_name
from diandan.kit.refusal import Refusal, forbidden, missing

from ..core import CODE_LENGTH, clean_code
from ..models import BenefitUse, Giver, Order, Voucher
from ..policies import check_serve, may_keep_mall
from .benefits import use_benefit
from .order import hand_out
from .vouchers import use_voucher

GIFT, VOUCHER, BENEFIT = "gift", "voucher", "benefit"


@dataclass(frozen=True, slots=True)
class Found:
    """What a code stands for, as the counter may see it: a masked name, never a phone."""

    kind: str
    id: UUID
    title: str
    who: str
    star: int = 0
    site: str = ""


def find(typed: str, *, by: Actor, giver: Giver | None = None) -> Found:
    """What is behind a code. At a giver's own counter only what is given there.

    Whether it may still be used is said by the act, so that a code used before is told of in full.
    """
    code = clean_code(typed)
    if len(code) != CODE_LENGTH:
        raise Refusal("code", _("领取码是 8 位字母和数字,请再看一眼。"), field="code")
    if giver is None:
        order = Order.objects.select_related("gift", "shelf__site", "person").filter(code=code)
        found = order.first()
        if found is not None:
            check_serve(by, found.shelf.site, found.person_id)
            return Found(
                GIFT, found.id, found.gift.name, _who(found.person), site=found.shelf.site.name
            )
    return _of_giver(code, by, giver)


def _of_giver(code: str, by: Actor, giver: Giver | None) -> Found:
    voucher = Voucher.objects.select_related("batch__centre", "person").filter(code=code).first()
    if voucher is not None and _is_theirs(voucher.batch.centre_id, giver):
        if giver is None and not may_keep_mall(by, voucher.batch.centre):
            raise forbidden(_("惠民券在使用地点核销,请到券上写的地方。"), "at_the_giver")
        return Found(VOUCHER, voucher.id, voucher.batch.name, _who(voucher.person))
    use = (
        BenefitUse.objects.select_related("benefit__giver__centre", "person")
        .filter(code=code)
        .first()
    )
    if use is not None and _is_theirs(use.benefit.giver.centre_id, giver):
        if giver is None and not may_keep_mall(by, use.benefit.giver.centre):
            raise forbidden(_("礼遇在合作单位的柜台核销。"), "at_the_giver")
        site = use.benefit.giver.name
        return Found(BENEFIT, use.id, use.benefit.name, _who(use.person), use.star, site)
    raise missing(_("没有这个领取码,请核对。"), "unknown_code")


def _is_theirs(centre_id: int, giver: Giver | None) -> bool:
    return giver is None or giver.centre_id == centre_id


def _who(person: Person) -> str:
    return masked_name(person)


def serve(typed: str, *, by: Actor, at: datetime, giver: Giver | None = None) -> Found:
    """Hand out, or mark as used, what the code stands for."""
    found = find(typed, by=by, giver=giver)
    if found.kind == GIFT:
        hand_out(found.id, typed, by=by, at=at)
    elif giver is None:
        raise Refusal("at_the_giver", _("这个码在合作单位的柜台核销。"), field="code")
    elif found.kind == VOUCHER:
        use_voucher(found.id, giver, by=by, at=at)
    else:
        use_benefit(found.id, giver, by=by, at=at)
    return found


def giver_by_key(key: str) -> Giver:
    """The partner whose counter this secret address is."""
    row = Giver.objects.select_related("centre").filter(key=key, left_at=None).first()
    if row is None:
        raise missing(_("这个柜台地址已失效,请向实践中心索取新的。"), "unknown_counter")
    return row
