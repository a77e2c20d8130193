"""礼遇 (江宁): partners join, their benefits stand in a catalogue, a use is one code at a counter."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.policies import check_signed_in
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.lock import hold
from diandan.kit.refusal import Refusal, conflict, forbidden, missing
from diandan.kit.units import local

from ..core import new_code
from ..facts import benefit_fact, giver_fact, use_fact
from ..models import STARS_MOST, Benefit, BenefitUse, Giver
from ..policies import check_keep_mall
from ..queries import star_of, start_of
from .gifts import check_unpriced, check_words

CODE_MINUTES = 30
KEY_BYTES = 24


@transaction.atomic
def join_giver(
    centre: Place,
    *,
    name: str,
    about: str = "",
    address: str = "",
    agreed_on: date | None = None,
    by: Actor,
    at: datetime,
) -> Giver:
    """A partner agreed to give; its counter page opens by a secret address."""
    keeper = check_keep_mall(by, centre)
    name = check_words(name, "name")
    check_unpriced(name, about)
    try:
        with transaction.atomic():
            row = Giver.objects.create(
                centre=centre,
                name=name,
                about=" ".join(about.split())[:300],
                address=" ".join(address.split())[:120],
                key=secrets.token_urlsafe(KEY_BYTES),
                agreed_on=agreed_on,
                joined_at=at,
                joined_by_id=keeper,
            )
    except IntegrityError as trouble:
        if "mall_giver_once" not in str(trouble):
            raise
        raise Refusal("same_name", _("已有同名的合作单位。"), field="name") from None
    announce(giver_fact(row, "joined", by, at))
    return row


@transaction.atomic
def new_giver_key(giver_id: UUID, *, by: Actor, at: datetime) -> Giver:
    """A new address for its counter; the old one no longer opens anything."""
    row = _giver(giver_id)
    check_keep_mall(by, row.centre)
    row.key = secrets.token_urlsafe(KEY_BYTES)
    row.save(update_fields=["key"])
    announce(giver_fact(row, "rekeyed", by, at))
    return row


@transaction.atomic
def part_giver(giver_id: UUID, *, by: Actor, at: datetime) -> Giver:
    """It gives no longer: its benefits leave the catalogue, its counter closes."""
    row = _giver(giver_id)
    check_keep_mall(by, row.centre)
    if row.left_at is None:
        row.left_at = at
        row.save(update_fields=["left_at"])
        announce(giver_fact(row, "left", by, at))
    return row


def _giver(giver_id: UUID) -> Giver:
    row = (
        Giver.objects.select_for_update(of=("self",))
        .select_related("centre")
        .filter(id=giver_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这家合作单位。"), "unknown_giver")
    return row


@dataclass(frozen=True, slots=True)
class BenefitWords:
    """What is written of a benefit. `times_a_year` nought: as often as she comes."""

    name: str
    about: str = ""
    star_min: int = 1
    times_a_year: int = 0
    from_on: date | None = None
    until_on: date | None = None


@transaction.atomic
def offer_benefit(giver_id: UUID, words: BenefitWords, *, by: Actor, at: datetime) -> Benefit:
    """Put a partner's benefit into the catalogue."""
    giver = _giver(giver_id)
    keeper = check_keep_mall(by, giver.centre)
    if giver.left_at is not None:
        raise conflict("giver_left", _("这家合作单位已退出。"))
    name = check_words(words.name, "name")
    check_unpriced(name, words.about)
    if not 0 <= words.star_min <= STARS_MOST:
        raise Refusal("star_min", _("星级要在 0 到 5 之间。"), field="star_min")
    if words.from_on and words.until_on and words.until_on < words.from_on:
        raise Refusal("dates", _("结束日期不能早于开始日期。"), field="until_on")
    row = Benefit.objects.create(
        giver=giver,
        name=name,
        about=" ".join(words.about.split())[:500],
        star_min=words.star_min,
        times_a_year=max(0, min(words.times_a_year, 366)),
        from_on=words.from_on,
        until_on=words.until_on,
        offered_at=at,
        offered_by_id=keeper,
    )
    announce(benefit_fact(row, "offered", by, at))
    return row


