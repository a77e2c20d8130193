"""设置: an administrator's acts through the doors, and what is not hers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from diandan.ground.catalogue.models import Item, ServiceKind
from diandan.ground.notify.models import Delivery, Message
from diandan.ground.people.actions import tokens
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Invitation, Role, RoleGrant, Team
from diandan.ground.places.models import DayOverride, Place
from diandan.path.assess.models import Partner
from tests.web import settings_world
from tests.web.settings_world import AT, World, browser, someone, staff, text

pytestmark = pytest.mark.django_db
PAGES = (
    *(
        [
            "home",
            "people",
            "teams",
            "new_team",
            "invitations",
            "places",
            "bases",
            "menu",
            "new_item",
            "kinds",
            "new_kind",
        ]
    ),
    *(
        [
            "promises",
            "calendar",
            "tags",
            "flow",
            "own_flow",
            "importing",
            "tokens",
            "outbox",
            "readings",
        ]
    ),
)


@pytest.fixture(autouse=True)
def _still(still_clock: Any) -> None:
    """The clock stands at a working Thursday's noon."""


@pytest.fixture
def world(settings: Any) -> World:
    return settings_world.build(settings)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_an_administrator_and_for_nobody_else(world: World, page: str) -> None:
    url = reverse(f"settings_{page}")
    assert browser(world.admin).get(url).status_code == 200
    assert browser().get(url).status_code == 302
    resident = someone(50, "张居民", world.station)
    assert browser(resident).get(url).status_code == 403
    allowed = {"menu", "new_item"}
    assert browser(world.dispatcher).get(url).status_code == (200 if page in allowed else 403)


class TestPeople:
    def test_found_by_phone_and_by_name_masked(self, world: World) -> None:
        someone(51, "周小兰", world.station)
        for q in ("13800000051", "周小兰"):
            page = text(browser(world.admin).get(reverse("settings_people"), {"q": q}))
            assert "周**" in page
            assert "周小兰</b>" not in page

    def test_a_wrong_phone_is_said(self, world: World) -> None:
        page = browser(world.admin).get(reverse("settings_people"), {"q": "12"})
        assert "手机号" in text(page)

    def test_granted_once_though_sent_twice_and_revoked(self, world: World) -> None:
        who = someone(52, "周小兰", world.station)
        client, url = browser(world.admin), reverse("settings_person", args=[who.id])
        words = {"role": "station_staff", "place": "上元社区", "post": "值班", "form_key": "k1"}
        assert client.post(url, words).status_code == 303
        assert client.post(url, words).status_code == 303
        grant = RoleGrant.objects.get(person=who)
        assert (grant.place_id, grant.post) == (world.station.id, "值班")
        client.post(reverse("settings_revoke_role", args=[grant.id]), {"form_key": "k2"})
        grant.refresh_from_db()
        assert grant.revoked_at == AT

    def test_what_was_typed_stays_when_refused(self, world: World) -> None:
        who = someone(53, "周小兰", world.station)
        page = browser(world.admin).post(
            reverse("settings_person", args=[who.id]),
            {"role": "station_staff", "place": "没有的社区", "post": "值班长"},
        )
        assert page.status_code == 422
        assert "没有名为“没有的社区”的阵地" in text(page)
        assert 'value="值班长"' in text(page)

    def test_a_street_administrator_stays_in_her_street(self, world: World) -> None:
        client = browser(world.street_admin)
        there = staff(54, Role.STATION_STAFF, world.other_station)
        assert client.get(reverse("settings_person", args=[there.id])).status_code == 403
        grant = RoleGrant.objects.get(person=there)
        assert client.post(reverse("settings_revoke_role", args=[grant.id])).status_code == 403
        here = someone(55, "周小兰", world.station)
        page = client.post(
            reverse("settings_person", args=[here.id]), {"role": "admin", "place": "江宁区"}
        )
        assert page.status_code == 422
        assert not RoleGrant.objects.filter(person=here).exists()

    def test_the_readings_log_is_open_to_auditors(self, world: World) -> None:
        auditor = staff(56, Role.AUDITOR, world.centre)
        assert browser(auditor).get(reverse("settings_readings")).status_code == 200


