"""红灰黑榜: red by her own consent alone, grey and black seen by nobody unasked."""

from __future__ import annotations

from datetime import datetime

import pytest

from diandan.ground.people.actions import consents
from diandan.ground.people.models import Consent
from diandan.kit.refusal import Refusal
from diandan.square.dual_points import queries
from diandan.square.dual_points.actions import boards
from tests.square.dual_world import Dual

pytestmark = pytest.mark.django_db


@pytest.fixture
def dual(at: datetime) -> Dual:
    return Dual(at)


def listed(dual: Dual, colour: str) -> None:
    row = boards.propose_listing(
        centre=dual.centre,
        colour=colour,
        reason="庭院整洁,邻里称赞",
        household=dual.household,
        by=dual.clerk,
        at=dual.at,
    )
    with pytest.raises(Refusal, match="own_proposal"):
        boards.confirm_listing(row.id, by=dual.clerk, at=dual.at)
    boards.confirm_listing(row.id, by=dual.other_clerk, at=dual.at)


def test_red_is_public_only_while_her_own_separate_consent_stands(dual: Dual) -> None:
    listed(dual, "red")
    own = dual.by(dual.family)
    assert queries.red_board(dual.centre) == []
    consents.give(person=dual.family, about=Consent.About.PUBLISH, how="web", at=dual.at, by=own)
    assert queries.red_board(dual.centre) == [], "a consent to something else is none"
    with pytest.raises(Refusal, match="own_act_only"):
        consents.give(
            person=dual.family, about=Consent.About.RED_BOARD, how="desk", at=dual.at, by=dual.clerk
        )
    given_ = consents.give(
        person=dual.family, about=Consent.About.RED_BOARD, how="web", at=dual.at, by=own
    )
    assert [row["name"] for row in queries.red_board(dual.centre)] == ["韩巴特尔"]
    consents.withdraw(consent=given_, at=dual.at, by=own)
    assert queries.red_board(dual.centre) == []


@pytest.mark.parametrize("colour", ["grey", "black"])
def test_grey_and_black_are_public_only_by_a_rule_two_people_read_and_masked_even_then(
    dual: Dual, colour: str
) -> None:
    listed(dual, colour)
    day = dual.at.date()
    assert queries.red_board(dual.centre) == []
    assert queries.board_by_rule(dual.centre, colour, day) == []
    rule = boards.enter_rule(
        centre=dual.centre,
        colour=colour,
        number="奈政发〔2026〕7号",
        text="经村民会议决定,连续两次劝导不改的,在本嘎查公示栏公示。",
        from_on=day,
        by=dual.head,
        at=dual.at,
    )
    assert queries.board_by_rule(dual.centre, colour, day) == []
    with pytest.raises(Refusal, match="own_proposal"):
        boards.confirm_rule(rule.id, by=dual.head, at=dual.at)
    boards.confirm_rule(rule.id, by=dual.deputy, at=dual.at)
    assert [row["name"] for row in queries.board_by_rule(dual.centre, colour, day)] == ["韩**"]
    with pytest.raises(Refusal, match="colour"):
        boards.enter_rule(
            centre=dual.centre, colour="red", number="某号文件", text="全部公开全部公开全部",
            from_on=day, by=dual.head, at=dual.at,
        )  # fmt: skip
