"""Vouchers are claimed once and used once; benefits are for who has the star; both by code."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from diandan.ground.people.actor import Actor
from diandan.kit.refusal import Refusal
from diandan.path.ledger.checking import bad_rows
from diandan.square.mall.actions.benefits import (
    BenefitWords,
    ask_code,
    join_giver,
    new_giver_key,
    offer_benefit,
    part_giver,
    retire_benefit,
)
from diandan.square.mall.actions.counter import find, giver_by_key, serve
from diandan.square.mall.actions.vouchers import BatchWords, claim, issue_batch, lapse_batches
from diandan.square.mall.models import Batch, Benefit, BenefitUse, Giver, Voucher
from diandan.square.mall.reports import batches, benefits, claimable
from tests import factories as make
from tests.square.mall_world import Mall

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOBODY = Actor()


class Partners(Mall):
    """A theatre, a batch of three vouchers for it, and a benefit from the first star."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.theatre: Giver = join_giver(self.centre, name="泰兴大剧院", by=self.heads, at=at)
        self.museum: Giver = join_giver(self.centre, name="博物馆", by=self.heads, at=at)
        words = BatchWords("文化惠民券", 3, date(2026, 3, 5), date(2026, 3, 31))
        self.batch: Batch = issue_batch(
            self.centre, words, givers=[self.theatre], by=self.heads, at=at
        )
        self.benefit: Benefit = offer_benefit(
            self.theatre.id,
            BenefitWords("免费观演", star_min=1, times_a_year=2),
            by=self.heads,
            at=at,
        )

    def report(self) -> tuple[int, int, int, int, int]:
        one = batches(self.centre)[0]
        return one.issued, one.claimed, one.used, one.lapsed, one.left


@pytest.fixture
def partners(at: datetime) -> Partners:
    return Partners(at)


def refused(code: str) -> pytest.RaisesContext[Refusal]:  # type: ignore[name-defined]
    return pytest.raises(Refusal, match=f"^{code}:")


def residents(partners: Partners, n: int) -> list[Actor]:
    return [make.actor(make.person(f"居民{i}", partners.site)) for i in range(n)]