class TestTeams:
    def found(self, world: World, **more: str) -> Team:
        words = {
            "name": "东山总队", "home": "东山街道", "rank": "总队", "mode": "stationed",
            "sort": "general", "week_cap": "10", "skills": "理发、水电维修", **more,
        }  # fmt: skip
        page = browser(world.admin).post(reverse("settings_new_team"), words)
        assert page.status_code == 303, text(page)
        return Team.objects.get(name=words["name"])

    def test_a_tree_of_any_depth(self, world: World) -> None:
        above = self.found(world)
        for name, rank in (
            ("支队甲", "支队"),
            ("大队甲", "大队"),
            ("中队甲", "中队"),
            ("小队甲", "小队"),
        ):
            above = self.found(world, name=name, rank=rank, parent=str(above.id))
        page = text(browser(world.admin).get(reverse("settings_teams")))
        assert page.index("东山总队") < page.index("中队甲") < page.index("小队甲")
        assert above.skills == ["理发", "水电维修"]

    def test_never_below_itself(self, world: World) -> None:
        top = self.found(world)
        low = self.found(world, name="小队乙", parent=str(top.id))
        page = browser(world.admin).post(
            reverse("settings_team", args=[top.id]),
            {"name": "东山总队", "home": "东山街道", "rank": "总队", "mode": "stationed",
             "sort": "general", "week_cap": "10", "parent": str(low.id)},
        )  # fmt: skip
        assert page.status_code == 422
        assert "不能是它自己或它的下级" in text(page)

    def test_closing_waits_for_those_below(self, world: World) -> None:
        top = self.found(world)
        low = self.found(world, name="小队丙", parent=str(top.id))
        client = browser(world.admin)
        assert client.post(reverse("settings_close_team", args=[top.id])).status_code == 409
        assert client.post(reverse("settings_close_team", args=[low.id])).status_code == 303
        assert client.post(reverse("settings_close_team", args=[top.id])).status_code == 303

    def test_an_invitation_makes_no_member(self, world: World) -> None:
        team = self.found(world)
        words = {"name": "周小兰", "phone": "13900000001", "team": str(team.id)}
        browser(world.admin).post(reverse("settings_invitations"), words)
        assert Invitation.objects.get().answered_at is None
        page = text(browser(world.admin).get(reverse("settings_invitations")))
        assert "等对方答复" in page
        assert "13900000001" not in page


class TestServices:
    def test_a_kind_is_changed_and_promises_with_it(self, world: World) -> None:
        kind = ServiceKind.objects.get(centre=world.centre, code="haircut")
        words = {
            "name": "上门理发", "words": "理发、剪头、刮胡子", "urgent": "4h", "normal": "3wd",
            "skills": "haircut", "headcount": "1", "minutes": "30", "icon": "scissors",
        }  # fmt: skip
        client = browser(world.admin)
        assert client.post(reverse("settings_kind", args=[kind.id]), words).status_code == 303
        kind.refresh_from_db()
        assert kind.promises == {"urgent": "4h", "normal": "3wd"}
        assert "刮胡子" in kind.words
        page = text(client.get(reverse("settings_promises")))
        assert "3 个工作日 → 03-10 18:00" in page

    def test_a_promise_that_cannot_be_read(self, world: World) -> None:
        page = browser(world.admin).post(
            reverse("settings_promises"), {"urgent": "很快", "normal": "7d"}
        )
        assert page.status_code == 422
        assert "2h" in text(page)

    def test_a_kind_of_ones_own_and_its_end(self, world: World) -> None:
        client = browser(world.admin)
        words = {
            "name": "钢琴调律", "code": "piano", "words": "钢琴", "urgent": "2d", "normal": "7d",
            "headcount": "1", "minutes": "60", "icon": "music",
        }  # fmt: skip
        assert client.post(reverse("settings_new_kind"), words).status_code == 303
        kind = ServiceKind.objects.get(centre=world.centre, code="piano")
        client.post(reverse("settings_retire_kind", args=[kind.id]))
        kind.refresh_from_db()
        assert kind.retired_at == AT

    def test_tag_sets_are_the_centres_own(self, world: World) -> None:
        client = browser(world.admin)
        client.post(reverse("settings_tags"), {"tags": "平台:教育、文化\n主题:学雷锋"})
        world.centre.refresh_from_db()
        assert world.centre.settings["tags"] == {"平台": ["教育", "文化"], "主题": ["学雷锋"]}

    def test_a_street_administrator_does_not_set_the_centres(self, world: World) -> None:
        client = browser(world.street_admin)
        for page in ("kinds", "promises", "tags", "flow"):
            assert client.get(reverse(f"settings_{page}")).status_code == 403

    def test_ones_own_day_off_and_back(self, world: World) -> None:
        client = browser(world.admin)
        words = {"on": "2026-03-06", "is_working": "no", "why": "停电检修"}
        assert client.post(reverse("settings_calendar"), words).status_code == 303
        assert DayOverride.objects.get().why == "停电检修"
        assert "春节" in text(client.get(reverse("settings_calendar"), {"year": "2026"}))
        client.post(reverse("settings_drop_day"), {"on": "2026-03-06"})
        assert not DayOverride.objects.exists()


