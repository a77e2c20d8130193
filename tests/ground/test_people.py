"""人: codes, registration, proxies, volunteers, guardians, teams, roles, keys — real behaviours."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from diandan.ground.people import queries
from diandan.ground.people.actions import (
    codes,
    proxy,
    register,
    teams,
    tokens,
    volunteers,
)
from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.models import (
    Consent,
    Login,
    Person,
    Reading,
    Role,
)
from diandan.ground.places.models import Kind, Place
from diandan.ground.record.models import FactRow
from tests.ground.people_world import (
    AT,
    PHONE,
    actor,
    kinds,
    place,
    refused,
    someone,
    staff,
    volunteer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def centre(db: None) -> Place:
    return place("江宁区", Kind.CENTER)


@pytest.fixture
def station(centre: Place) -> Place:
    return place("百家湖社区", Kind.STATION, place("秣陵街道", Kind.INSTITUTE, centre))


class TestCodes:
    def ask(self, at: datetime = AT, purpose: str = "sign_in") -> str:
        return codes.ask_code(phone=PHONE, purpose=purpose, at=at, by=Actor())[1]

    def check(self, code: str, at: datetime = AT, purpose: str = "sign_in") -> None:
        codes.check_code(phone=PHONE, code=code, purpose=purpose, at=at)

    def test_works_once(self) -> None:
        plain = self.ask()
        self.check(plain)
        with refused("stale_code"):
            self.check(plain)

    def test_full_width_digits_and_blanks_are_forgiven(self) -> None:
        plain = self.ask()
        wide = plain.translate({ord(str(i)): chr(0xFF10 + i) for i in range(10)})
        self.check(f" {wide[:3]} {wide[3:]} ")

    def test_is_for_one_purpose_and_ten_minutes(self) -> None:
        plain = self.ask()
        with refused("stale_code"):
            self.check(plain, purpose="guardian")
        with refused("stale_code"):
            self.check(plain, at=AT + timedelta(minutes=10))

    def test_five_tries_then_even_the_right_one_fails(self) -> None:
        plain = self.ask()
        wrong = "000000" if plain != "000000" else "111111"
        for _ in range(4):
            with refused("wrong_code"):
                self.check(wrong)
        for word in (wrong, plain):
            with refused("too_many_tries"):
                self.check(word)

    def test_a_newer_code_replaces_the_older(self) -> None:
        old = self.ask()
        new = self.ask(AT + timedelta(seconds=61))
        if old != new:
            with refused("wrong_code"):
                self.check(old, AT + timedelta(seconds=62))
        self.check(new, AT + timedelta(seconds=63))

    def test_sixty_seconds_between_and_five_an_hour(self) -> None:
        self.ask()
        with refused("too_soon"):
            self.ask(AT + timedelta(seconds=59))
        for n in range(1, 5):
            self.ask(AT + timedelta(minutes=n))
        with refused("too_many_codes"):
            self.ask(AT + timedelta(minutes=30))
        self.ask(AT + timedelta(minutes=61))

    def test_a_slip_needs_a_clerk(self, station: Place) -> None:
        resident, clerk = someone(7), staff(8, Role.STATION_STAFF, station)
        with refused("desk_only"):
            codes.ask_code(
                phone=PHONE, purpose="sign_in", at=AT, by=actor(resident), handed_by=resident
            )
        row, _plain = codes.ask_code(
            phone=PHONE, purpose="sign_in", at=AT, by=actor(clerk), handed_by=clerk
        )
        assert row.handed_by_id == clerk.id

    def test_no_digits_in_the_table(self) -> None:
        row, plain = codes.ask_code(phone=PHONE, purpose="sign_in", at=AT, by=Actor())
        with connection.cursor() as cursor:
            cursor.execute("select row_to_json(c)::text from one_time_code c where id=%s", [row.id])
            text = cursor.fetchone()[0]
        assert f'"{plain}"' not in text
        assert PHONE not in text


@pytest.mark.django_db(transaction=True)
def test_a_wrong_try_cannot_be_rolled_back() -> None:
    codes.ask_code(phone=PHONE, purpose="sign_in", at=AT, by=Actor())
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        codes.check_code(phone=PHONE, code="1", purpose="sign_in", at=AT)


class TestRegister:
    def test_is_idempotent_by_phone(self, station: Place) -> None:
        first = someone(1, home=station)
        again = register.register(phone="+86 138-0000-0001", name="别人", at=AT, how="sms")
        assert first.id == again.id
        assert queries.own(again).name == "张秀英"
        assert kinds() == ["people.registered"]
        assert Login.objects.get(person=first).has_usable_password() is False
        assert queries.has_consent(first.id, Consent.About.PRIVACY)

    def test_nothing_readable_in_the_table(self, station: Place) -> None:
        someone(1, home=station)
        with connection.cursor() as cursor:
            cursor.execute("select row_to_json(p)::text from person p")
            text = cursor.fetchone()[0]
        assert "张秀英" not in text
        assert "13800000001" not in text

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("", "wrong_name"),
            ("  ", "wrong_name"),
            ("12345", "wrong_name"),
            ("张" * 41, "long_name"),
            ("<b>张</b>", "wrong_name"),
            ("😀", "wrong_name"),
            ("\x00\x07", "wrong_name"),
        ],
    )
    def test_a_wrong_name_keeps_nothing(self, name: str, code: str) -> None:
        with refused(code):
            register.register(phone=PHONE, name=name, at=AT, how="sms")
        assert not Person.objects.exists()

    def test_reading_by_another_is_written_down(self, station: Place) -> None:
        person, clerk = someone(1, home=station), staff(2, Role.STATION_STAFF, station)
        assert queries.name_for(person, reader=actor(person), at=AT, why="own") == "张秀英"
        assert not Reading.objects.exists()
        assert queries.phone_for(person, reader=actor(clerk), at=AT, why="call back") == (
            "+8613800000001"
        )
        row = Reading.objects.get()
        assert (row.person_id, row.reader_id, row.field, row.why) == (
            person.id,
            clerk.id,
            "phone",
            "call back",
        )
        assert queries.masked_name(person) == "张**"

    def test_names_in_bulk_cost_two_queries(self, station: Place) -> None:
        people = [someone(n) for n in range(5)]
        clerk = staff(9, Role.STATION_STAFF, station)
        with CaptureQueriesContext(connection) as seen:
            names = queries.person_names(
                [p.id for p in people], reader=actor(clerk), at=AT, why="queue"
            )
        assert len(names) == 5
        assert len([q for q in seen.captured_queries if '"reading"' in q["sql"]]) == 1
        assert Reading.objects.count() == 5

    def test_edit_is_for_herself_and_her_station(self, station: Place, centre: Place) -> None:
        person = someone(1, home=station)
        other = staff(2, Role.STATION_STAFF, place("别的社区", Kind.STATION, centre))
        with refused("not_your_person"):
            register.edit_person(person=person, by=actor(other), at=AT, door="1幢101")
        register.edit_person(
            person=person, by=actor(person), at=AT, door="3幢 202", elder_mode=True
        )
        person.refresh_from_db()
        assert queries.own(person).door == "3幢 202"
        assert person.elder_mode
        last = FactRow.objects.order_by("-id")[0]
        assert last.data == {"fields": ["door", "elder_mode"]}


class TestProxy:
    def by_desk(self, station: Place, clerk: Person, **more: object) -> Person:
        given = {
            "name": "王桂兰",
            "phone": "13900000001",
            "home": station,
            "at": AT,
            "by": actor(clerk),
            "consent_note": "电话里复述后同意",
            "how": "phone",
        }
        return proxy.person_for_proxy(**{**given, **more})

    def test_she_is_not_registered_until_she_comes_herself(self, station: Place) -> None:
        clerk = staff(2, Role.STATION_STAFF, station)
        person = self.by_desk(station, clerk)
        assert person.registered_at is None
        consent = Consent.objects.get(person=person)
        assert consent.witness_id == clerk.id
        assert not Login.objects.filter(person=person).exists()
        register.sign_in_person(person=person, at=AT)
        person.refresh_from_db()
        assert person.registered_at == AT
        assert kinds()[-2:] == ["people.spoken_for", "people.claimed"]

    def test_found_again_by_phone_and_name(self, station: Place) -> None:
        clerk = staff(2, Role.STATION_STAFF, station)
        assert self.by_desk(station, clerk).id == self.by_desk(station, clerk).id
        with refused("phone_of_another"):
            self.by_desk(station, clerk, name="李四")
        without = self.by_desk(station, clerk, phone=None)
        assert without.phone_hash == ""
        assert self.by_desk(station, clerk, phone="", same_as=without).id == without.id

    def test_no_consent_note_no_order(self, station: Place) -> None:
        clerk = staff(2, Role.STATION_STAFF, station)
        with refused("consent_needed"):
            self.by_desk(station, clerk, consent_note="  ")

    def test_a_clerk_keeps_to_her_place(self, station: Place, centre: Place) -> None:
        clerk = staff(2, Role.STATION_STAFF, place("别的社区", Kind.STATION, centre))
        with refused("outside_your_place"):
            self.by_desk(station, clerk)
        daughter = someone(3)
        assert self.by_desk(station, daughter, how="family").name_enc
        with refused("unknown_way"):
            self.by_desk(station, clerk, how="telepathy")


class TestVolunteers:
    def test_only_by_her_own_act(self, station: Place) -> None:
        person, clerk = someone(1, home=station), staff(2, Role.ADMIN, station)
        for by in (actor(clerk), SYSTEM):
            with refused("own_act_only"):
                volunteers.enrol_volunteer(person=person, skills=[], at=AT, how="sms", by=by)

    def test_numbers_run_within_the_centre(self, station: Place) -> None:
        one, two = volunteer(1, station), volunteer(2, station)
        numbers = [queries.volunteer_of(p.id).number for p in (one, two)]
        assert numbers == ["JN000001", "JN000002"]
        assert actor(one).is_volunteer

    def test_a_minor_needs_her_guardian(self, station: Place) -> None:
        girl = someone(1, "陈小雨", home=station, born_on=date(2010, 6, 1))
        mother = someone(2, "陈妈妈")
        with refused("guardian_needed"):
            volunteers.enrol_volunteer(person=girl, skills=[], at=AT, how="sms", by=actor(girl))
        with refused("own_act_only"):
            volunteers.guardian_consents(person=girl, guardian=mother, at=AT, by=actor(girl))
        volunteers.guardian_consents(person=girl, guardian=mother, at=AT, by=actor(mother))
        row = volunteers.enrol_volunteer(
            person=girl, skills=["陪伴"], at=AT, how="sms", by=actor(girl)
        )
        assert row.guardian_consent_at == AT

    def test_under_fourteen_the_guardian_is_there(self, station: Place) -> None:
        boy = someone(1, "陈小明", home=station, born_on=date(2014, 6, 1))
        father = someone(2, "陈爸爸")
        volunteers.guardian_consents(person=boy, guardian=father, at=AT, by=actor(father))
        given = {"person": boy, "skills": [], "at": AT, "how": "sms", "by": actor(boy)}
        with refused("guardian_beside"):
            volunteers.enrol_volunteer(**given)
        assert volunteers.enrol_volunteer(**given, guardian_present=True)

    def test_not_me_freezes_everything_and_frees_the_phone(self, station: Place) -> None:
        person = volunteer(1, station)
        team = teams.found_team(home=station, name="水电队", at=AT, by=SYSTEM)
        teams.join_team(team=team, person=person, at=AT, by=actor(person))
        _token, plain = tokens.make(
            owner=person,
            name="x",
            scopes=["read"],
            at=AT,
            by=actor(person),
            expires_at=AT + timedelta(days=9),
        )
        volunteers.disown(person=person, at=AT, by=actor(person), why="没报过名")
        assert actor(person).is_frozen
        assert not actor(person).member_of
        assert Login.objects.get(person=person).is_active is False
        with refused("bad_token"):
            tokens.actor_of_token(plain, AT)
        with refused("frozen"):
            teams.join_team(team=team, person=person, at=AT, by=actor(person))
        fresh = someone(1, "真本人")
        assert fresh.id != person.id

    def test_thaw_needs_an_administrator_and_her_own_phone(self, centre: Place) -> None:
        station = place("东山社区", Kind.STATION, centre)
        person, admin = volunteer(1, station), staff(2, Role.ADMIN, centre)
        clerk = staff(3, Role.STATION_STAFF, station)
        volunteers.disown(person=person, at=AT, by=actor(person))
        _row, plain = codes.ask_code(
            phone=PHONE, purpose=volunteers.THAW, at=AT, by=actor(admin), handed_by=admin
        )
        with refused("admin_only"):
            volunteers.thaw(person=person, code=plain, at=AT, by=actor(clerk))
        with refused("wrong_code"):
            volunteers.thaw(person=person, code="12", at=AT, by=actor(admin))
        volunteers.thaw(person=person, code=plain, at=AT, by=actor(admin))
        assert not actor(person).is_frozen
        assert Login.objects.get(person=person).is_active
