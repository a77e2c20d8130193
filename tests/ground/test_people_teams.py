"""队伍、角色、同意、钥匙: successors, subtrees, the last administrator, forgetting."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from diandan.ground.people import queries
from diandan.ground.people.actions import (
    consents,
    forget,
    invitations,
    proxy,
    roles,
    teams,
    tokens,
)
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import (
    Consent,
    Invitation,
    Membership,
    Person,
    Role,
    Team,
)
from diandan.ground.places.models import Kind, Place
from diandan.ground.record.models import FactRow
from tests.ground.people_world import (
    AT,
    PHONE,
    actor,
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


class TestTeams:
    @pytest.fixture
    def team(self, station: Place) -> Team:
        return teams.found_team(home=station, name="银龄队", at=AT, by=SYSTEM, skills=["陪伴"])

    def member(self, n: int, team: Team, duty: str = "member") -> Person:
        person = volunteer(n, team.home)
        teams.join_team(team=team, person=person, at=AT, by=actor(person))
        if duty != "member":
            teams.set_duty(team=team, person=person, duty=duty, at=AT, by=SYSTEM)
        return person

    def test_joining_is_her_own_act_and_for_volunteers(self, team: Team) -> None:
        person = someone(1)
        with refused("enrol_first"):
            teams.join_team(team=team, person=person, at=AT, by=actor(person))
        other = volunteer(2, team.home)
        with refused("own_act_only"):
            teams.join_team(team=team, person=other, at=AT, by=SYSTEM)

    def test_a_leader_leaves_to_a_named_successor(self, team: Team) -> None:
        leader, heir = self.member(1, team, "leader"), self.member(2, team)
        with refused("successor_needed"):
            teams.leave_team(team=team, person=leader, at=AT, by=actor(leader))
        with refused("not_a_member"):
            teams.leave_team(
                team=team, person=leader, at=AT, by=actor(leader), successor=someone(9)
            )
        left = teams.leave_team(team=team, person=leader, at=AT, by=actor(leader), successor=heir)
        assert left.successor_id == heir.id
        assert queries.leaders_of(team) == [heir]
        fact = FactRow.objects.order_by("-id")[0]
        assert fact.kind == "people.left_team"
        assert fact.data["successor"] == str(heir.id)

    def test_else_the_eldest_deputy_takes_over(self, team: Team) -> None:
        leader, deputy = self.member(1, team, "leader"), self.member(2, team, "deputy")
        teams.leave_team(team=team, person=leader, at=AT, by=actor(leader))
        assert [p.id for p in queries.leaders_of(team)] == [deputy.id]

    def test_one_leader_at_a_time(self, team: Team) -> None:
        first, second = self.member(1, team, "leader"), self.member(2, team, "leader")
        assert [p.id for p in queries.leaders_of(team)] == [second.id, first.id]
        with refused("leader_needed"):
            teams.set_duty(team=team, person=second, duty="member", at=AT, by=SYSTEM)

    def test_members_do_not_run_the_team(self, team: Team) -> None:
        one, two = self.member(1, team), self.member(2, team)
        with refused("leader_only"):
            teams.set_duty(team=team, person=one, duty="leader", at=AT, by=actor(two))
        with refused("leader_only"):
            teams.leave_team(team=team, person=one, at=AT, by=actor(two))

    def test_closing_ends_memberships(self, team: Team) -> None:
        leader = self.member(1, team, "leader")
        below = teams.found_team(
            home=team.home, name="银龄一小队", at=AT, by=actor(leader), parent=team, rank="小队"
        )
        with refused("teams_below"):
            teams.close_team(team=team, at=AT, by=actor(leader))
        teams.close_team(team=below, at=AT, by=actor(leader))
        teams.close_team(team=team, at=AT, by=actor(leader))
        assert not Membership.objects.filter(left_at=None).exists()
        assert queries.teams_in(team.home.path) == []

    def test_invited_people_answer_themselves(self, team: Team) -> None:
        leader = self.member(1, team, "leader")
        given = {"team": team, "place": team.home, "name": "赵六", "at": AT, "by": actor(leader)}
        row = invitations.invite(phone="13800000005", **given)
        assert invitations.invite(phone="138 0000 0005", **given).id == row.id
        assert invitations.invited_words(row) == ("+8613800000005", "赵六")
        guest, other = volunteer(5, team.home), volunteer(6, team.home)
        with refused("not_your_invitation"):
            invitations.answer_invitation(
                invitation=row, yes=True, person=other, at=AT, by=actor(other)
            )
        assert queries.invitations_for(guest) == [row]
        invitations.answer_invitation(
            invitation=row, yes=True, person=guest, at=AT, by=actor(guest)
        )
        assert team.id in actor(guest).member_of
        assert invitations.invited_words(Invitation.objects.get(id=row.id)) == ("", "")


class TestRoles:
    def test_only_within_ones_subtree_and_never_to_oneself(
        self, centre: Place, station: Place
    ) -> None:
        admin = staff(1, Role.ADMIN, station)
        clerk = someone(2)
        by = actor(admin)
        with refused("admin_only"):
            roles.grant_role(person=clerk, role=Role.ADMIN, place=centre, at=AT, by=by)
        with refused("own_role"):
            roles.grant_role(person=admin, role=Role.DISPATCHER, place=station, at=AT, by=by)
        grant = roles.grant_role(person=clerk, role=Role.STATION_STAFF, place=station, at=AT, by=by)
        assert actor(clerk).holds([Role.STATION_STAFF], station.path)
        assert not actor(clerk).holds([Role.STATION_STAFF], centre.path)
        roles.revoke_role(grant=grant, at=AT, by=by)
        assert not actor(clerk).is_staff

    def test_the_last_administrator_stays(self, centre: Place) -> None:
        first, second = staff(1, Role.ADMIN, centre), staff(2, Role.ADMIN, centre)
        mine, hers = first.grants.get(), second.grants.get()
        roles.revoke_role(grant=hers, at=AT, by=actor(first))
        with refused("last_admin"):
            roles.revoke_role(grant=mine, at=AT, by=actor(first))

    def test_a_term_ends_by_itself(self, station: Place) -> None:
        person = someone(1)
        roles.grant_role(
            person=person,
            role=Role.EXPERT,
            place=station,
            at=AT,
            by=SYSTEM,
            until_on=date(2026, 3, 6),
        )
        assert actor(person).is_staff
        later = AT + timedelta(days=2)
        assert not queries.actor_for(person.id, later).is_staff

    def test_nobody_known_only_by_proxy_gets_a_role(self, station: Place) -> None:
        clerk = staff(2, Role.STATION_STAFF, station)
        person = proxy.person_for_proxy(
            name="王桂兰",
            phone="13900000001",
            home=station,
            at=AT,
            by=actor(clerk),
            consent_note="电话里复述后同意",
            how="phone",
        )
        with refused("not_registered"):
            roles.grant_role(person=person, role=Role.EXPERT, place=station, at=AT, by=SYSTEM)


class TestConsentsTokensForgetting:
    def test_publishing_needs_her_own_word(self, station: Place) -> None:
        person, clerk = someone(1, home=station), staff(2, Role.STATION_STAFF, station)
        about = Consent.About.PUBLISH
        with refused("own_act_only"):
            consents.give(person=person, about=about, how="desk", at=AT, by=actor(clerk))
        row = consents.give(person=person, about=about, how="page", at=AT, by=actor(person))
        assert queries.has_consent(person.id, about)
        consents.withdraw(consent=row, at=AT, by=actor(person))
        assert not queries.has_consent(person.id, about)

    def test_a_key_acts_as_its_owner_within_its_scopes(self, station: Place) -> None:
        person = staff(1, Role.DISPATCHER, station)
        token, plain = tokens.make(
            owner=person,
            name="大屏",
            scopes=["read"],
            at=AT,
            by=actor(person),
            expires_at=AT + timedelta(days=1),
        )
        by = tokens.actor_of_token(plain, AT)
        assert (by.person_id, by.scopes) == (person.id, frozenset({"read"}))
        with refused("bad_token"):
            tokens.actor_of_token(plain, AT + timedelta(days=1))
        tokens.revoke(token=token, at=AT, by=actor(person))
        with refused("bad_token"):
            tokens.actor_of_token(plain, AT)

    def test_forgetting_destroys_the_key(self, station: Place) -> None:
        person = volunteer(1, station)
        before = bytes(person.name_enc)
        forget.forget(person=person, at=AT, by=actor(person))
        person.refresh_from_db()
        assert queries.own(person) == queries.Own("", "", "")
        person.name_enc = before  # even an old backup of the words says nothing any more
        assert queries.own(person).name == ""
        assert queries.by_phone(PHONE) is None
        assert queries.by_name("李志愿", "/") == []

    def test_an_actor_costs_three_queries(self, station: Place) -> None:
        person = staff(1, Role.DISPATCHER, station)
        with CaptureQueriesContext(connection) as seen:
            actor(person)
        assert len(seen) == 3
