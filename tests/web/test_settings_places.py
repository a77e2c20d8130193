"""阵地与流程: the tree, tables in and out, bases, flows tried and chosen, and the sites' own pages."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from diandan.flow.choice import chosen, flow_of
from diandan.flow.conductor import place_request
from diandan.flow.template import shipped_text
from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.people.models import Consent, Role
from diandan.ground.places.hours import is_open
from diandan.ground.places.models import BaseApplication, Kind, Place
from diandan.ground.places.queries import calendar_of
from diandan.kit.units import local
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Channel, Request
from tests import factories
from tests.web import settings_world
from tests.web.settings_world import AT, World, browser, someone, staff, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _still(still_clock: Any) -> None:
    """The clock stands at a working Thursday's noon."""


@pytest.fixture
def world(settings: Any) -> World:
    return settings_world.build(settings)


def order(world: World, kind: str = "haircut", **more: Any) -> Request:
    who = someone(80 + Request.objects.count(), "张居民", world.station)
    wish = Wish(
        words="想请人上门理发", kind=ServiceKind.objects.get(centre=world.centre, code=kind),
        place=world.station, channel=Channel.WEB, **more,
    )  # fmt: skip
    return place_request(wish=wish, requester=who, by=world.by(who), at=AT)


class TestPlaces:
    def test_added_renamed_described_closed_and_reopened(self, world: World) -> None:
        client = browser(world.admin)
        url = reverse("settings_place", args=[world.street.id])
        assert client.post(url, {"name": "文化广场", "kind": "point"}).status_code == 303
        place = Place.objects.get(name="文化广场")
        words = {
            "name": "人民广场", "phone": "025-52280000", "address": "东山路 1 号",
            "open_hours": "周一至周六 9:00-17:00", "access": "有坡道", "lat": "31.94", "lon": "118.85",
        }  # fmt: skip
        edit = reverse("settings_edit_place", args=[place.id])
        assert client.post(edit, words).status_code == 303
        page = text(client.get(reverse("settings_place", args=[place.id])))
        assert "文化广场(至 2026-03-05)" in page
        assert "有坡道" in page
        shut = reverse("settings_close_place", args=[place.id])
        assert client.post(shut).status_code == 303
        assert browser().get(reverse("site_page", args=[place.id])).status_code == 404
        assert client.post(reverse("settings_reopen_place", args=[place.id])).status_code == 303
        assert browser().get(reverse("site_page", args=[place.id])).status_code == 200

    def test_half_a_position_and_swapped_degrees_are_said(self, world: World) -> None:
        url = reverse("settings_edit_place", args=[world.station.id])
        client = browser(world.admin)
        for lat, lon, said in (("31.9", "", "都填"), ("118.8", "31.9", "写反")):
            page = client.post(url, {"name": "上元社区", "lat": lat, "lon": lon})
            assert page.status_code == 422
            assert said in text(page)

    def test_nothing_of_another_street(self, world: World) -> None:
        client = browser(world.street_admin)
        for name in ("settings_place", "settings_edit_place"):
            assert client.get(reverse(name, args=[world.other.id])).status_code == 403
        for name in ("settings_close_place", "settings_reopen_place"):
            url = reverse(name, args=[world.other_station.id])
            assert client.post(url).status_code == 403

    def test_a_figure_of_the_article_stands_beside_ours(self, world: World) -> None:
        world.centre.about = {
            "material": {"dated": "2019年"},
            "figures": [{"kind": "station", "count": 201, "words": "201个社区实践站"}],
            "differences": [
                "本区划数据(2023-06-30)有 207 个村(社区);材料(2019年)写“201个社区实践站”。"
            ],
        }
        world.centre.save()
        for url in (
            reverse("settings_places"),
            reverse("sites"),
            reverse("site_page", args=[world.centre.id]),
        ):
            page = text(browser(world.admin).get(url))
            assert "201个社区实践站" in page
            assert "有 207 个村(社区)" in page


