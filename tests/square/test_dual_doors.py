"""The two systems at their pages: own entries, the branch's desk, and what a stranger never sees."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from diandan.ground.people import queries as people
from diandan.square.dual_points.actions import boards, periods
from diandan.square.dual_points.models import Entry, Objection, PartyMember, QuarterNotice
from tests import factories as make
from tests.conftest import StillClock
from tests.square.dual_world import MARCH, Dual, later
from tests.web.street_world import browser

pytestmark = pytest.mark.django_db
PERIODS = "/desk/conduct/periods"


@pytest.fixture
def dual(at: datetime, still_clock: StillClock, settings: Any) -> Dual:
    world = Dual(at)
    settings.DIANDAN_PLACE = world.centre.slug
    return world


def post(client: Client, path: str, **fields: str) -> Any:
    return client.post(path, {"form_key": "k1", **fields})


def text(response: Any) -> str:
    found: str = response.content.decode()
    return found


def test_my_page_shows_each_entry_with_evidence_and_takes_my_appeal(dual: Dual) -> None:
    row = dual.home("r-litter")
    client = browser(dual.family)
    page = text(client.get("/v/conduct"))
    assert "支部会议记录" in page
    assert "不记登录、打卡" in page
    assert "环境卫生" in page
    short = post(client, "/v/conduct/appeal", entry=str(row.id), text=" ")
    assert short.status_code == 422
    assert post(client, "/v/conduct/appeal", entry=str(row.id), text="不是我家").status_code == 303
    assert Objection.objects.get().kind == "appeal"
    assert "裁定前不计分" in text(client.get("/v/conduct"))
    assert "支部会议记录" not in text(browser(make.person(home=dual.station)).get("/v/conduct"))


def test_a_branch_secretary_without_a_role_works_for_her_branch_alone(dual: Dual) -> None:
    secretary, second = browser(dual.secretary), browser(dual.second)
    member = PartyMember.objects.get(person=dual.member_one)
    deed = {
        "subject": f"m:{member.id}",
        "item": str(dual.item("p-help").id),
        "happened_on": "2026-03-05",
        "evidence": "被帮户的话",
    }
    assert post(secretary, "/desk/conduct/new", **deed).status_code == 303
    row = Entry.objects.get()
    own = post(secretary, "/desk/conduct/decide", entry=str(row.id), verdict="yes")
    assert own.status_code == 403
    assert post(second, "/desk/conduct/decide", entry=str(row.id), verdict="yes").status_code == 303
    assert "001" not in text(secretary.get("/desk/conduct/roll"))
    assert browser(dual.member_one).get("/desk/conduct/").status_code == 403
    refused = post(secretary, "/desk/conduct/periods", act="close", centre=str(dual.centre.id))
    assert refused.status_code in (403, 422)


def test_a_form_refused_keeps_what_was_typed(dual: Dual) -> None:
    clerk = browser(people.person(dual.clerk.person_id or dual.family.id))
    answer = post(
        clerk,
        "/desk/conduct/new",
        subject=f"h:{dual.household.id}",
        item=str(dual.item("r-clean").id),
        happened_on="2020-01-01",
        evidence="那天三个人都看见了",
    )
    assert answer.status_code == 422
    assert "那天三个人都看见了" in text(answer)
    assert "最近三个月" in text(answer)


@pytest.mark.parametrize("colour", ["grey", "black"])
def test_grey_and_black_are_never_in_public_html(dual: Dual, colour: str) -> None:
    row = boards.propose_listing(
        centre=dual.centre, colour=colour, reason="屡劝不改", household=dual.household,
        by=dual.clerk, at=dual.at,
    )  # fmt: skip
    boards.confirm_listing(row.id, by=dual.other_clerk, at=dual.at)
    own = browser(dual.family)
    post(own, "/v/conduct/consent", wish="yes")
    for path in ("/boards/red", "/", "/s/", "/menu", "/unmet"):
        for client in (browser(None), browser(make.person(home=dual.station))):
            page = text(client.get(path))
            assert "韩" not in page, path
            assert "屡劝不改" not in page, path
    assert "屡劝不改" in text(own.get("/v/conduct"))


def test_red_shows_her_name_with_her_consent_and_not_a_moment_longer(dual: Dual) -> None:
    row = boards.propose_listing(
        centre=dual.centre, colour="red", reason="婚事新办", household=dual.household,
        by=dual.clerk, at=dual.at,
    )  # fmt: skip
    boards.confirm_listing(row.id, by=dual.other_clerk, at=dual.at)
    own, guest = browser(dual.family), browser(None)
    assert "韩巴特尔" not in text(guest.get("/boards/red"))
    post(own, "/v/conduct/consent", wish="yes")
    answer = guest.get("/boards/red")
    assert "韩巴特尔" in text(answer)
    assert answer["Cache-Control"] == "no-store"
    post(own, "/v/conduct/consent", wish="no", form_key="k2")
    assert "韩巴特尔" not in text(guest.get("/boards/red"))


def test_the_notice_names_no_person_and_is_read_in_the_village(
    dual: Dual, still_clock: StillClock
) -> None:
    dual.home("r-litter")
    dual.close("residents", date(2026, 1, 1), date(2026, 2, 1), MARCH)
    at = later(2026, 4, 2)
    periods.post_notice(
        centre=dual.centre, system="residents", quarter=date(2026, 1, 1), by=dual.head, at=at
    )
    still_clock.at = later(2026, 4, 3)
    notice = QuarterNotice.objects.get()
    neighbour = browser(make.person("邻居", dual.station))
    page = text(neighbour.get(f"/v/conduct/notice?n={notice.id}"))
    assert "001户" in page
    assert "韩" not in page
    assert "支部会议记录" not in page
    away = browser(make.person("外人", dual.there.other))
    assert "001户" not in text(away.get(f"/v/conduct/notice?n={notice.id}"))
    assert "现在没有公示" in text(neighbour.get("/v/conduct/notice?n=nonsense"))


def test_months_close_at_the_page_and_the_table_can_be_taken_away(
    dual: Dual, still_clock: StillClock
) -> None:
    dual.home("r-wedding")
    still_clock.at = later(2026, 4, 2)
    head = browser(people.person(dual.head.person_id or dual.family.id))
    fields = {"centre": str(dual.centre.id), "system": "residents", "month": "2026-03-01"}
    assert post(head, "/desk/conduct/periods", act="close", **fields).status_code == 303
    assert "2026-03" in text(head.get("/desk/conduct/periods"))
    assert "2026-03" in text(head.get("/desk/conduct/periods.csv"))
    assert head.get("/desk/conduct/periods.xlsx").status_code == 200
    for path in ("boards", "items", "roll", "new", ""):
        assert head.get(f"/desk/conduct/{path}").status_code == 200


def test_only_a_year_with_entries_has_a_button_for_its_grades(
    dual: Dual, still_clock: StillClock
) -> None:
    dual.home("r-clean")
    still_clock.at = later(2027, 2)
    page = text(browser(people.person(dual.head.person_id or dual.family.id)).get(PERIODS))
    assert page.count("按规则算等次") == 1  # the households'; the party's book is empty
    assert page.count("全年没有条目,不用考评") == 1
