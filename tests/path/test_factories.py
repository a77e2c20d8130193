"""The makers of test rows make rows that the tables accept."""

from __future__ import annotations

import pytest

from diandan.ground.people.models import Role
from diandan.path.ask.queries import visible
from diandan.path.ask.states import RequestState
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_served_request_stands_on_a_whole_district() -> None:
    there = make.district()
    team, leader, by = make.team(there.station)
    request = make.request(there.station, make.kind(there.centre))
    job = make.served(request, team, leader, make.member(team))
    assert request.state == RequestState.SERVED
    assert job.engagements.get().tasks.count() == 2
    assert by.leads == {team.id}


def test_staff_see_the_requests_of_their_subtree() -> None:
    there = make.district()
    request = make.request(there.station, make.kind(there.centre))
    _person, by = make.staff(Role.INSTITUTE_STAFF, there.institute)
    assert list(visible(by)) == [request]