def test_claimed_once_used_once_and_the_report_is_counted(partners: Partners) -> None:
    one, two, three, four = residents(partners, 4)
    mine = claim(partners.batch.id, by=one, at=partners.at)
    with refused("claimed_before"):
        claim(partners.batch.id, by=one, at=partners.at)
    claim(partners.batch.id, by=two, at=partners.at)
    claim(partners.batch.id, by=three, at=partners.at)
    with refused("all_claimed"):
        claim(partners.batch.id, by=four, at=partners.at)
    assert partners.report() == (3, 3, 0, 0, 0)
    serve(mine.code, by=NOBODY, at=partners.at, giver=partners.theatre)
    with refused("used_before") as no:
        serve(mine.code, by=NOBODY, at=partners.at + DAY, giver=partners.theatre)
    assert "泰兴大剧院" in no.value.sentence
    assert partners.report() == (3, 3, 1, 0, 0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Voucher.objects.create(
            batch=partners.batch, person_id=one.person_id, code="X", claimed_at=partners.at
        )
    assert list(bad_rows("books.earn_for")) == []


def test_only_where_and_when_it_says(partners: Partners) -> None:
    by = residents(partners, 1)[0]
    mine = claim(partners.batch.id, by=by, at=partners.at)
    with refused("other_giver"):
        serve(mine.code, by=NOBODY, at=partners.at, giver=partners.museum)
    with refused("at_the_giver"):
        serve(mine.code, by=partners.serves, at=partners.at)
    with refused("batch_over"):
        serve(mine.code, by=NOBODY, at=partners.at + 60 * DAY, giver=partners.theatre)
    with refused("batch_over"):
        claim(partners.batch.id, by=partners.she, at=partners.at + 60 * DAY)


def test_what_is_not_claimed_or_not_used_lapses_by_itself(partners: Partners) -> None:
    one, two = residents(partners, 2)
    used = claim(partners.batch.id, by=one, at=partners.at)
    serve(used.code, by=NOBODY, at=partners.at, giver=partners.theatre)
    claim(partners.batch.id, by=two, at=partners.at)
    assert lapse_batches(at=partners.at + 20 * DAY) == 0
    assert lapse_batches(at=partners.at + 30 * DAY) > 0
    assert lapse_batches(at=partners.at + 30 * DAY) == 0
    assert partners.report() == (3, 2, 1, 1, 0)
    assert claimable(partners.centre, partners.at + 30 * DAY) == []
    assert list(bad_rows("books.earn_for")) == []


def test_a_batch_needs_dates_a_place_and_no_price(partners: Partners) -> None:
    def issue(words: BatchWords, by: Actor | None = None) -> None:
        issue_batch(
            partners.centre, words, givers=[partners.theatre], by=by or partners.heads,
            at=partners.at,
        )  # fmt: skip

    first, last = date(2026, 4, 1), date(2026, 4, 30)
    with refused("priced"):
        issue(BatchWords("50元观影券", 3, first, last))
    with refused("dates"):
        issue(BatchWords("观影券", 3, last, first))
    with refused("count"):
        issue(BatchWords("观影券", 0, first, last))
    with refused("not_your_mall"):
        issue(BatchWords("观影券", 3, first, last), partners.serves)
    with refused("givers"):
        issue_batch(
            partners.centre, BatchWords("观影券", 3, first, last), givers=[], by=partners.heads,
            at=partners.at,
        )  # fmt: skip


def test_a_benefit_is_for_who_has_the_star_and_so_many_times_a_year(partners: Partners) -> None:
    with refused("star_needed"):
        ask_code(partners.benefit.id, by=partners.she, at=partners.at)
    partners.star(partners.her, 4)
    use = ask_code(partners.benefit.id, by=partners.she, at=partners.at)
    assert ask_code(partners.benefit.id, by=partners.she, at=partners.at).id == use.id
    found = find(use.code, by=NOBODY, giver=partners.theatre)
    assert (found.kind, found.title, found.who, found.star) == ("benefit", "免费观演", "王**", 4)
    serve(use.code, by=NOBODY, at=partners.at, giver=partners.theatre)
    with refused("used_before"):
        serve(use.code, by=NOBODY, at=partners.at, giver=partners.theatre)
    second = ask_code(partners.benefit.id, by=partners.she, at=partners.at + DAY)
    with refused("too_late"):
        serve(second.code, by=NOBODY, at=partners.at + 2 * DAY, giver=partners.theatre)
    third = ask_code(partners.benefit.id, by=partners.she, at=partners.at + 2 * DAY)
    serve(third.code, by=NOBODY, at=partners.at + 2 * DAY, giver=partners.theatre)
    with refused("limit"):
        ask_code(partners.benefit.id, by=partners.she, at=partners.at + 3 * DAY)
    ask_code(partners.benefit.id, by=partners.she, at=partners.at + 365 * DAY)
    assert BenefitUse.objects.exclude(used_at=None).count() == 2


def test_a_partners_counter_opens_by_its_own_address_only(partners: Partners) -> None:
    old = partners.theatre.key
    assert giver_by_key(old).id == partners.theatre.id
    new_giver_key(partners.theatre.id, by=partners.heads, at=partners.at)
    with refused("unknown_counter"):
        giver_by_key(old)
    partners.star(partners.her, 1)
    use = ask_code(partners.benefit.id, by=partners.she, at=partners.at)
    with refused("other_giver"):
        serve(use.code, by=NOBODY, at=partners.at, giver=partners.museum)
    assert len(benefits(partners.centre, partners.at)) == 1
    part_giver(partners.theatre.id, by=partners.heads, at=partners.at)
    assert benefits(partners.centre, partners.at) == []
    with refused("not_on_offer"):
        ask_code(partners.benefit.id, by=partners.she, at=partners.at + DAY)
    retire_benefit(partners.benefit.id, by=partners.heads, at=partners.at)