class TestTables:
    def upload(self, world: World, what: str, content: str) -> Any:
        file = SimpleUploadedFile(f"{what}.csv", content.encode())
        return browser(world.admin).post(
            reverse("settings_importing"), {"what": what, "file": file}
        )

    def test_bad_rows_by_line_column_and_reason(self, world: World) -> None:
        said = self.upload(
            world, "sites", "名称,类型,上级\n甲点,实践点,东山街道\n乙点,城堡,东山街道\n"
        )
        page = text(said)
        assert re.search(r'<td class="num">3</td><td>类型</td><td>没有“城堡”', page)
        assert 'name="kept"' not in page
        assert not Place.objects.filter(name="甲点").exists()

    def test_looked_at_then_confirmed_then_the_same_again(self, world: World) -> None:
        table = "名称,类型,上级\n甲点,实践点,东山街道\n"
        page = text(self.upload(world, "sites", table))
        assert not Place.objects.filter(name="甲点").exists()
        kept = re.search(r'name="kept" value="([^"]+)"', page)
        assert kept
        client = browser(world.admin)
        done = client.post(reverse("settings_importing"), {"kept": kept[1], "form_key": "a"})
        assert done.status_code == 303
        assert Place.objects.filter(name="甲点").count() == 1
        assert "新增 0 行,更改 0 行,不变 1 行" in text(self.upload(world, "sites", table))

    def test_a_forged_confirmation_is_refused(self, world: World) -> None:
        page = browser(world.admin).post(reverse("settings_importing"), {"kept": "x:y:z"})
        assert page.status_code == 422

    def test_people_come_in_as_invitations(self, world: World) -> None:
        page = self.upload(world, "people", "姓名,手机号\n周小兰,13900000009\n")
        assert "新增 1 行" in text(page)

    def test_not_a_table(self, world: World) -> None:
        page = self.upload(world, "sites", "\x00\x01\x02")
        assert page.status_code == 422

    @pytest.mark.parametrize("what", ["sites", "teams", "people", "members"])
    def test_lists_go_out_without_whole_names_or_phones(self, world: World, what: str) -> None:
        client = browser(world.admin)
        csv = client.get(reverse("settings_export", args=[what, "csv"]))
        assert csv.content.startswith(b"\xef\xbb\xbf")
        assert "王干部" not in text(csv)
        xlsx = client.get(reverse("settings_export", args=[what, "xlsx"]))
        assert xlsx.content.startswith(b"PK")
        assert client.get(reverse("settings_export", args=["secrets", "csv"])).status_code == 404

    def test_a_template_reads_back(self, world: World) -> None:
        from diandan.ground.places.sheet import titles

        page = browser(world.admin).get(reverse("settings_template", args=["sites"]))
        assert "名称*" in titles(io.BytesIO(page.content).read())

    def test_no_cell_becomes_a_formula(self) -> None:
        from diandan.web.settings.lists import Rows, as_csv

        assert "'=cmd" in as_csv(Rows(["a"], [["=cmd|x"]])).decode("utf-8-sig")
        assert "\n-3.5" in as_csv(Rows(["a"], [["-3.5"]])).decode("utf-8-sig")


class TestBases:
    words = {
        "name": "红松果运动中心", "about": "室内攀岩,周末可接待 20 人", "address": "某路 8 号",
        "phone": "010-60000000",
    }  # fmt: skip

    def test_applied_returned_written_anew_and_taken_in(self, world: World) -> None:
        open_page, admin = browser(), browser(world.admin)
        said = open_page.post(reverse("site_join"), self.words)
        assert said.status_code == 303
        row = BaseApplication.objects.get()
        answer = reverse("settings_answer_base", args=[row.id])
        assert admin.post(answer, {"answer": "no", "reason": ""}).status_code == 422
        assert admin.post(answer, {"answer": "no", "reason": "请写明时间"}).status_code == 303
        assert "请写明时间" in text(open_page.get(said["Location"]))
        open_page.post(said["Location"], {**self.words, "about": "周六 9 点到 17 点,20 人"})
        assert admin.post(answer, {"answer": "yes", "under": "江宁区"}).status_code == 303
        row.refresh_from_db()
        assert row.place is not None
        assert (row.place.kind, row.place.parent_id) == (Kind.BASE, world.centre.id)
        assert browser().get(reverse("site_page", args=[row.place.id])).status_code == 200

    def test_only_what_a_unit_publishes_and_only_once(self, world: World) -> None:
        client, url = browser(), reverse("site_join")
        assert client.post(url, {**self.words, "phone": "打给老王"}).status_code == 422
        assert client.post(url, self.words).status_code == 303
        again = client.post(url, {**self.words, "about": "别的话"})
        assert again.status_code == 422
        assert "正在审核" in text(again)
        assert BaseApplication.objects.count() == 1

    def test_a_street_administrator_does_not_answer(self, world: World) -> None:
        browser().post(reverse("site_join"), self.words)
        row = BaseApplication.objects.get()
        client = browser(world.street_admin)
        assert client.get(reverse("settings_bases")).status_code == 403
        url = reverse("settings_answer_base", args=[row.id])
        assert client.post(url, {"answer": "yes", "under": "东山街道"}).status_code == 403