@transaction.atomic
def retire_benefit(benefit_id: UUID, *, by: Actor, at: datetime) -> Benefit:
    """No longer in the catalogue; what was used stays on record."""
    row = _benefit(benefit_id)
    check_keep_mall(by, row.giver.centre)
    if row.retired_at is None:
        row.retired_at = at
        row.save(update_fields=["retired_at"])
        announce(benefit_fact(row, "retired", by, at))
    return row


def _benefit(benefit_id: UUID) -> Benefit:
    row = Benefit.objects.select_related("giver__centre").filter(id=benefit_id).first()
    if row is None:
        raise missing(_("没有找到这项礼遇。"), "unknown_benefit")
    return row


@transaction.atomic
def ask_code(benefit_id: UUID, *, by: Actor, at: datetime) -> BenefitUse:
    """出示: a code for one use, that lives for minutes; an unused one that still lives is shown."""
    check_signed_in(by)
    row = _benefit(benefit_id)
    if by.person_id is None or not by.is_volunteer:
        raise forbidden(_("礼遇面向注册志愿者。"), "not_for_her")
    hold(f"benefit:{by.person_id}:{row.id}")
    living = BenefitUse.objects.filter(
        benefit=row, person_id=by.person_id, used_at=None, valid_until__gte=at
    ).first()
    if living is not None:
        return living
    star = star_of(by.person_id, row.giver.centre)
    check_may_use(row, by.person_id, star, at)
    return BenefitUse.objects.create(
        benefit=row,
        person_id=by.person_id,
        star=star,
        code=new_code(),
        asked_at=at,
        valid_until=at + timedelta(minutes=CODE_MINUTES),
    )


def check_may_use(row: Benefit, person_id: UUID, star: int, at: datetime) -> None:
    """Refuses, each in words, what the benefit does not give her today."""
    today = local(at).date()
    early = row.from_on is not None and today < row.from_on
    late = row.until_on is not None and today > row.until_on
    if row.retired_at is not None or row.giver.left_at is not None or early or late:
        raise conflict("not_on_offer", _("这项礼遇现在不能使用。"))
    if star < row.star_min:
        raise forbidden(_("这项礼遇%d星起可用。") % row.star_min, "star_needed")
    if row.times_a_year and used_this_year(row, person_id, at) >= row.times_a_year:
        raise conflict("limit", _("这项礼遇每年 %d 次,今年已经用完。") % row.times_a_year)


def used_this_year(row: Benefit, person_id: UUID, at: datetime) -> int:
    """How often she used it since the year began."""
    return BenefitUse.objects.filter(
        benefit=row, person_id=person_id, used_at__gte=start_of(at, "year")
    ).count()


@transaction.atomic
def use_benefit(use_id: UUID, giver: Giver, *, by: Actor, at: datetime) -> BenefitUse:
    """At the giver's own counter: the code is used, once."""
    row = (
        BenefitUse.objects.select_for_update(of=("self",))
        .select_related("benefit__giver__centre")
        .filter(id=use_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这个码。"), "unknown_code")
    if row.benefit.giver_id != giver.id:
        raise forbidden(_("这个码不在%s使用。") % giver.name, "other_giver")
    if row.person_id == by.person_id:
        raise forbidden(_("自己的礼遇要由另一位同事来核销。"), "own_benefit")
    if row.used_at is not None:
        raise conflict(
            "used_before",
            _("这个码已经用过:%(at)s 在%(site)s。")
            % {"at": f"{local(row.used_at):%Y-%m-%d %H:%M}", "site": giver.name},
        )
    if at > row.valid_until:
        raise conflict("too_late", _("这个码已过时,请本人重新出示。"))
    hold(f"benefit:{row.person_id}:{row.benefit_id}")
    check_may_use(row.benefit, row.person_id, star_of(row.person_id, giver.centre), at)
    row.used_at, row.used_by_id = at, by.person_id
    row.save(update_fields=["used_at", "used_by"])
    announce(use_fact(row, "made", by, at))
    return row
