"""What a volunteer reads of where she goes, step by step, on every surface that shows it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from diandan.flow import answers
from diandan.ground.people.models import Reading
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Task
from tests.web.api_world import caller, ok
from tests.web.routes import said
from tests.web.street_world import Street, Streets, browser

pytestmark = pytest.mark.django_db


def pages(street: Street, who: str, addresses: list[str]) -> str:
    client = browser(street.people[who])
    return "\n".join(said(client.get(a)) for a in addresses)


def secrets(street: Street) -> set[str]:
    return {street.phone("resident").removeprefix("+86"), street.door, street.given, street.surname}


def seen(text: str, street: Street) -> set[str]:
    return {s for s in secrets(street) if s in text}


def test_an_offer_shows_the_station_alone() -> None:
    street = Streets().one
    offer = Offer.objects.get(job=street.jobs["offered"])
    text = pages(
        street,
        "leader",
        [
            reverse("v_offers"),
            reverse("v_offer", args=[offer.id]),
            "/api/v1/offers",
            f"/api/v1/offers/{offer.id}",
        ],
    )
    assert street.station.name in text
    assert seen(text, street) == set()
    for hidden in (street.words, f"梧桐{street.mark}路", street.requests["offered"].number):
        assert hidden not in text


def test_after_yes_the_street_at_the_door_the_door_and_then_nothing() -> None:
    world = Streets()
    street, row = world.one, world.one.requests["going"]
    task = Task.objects.get(id=street.objects["task_id"])
    by = street.actors["volunteer"]
    addresses = [
        reverse("v_today"),
        reverse("v_tasks"),
        reverse("v_task", args=[task.id]),
        reverse("v_history"),
        "/api/v1/tasks",
        f"/api/v1/tasks/{task.id}",
    ]
    text = pages(street, "volunteer", addresses)
    assert f"梧桐{street.mark}路" not in text
    assert seen(text, street) == set()

    answers.task_step(task.id, "confirm", by=by, at=world.at)
    text = pages(street, "volunteer", addresses)
    assert f"梧桐{street.mark}路" in text
    assert seen(text, street) == set()

    answers.task_step(task.id, "check_in", by=by, at=world.at, code=row.serve_code)
    text = pages(street, "volunteer", addresses)
    assert street.door in text
    assert street.name in text
    assert street.phone("resident").removeprefix("+86") not in text

    answers.task_step(task.id, "check_out", by=by, at=world.at)
    text = pages(street, "volunteer", addresses)
    assert seen(text, street) == set()
    assert street.words not in text


def test_a_resident_reads_all_her_own_and_a_clerk_a_mask() -> None:
    street = Streets().one
    row = street.requests["placed"]
    address = [f"/api/v1/requests/{row.id}"]
    own = pages(street, "resident", address)
    assert seen(own, street) == secrets(street)
    clerk = pages(street, "station_staff", address)
    assert seen(clerk, street) == {street.surname}
    assert "serve_code" not in clerk
    assert row.follow_key not in clerk


def test_an_auditor_takes_away_ids_alone() -> None:
    world = Streets()
    street = world.one
    text = pages(street, "auditor", ["/api/v1/facts"])
    assert str(street.requests["going"].id) in text
    assert str(street.requests["private"].id) not in text
    assert seen(text, street) == set()
    assert street.words not in text
    other = world.two.requests["going"]
    assert str(other.id) not in text


def test_an_auditors_key_meets_no_words_of_anybody_and_no_reading_is_needed() -> None:
    street = Streets().one
    program = caller(street.people["auditor"], "read", "order", "audit")
    browsing = browser(street.people["auditor"])
    for row in street.requests.values():
        if row.is_private:
            continue
        found = ok(program.get(f"/requests/{row.id}"))
        assert (found["title"], found["words"], found["reason"]) == (row.kind.name, "", "")
        assert found["said"] == []
        assert found["timeline"]
        assert browsing.get(f"/api/v1/requests/{row.id}").json() == found
    lists = ("/requests/seen", "/jobs", "/hotline", "/follow-ups", "/whistles")
    text = "\n".join(said(browsing.get(f"/api/v1{a}")) for a in lists)
    assert street.requests["placed"].number in text
    assert street.words not in text
    assert not Reading.objects.filter(reader_id=street.people["auditor"].id).exists()