class TestFlow:
    def test_the_chosen_one_is_read_and_drawn(self, world: World) -> None:
        page = text(browser(world.admin).get(reverse("settings_flow")))
        assert "现在的流程:江宁四单制" in page
        assert 'id="request-placed"' in page
        assert "在办的单子一直按点单时的流程办完" in page

    def test_a_trial_says_what_would_change_and_changes_nothing(self, world: World) -> None:
        request, fast = order(world), order(world, "plumbing")
        client = browser(world.admin)
        page = text(client.get(reverse("settings_try_flow", args=["w7_daxing"])))
        assert request.number in page
        assert "先到上元社区" in page
        assert "经手人由 2 步变为 6 步" in page
        assert "没有变化" in page  # the fast lane of plumbing does not hang on the choice
        before = request.flow, fast.flow
        request.refresh_from_db()
        assert (request.flow, fast.flow) == before
        assert chosen(world.centre) == "w1_jiangning"

    def test_a_menu_first_flow_would_not_take_free_words(self, world: World) -> None:
        order(world)
        page = text(browser(world.admin).get(reverse("settings_try_flow", args=["w2_suzhou"])))
        assert "1 件照这个流程收不进来" in page
        assert "要先从菜单里选一项" in page

    def test_open_orders_keep_the_flow_they_were_placed_under(self, world: World) -> None:
        old = order(world)
        url = reverse("settings_choose_flow", args=["w4_hongta"])
        assert browser(world.admin).post(url, {"form_key": "f"}).status_code == 303
        old.refresh_from_db()
        assert old.flow == "w1_jiangning"
        assert order(world).flow == "w4_hongta"

    def test_ones_own_is_refused_in_words_then_tried_then_lived_by(self, world: World) -> None:
        client, url = browser(world.admin), reverse("settings_own_flow")
        assert "extends" in text(client.get(url))
        bad = shipped_text("w1_jiangning") + '\n[request.placed]\nowner = ""\nways = ["fly"]\n'
        page = client.post(url, {"flow": "w1_jiangning", "body": bad, "do": "choose"})
        assert page.status_code == 422
        assert "request.placed:没写由谁负责" in text(page)
        assert "没有「fly」这个动作" in text(page)
        assert "fly" in text(page).split("<textarea")[1]
        good = shipped_text("w1_jiangning") + '\n[request.placed]\nladder = [["2h", "remind"]]\n'
        words = {"flow": "w1_jiangning", "body": good}
        tried = client.post(url, {**words, "do": "try"})
        assert "可以用" in text(tried)
        assert chosen(world.centre) == "w1_jiangning"
        assert client.post(url, {**words, "do": "choose", "form_key": "o"}).status_code == 303
        own = flow_of(chosen(world.centre))
        assert own.request["placed"].ladder[0].after == "2h"
        assert order(world).flow.startswith("own:")

    def test_not_somebody_elses_centre(self, world: World) -> None:
        url = reverse("settings_choose_flow", args=["w4_hongta"])
        assert browser(world.street_admin).post(url).status_code == 403
        assert (
            browser(world.admin)
            .post(reverse("settings_choose_flow", args=["mediation"]))
            .status_code
            == 404
        )


class TestSites:
    def test_a_sites_page_without_signing_in(self, world: World) -> None:
        kind = ServiceKind.objects.get(centre=world.centre, code="haircut")
        factories.item(world.station, kind, "春季义剪")
        staff(70, Role.STATION_STAFF, world.station, "李站长")
        page = text(browser().get(reverse("site_page", args=[world.station.id])))
        assert "现在开着" in page
        assert "春季义剪" in page
        assert f'href="/?place={world.station.id}"' in page
        assert "站工作人员" in page
        assert "李站长" not in page
        assert "李**" not in page
        assert "百家湖社区" in page  # the nearest other
        assert "公里" in page

    def test_a_name_only_by_her_own_consent(self, world: World) -> None:
        who = staff(71, Role.STATION_STAFF, world.station, "李站长")
        factories.consent(who, Consent.About.PUBLISH)
        assert "李站长" in text(browser().get(reverse("site_page", args=[world.station.id])))

    def test_the_directory_by_tree_by_kind_and_by_sound(self, world: World) -> None:
        client = browser()
        assert "上元社区" in text(client.get(reverse("sites")))
        for q in ("东山", "dsjd", "dongshan"):
            assert "东山街道" in text(client.get(reverse("sites"), {"q": q}))
        page = text(client.get(reverse("sites"), {"kind": "station"}))
        assert "百家湖社区" in page
        assert "没有找到" in text(client.get(reverse("sites"), {"q": "火星"}))

    def test_the_poster_leads_here(self, world: World) -> None:
        page = text(browser().get(reverse("site_poster", args=[world.station.id])))
        assert "<svg" in page
        assert f"/s/{world.station.id}" in page

    def test_no_such_site(self, world: World) -> None:
        assert browser().get("/s/999999999").status_code == 404


@pytest.mark.parametrize(
    ("words", "at", "answer"),
    [
        ("", "2026-03-05 12:00", True),  # Thursday noon, office hours
        ("", "2026-03-07 12:00", False),
        ("周一至周六 9:00–17:00", "2026-03-07 10:00", True),
        ("周一至周六 9:00–17:00", "2026-03-08 10:00", False),
        ("每天8:30-11:30,14:00-17:30", "2026-03-08 15:00", True),
        ("每天8:30-11:30,14:00-17:30", "2026-03-08 12:00", False),
        ("工作日9:00-18:00", "2026-02-28 10:00", True),  # a moved working Saturday
        ("工作日9:00-18:00", "2026-02-17 10:00", False),  # Spring Festival
        ("周末 9:00", "2026-03-07 10:00", None),
        ("每天9:00-17:00,周一闭馆", "2026-03-05 10:00", None),
        ("全年 24小时", "2026-03-08 03:00", True),
        ("看心情", "2026-03-05 10:00", None),
    ],
)
def test_open_or_not_and_honest_when_unreadable(
    world: World, words: str, at: str, answer: bool | None
) -> None:
    moment = datetime.strptime(f"{at} +0800", "%Y-%m-%d %H:%M %z").astimezone(UTC)
    assert is_open(words, local(moment), calendar_of(world.station)) is answer
