"""带走和批量, 代点, 走访, 定期服务, 菜单审核: the desk beside its single orders."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import datetime
from typing import Any

import pytest

from diandan.ground.catalogue.models import Item
from diandan.ground.people.models import Consent, Person, Role
from diandan.path.ask.models import Request, Standing, VisitPlan
from diandan.path.ask.states import RequestState
from diandan.path.assess.models import HotlineCase
from tests import factories as make
from tests.web.desk_world import World, browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(still_clock: Any, at: datetime, settings: Any) -> World:
    return World(at, settings)


class TestTakeAway:
    def test_the_file_holds_exactly_the_rows_shown_and_no_formula(self, world: World) -> None:
        evil = world.request('=HYPERLINK("http://x","点我")')
        world.request("想剪头发", kind=world.hair)
        world.request("别的街道", place=world.other_station)
        clerk = browser(world.clerk)
        shown = clerk.get("/desk/q/placed/table").content.decode()
        raw = clerk.get("/desk/q/placed/export.csv").content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(raw)))
        assert len(rows) == 3
        assert all(row[0] in shown for row in rows[1:])
        assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
        assert "别的街道" not in raw
        book = clerk.get("/desk/q/placed/export.xlsx")
        sheet = zipfile.ZipFile(io.BytesIO(book.content)).read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        words = zipfile.ZipFile(io.BytesIO(book.content)).read("xl/sharedStrings.xml").decode()
        assert evil.number in words
        assert "HYPERLINK" in words
        one = clerk.get(f"/desk/q/placed/export.csv?kind={world.hair.id}").content.decode()
        assert one.count("\n") == 2

    def test_people_leave_the_house_masked(self, world: World) -> None:
        world.request(name="诸葛秀英")
        raw = browser(world.clerk).get("/desk/q/placed/export.csv").content.decode()
        assert "诸葛秀英" not in raw
        assert "7042" not in raw
        assert "138" not in raw


class TestBulk:
    def test_each_row_answers_for_itself(self, world: World) -> None:
        good = [world.request(), world.request()]
        gone = world.taken()
        answer = browser(world.clerk).post(
            "/desk/q/placed/bulk",
            {"verb": "take_up", "ids": [str(r.id) for r in [*good, gone]]},
            follow=True,
        )
        page = answer.content.decode()
        assert "2 件办好" in page
        assert f"{str(gone.id)[-6:]}:" in page
        assert {Request.objects.get(id=r.id).state for r in good} == {RequestState.TAKEN_UP}

    def test_a_return_needs_its_reason_and_unknown_verbs_are_refused(self, world: World) -> None:
        row = world.request()
        clerk = browser(world.clerk)
        clerk.post("/desk/q/placed/bulk", {"verb": "return_order", "ids": [str(row.id)]})
        row.refresh_from_db()
        assert row.state == RequestState.PLACED
        clerk.post(
            "/desk/q/placed/bulk",
            {"verb": "return_order", "ids": [str(row.id)], "reason": "请写门牌"},
        )
        row.refresh_from_db()
        assert (row.state, row.reason) == (RequestState.RETURNED, "请写门牌")
        answer = clerk.post("/desk/q/placed/bulk", {"verb": "close", "ids": [str(row.id)]})
        assert answer.status_code == 404

    def test_ticked_needs_go_to_the_merge_desk_and_ready_jobs_to_their_first_choice(
        self, world: World
    ) -> None:
        rows = [world.taken(), world.taken()]
        clerk = browser(world.clerk)
        answer = clerk.post(
            "/desk/q/design/bulk", {"verb": "arrange", "ids": [str(r.id) for r in rows]}
        )
        assert answer["Location"].startswith("/desk/merge/?ids=")
        job = world.job(rows[0])
        clerk.post("/desk/q/dispatch/bulk", {"verb": "offer", "ids": [str(job.id)]})
        job.refresh_from_db()
        assert job.state == "offered"


class TestProxy:
    def typed(self, world: World, **more: str) -> dict[str, str]:
        return {
            "channel": "phone",
            "name": "赵桂兰",
            "phone": "13911112222",
            "place": str(world.station.id),
            "words": "灯坏了,请人换灯泡",
            "kind": str(world.kind.id),
            "urgency": "normal",
            "people_count": "1",
            "street": "金盛路",
            "door": "2幢101",
            "consent_note": "电话里复述后同意",
            "read_back": "yes",
            "form_key": "n1",
            **more,
        }

    @pytest.mark.parametrize("channel", ["desk", "phone", "paper", "grid", "visit", "chat_group"])
    def test_every_door_is_equal(self, world: World, channel: str) -> None:
        clerk = browser(world.clerk)
        answer = clerk.post("/desk/new/", self.typed(world, channel=channel))
        assert answer.status_code == 303, answer.content.decode()
        row = Request.objects.get()
        assert (row.channel, row.placed_by_id) == (channel, world.clerk.id)
        assert row.requester_id != world.clerk.id
        assert row.consent is not None
        assert row.consent.note == "电话里复述后同意"
        assert row.read_back_at == world.at
        slip = clerk.get(f"/desk/requests/{row.id}/slip").content.decode()
        assert row.number in slip
        assert "<svg" in slip
        assert row.serve_code in slip

    def test_twice_sent_is_one_order_and_without_consent_nothing_is_lost(
        self, world: World
    ) -> None:
        clerk = browser(world.clerk)
        for _i in range(2):
            clerk.post("/desk/new/", self.typed(world))
        assert Request.objects.count() == 1
        answer = clerk.post("/desk/new/", self.typed(world, consent_note="", form_key="n2"))
        assert answer.status_code == 422
        assert "灯坏了,请人换灯泡" in answer.content.decode()
        assert Request.objects.count() == 1

    def test_a_hotline_order_keeps_its_outside_number(self, world: World) -> None:
        typed = self.typed(world, channel="hotline", outside="12345-77")
        assert browser(world.clerk).post("/desk/new/", typed).status_code == 303
        assert HotlineCase.objects.get().outside_number == "12345-77"

    def test_a_known_person_is_found_masked_and_not_in_other_streets(self, world: World) -> None:
        make.person("钱多多", world.station)
        make.person("钱多多", world.other_station)
        clerk, part = browser(world.clerk), {"HX-Request": "true"}
        answer = clerk.post("/desk/new/find", {"name": "钱多多"}, headers=part)
        found = answer.content.decode()
        assert found.count("钱**") == 1
        assert "钱多多" not in found
        assert "<html" not in found

    @pytest.mark.parametrize("form", ["/desk/new/", "/desk/standing/new", "/desk/new/find"])
    def test_without_scripts_she_is_found_on_the_page_itself(self, world: World, form: str) -> None:
        one = make.person("钱多多", world.station)
        clerk = browser(world.clerk)
        typed = self.typed(world, name="钱多多", phone="", find="yes")
        page = clerk.post(form, typed)
        text = page.content.decode()
        assert page.status_code == 200
        assert "</html>" in text
        assert text.count("钱**") == 1
        assert f'name="same_as" value="{one.id}">' in text
        assert typed["words"] in text
        assert not Request.objects.exists()
        # Chosen and refused for something else, the choice stands.
        if form == "/desk/new/":
            typed = self.typed(world, name="钱多多", phone="", same_as=str(one.id), consent_note="")
            text = clerk.post(form, typed).content.decode()
            assert f'name="same_as" value="{one.id}" checked>' in text

    def test_the_chips_follow_her_words(self, world: World) -> None:
        page = browser(world.clerk).get("/desk/new/kinds?words=想剪头发").content.decode()
        assert "像是上门理发" in page

    def test_another_street_cannot_be_written_for(self, world: World) -> None:
        typed = self.typed(world, place=str(world.other_station.id))
        assert browser(world.clerk).post("/desk/new/", typed).status_code == 422
        assert not Person.objects.filter(registered_how="phone").exists()


class TestRegular:
    def test_a_plan_is_made_walked_and_heard_needs_become_orders(self, world: World) -> None:
        clerk = browser(world.clerk)
        answer = clerk.post(
            "/desk/visits/new",
            {
                "title": "三月入户",
                "place": str(world.station.id),
                "from_on": "2026-03-05",
                "until_on": "2026-03-20",
                "households": "3幢202\n3幢305\n\n",
            },
        )
        assert answer.status_code == 303, answer.content.decode()
        plan = VisitPlan.objects.get()
        visit = plan.visits.get(label="3幢202")
        clerk.post(f"/desk/visits/{plan.id}/{visit.id}", {"note": "老人独居"})
        visit.refresh_from_db()
        assert visit.visited_at == world.at
        typed = TestProxy().typed(world, channel="visit", visit=str(visit.id))
        assert clerk.post("/desk/new/", typed).status_code == 303
        assert Request.objects.get().visit_id == visit.id
        page = clerk.get(f"/desk/visits/{plan.id}/").content.decode()
        assert "灯坏了" in page
        assert "走访 1/2 户,听到 1 件需求" in page
        assert "3幢202" in clerk.get(f"/desk/visits/{plan.id}/export.csv").content.decode()
        clerk.post(f"/desk/visits/{plan.id}/close")
        plan.refresh_from_db()
        assert plan.closed_at == world.at
        assert browser(world.far).get(f"/desk/visits/{plan.id}/").status_code == 404

    def test_a_standing_order_needs_consent_is_listed_and_ended(self, world: World) -> None:
        clerk = browser(world.clerk)
        typed = {
            "name": "孙奶奶",
            "place": str(world.station.id),
            "kind": str(world.hair.id),
            "title": "长者生日会",
            "words": "生日当天上门祝寿",
            "rhythm": "birthday",
            "from_on": "2026-03-05",
            "born_on": "1948-04-02",
            "consent_note": "本人当面同意",
        }
        assert clerk.post("/desk/standing/new", {**typed, "consent_note": ""}).status_code == 422
        answer = clerk.post("/desk/standing/new", typed)
        assert answer.status_code == 303, answer.content.decode()
        row = Standing.objects.get()
        assert str(row.next_on) == "2026-04-02"
        assert row.consent.about == Consent.About.STANDING_ORDER
        assert "长者生日会" in clerk.get("/desk/standing/").content.decode()
        clerk.post(f"/desk/standing/{row.id}/end")
        row.refresh_from_db()
        assert row.ended_at == world.at

    def test_menu_items_climb_and_their_maker_waits(self, world: World) -> None:
        station, _a = make.staff(Role.STATION_STAFF, world.station, "站长")
        item = make.item(world.station, world.hair, state=Item.State.IN_REVIEW, made_by=world.clerk)
        desk = browser(station)
        assert "春季义剪" in desk.get("/desk/items/").content.decode()
        assert desk.post(f"/desk/items/{item.id}", {"verdict": "returned"}).status_code == 422
        assert desk.post(f"/desk/items/{item.id}", {"verdict": "approved"}).status_code == 303
        own = browser(world.clerk).post(f"/desk/items/{item.id}", {"verdict": "approved"})
        assert own.status_code == 403