class TestMenu:
    def test_three_levels_each_by_another(self, world: World) -> None:
        from diandan.flow.choosing import choose

        choose(world.centre, "w7_daxing", by=world.by(world.admin), at=AT)
        people = {
            "station": staff(60, Role.STATION_STAFF, world.station),
            "institute": staff(61, Role.INSTITUTE_STAFF, world.street),
            "center": staff(62, Role.CENTER_STAFF, world.centre),
        }
        maker = staff(63, Role.STATION_STAFF, world.station)
        words = {"title": "春季义剪", "place": "上元社区", "kind": "haircut", "season": "spring"}
        assert browser(maker).post(reverse("settings_new_item"), words).status_code == 303
        item = Item.objects.get()
        url = reverse("settings_item", args=[item.id])
        move = {
            v: reverse("settings_move_item", args=[item.id, v])
            for v in ("submit", "approve", "return")
        }
        assert browser(maker).post(move["submit"]).status_code == 303
        assert browser(maker).post(move["approve"]).status_code == 403
        for level in ("station", "institute", "center"):
            item.refresh_from_db()
            assert item.state == Item.State.IN_REVIEW
            assert browser(people[level]).post(move["approve"]).status_code == 303
        item.refresh_from_db()
        assert item.state == Item.State.PUBLISHED
        assert "审核经过" in text(browser(maker).get(url))

    def test_returned_with_a_reason_and_retired_with_one(self, world: World) -> None:
        clerk = staff(64, Role.CENTER_STAFF, world.centre)
        words = {"title": "义诊", "place": "江宁区", "kind": "haircut"}
        browser(world.admin).post(reverse("settings_new_item"), words)
        item = Item.objects.get()
        client = browser(world.admin)
        client.post(reverse("settings_move_item", args=[item.id, "submit"]))
        back = reverse("settings_move_item", args=[item.id, "return"])
        assert browser(clerk).post(back, {"reason": " "}).status_code == 422
        assert browser(clerk).post(back, {"reason": "请写清时间"}).status_code == 303
        assert "请写清时间" in text(client.get(reverse("settings_item", args=[item.id])))
        gone = reverse("settings_move_item", args=[item.id, "retire"])
        assert client.post(gone, {"reason": "不办了"}).status_code == 303
        assert "下架原因" in text(client.get(reverse("settings_item", args=[item.id])))

    def test_what_cannot_be_joined_says_why(self, world: World) -> None:
        words = {"title": "讲座", "place": "江宁区", "kind": "haircut", "joinable": "on"}
        page = browser(world.admin).post(reverse("settings_new_item"), words)
        assert page.status_code == 422
        assert "开始时间" in text(page)


class TestTokensAndOutbox:
    def test_a_partners_key_is_shown_once(self, world: World) -> None:
        client = browser(world.admin)
        words = {"name": "12345热线平台", "until": "2026-12-31"}
        assert client.post(reverse("settings_tokens"), words).status_code == 303
        first = text(client.get(reverse("settings_tokens")))
        shown = re.search(r"<code>(dp_[^<]+)</code>", first)
        assert shown
        assert "12345热线平台" in first
        assert shown[1] not in text(client.get(reverse("settings_tokens")))
        partner = Partner.objects.get()
        assert (partner.centre, partner.made_by) == (world.centre, world.admin)
        stranger = browser(world.street_admin)
        assert "12345热线平台" not in text(stranger.get(reverse("settings_tokens")))
        assert stranger.post(reverse("settings_tokens"), words).status_code == 403
        url = reverse("settings_revoke_partner", args=[partner.id])
        assert stranger.post(url).status_code == 403
        assert client.post(url).status_code == 303
        partner.refresh_from_db()
        assert partner.revoked_at == AT
        too_long = client.post(reverse("settings_tokens"), {**words, "until": "2036-12-31"})
        assert too_long.status_code == 422

    def test_an_administrator_ends_a_key_of_somebody_who_works_there(self, world: World) -> None:
        token, _plain = tokens.make(
            owner=world.dispatcher, name="大屏", scopes=["read"], at=AT, by=SYSTEM
        )
        client = browser(world.admin)
        assert "大屏" in text(client.get(reverse("settings_tokens")))
        url = reverse("settings_revoke_token", args=[token.id])
        assert browser(world.street_admin).post(url).status_code == 404
        assert client.post(url).status_code == 303
        token.refresh_from_db()
        assert token.revoked_at == AT

    def test_a_failed_message_goes_back_in_line(self, world: World) -> None:
        message = Message.objects.create(
            key="k", person=world.dispatcher, kind="job.offered", sealed=b"x", sealed_key=b"",
            made_at=AT, due_at=AT,
        )  # fmt: skip
        row = Delivery.objects.create(
            message=message, channel="sms", state="failed", due_at=AT, tries=5, last_error="欠费"
        )
        client = browser(world.admin)
        assert "欠费" in text(client.get(reverse("settings_outbox")))
        url = reverse("settings_resend", args=[row.id])
        assert browser(world.street_admin).post(url).status_code == 403
        assert client.post(url).status_code == 303
        row.refresh_from_db()
        assert (row.state, row.tries) == ("waiting", 0)


def test_settings_of_a_place_below(world: World) -> None:
    client = browser(world.admin)
    client.post(reverse("settings_move"), {"at": str(world.street.id)})
    assert "东山街道新时代文明实践所的设置" in text(client.get(reverse("settings_home")))
    outside = browser(world.street_admin)
    assert outside.post(reverse("settings_move"), {"at": str(world.other.id)}).status_code == 403
    assert Place.objects.get(id=world.other.id).valid_until is None
