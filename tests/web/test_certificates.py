"""证明的页面: she asks, two officers act, anybody checks; over HTTP, as people do it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from diandan.flow.worker import run_once
from diandan.ground.notify.models import Message
from diandan.ground.people.models import Login, Person
from diandan.ground.record.models import Answer
from diandan.square.certificate.models import Certificate, Entry
from diandan.web.shared.looks import LOOKS_A_MINUTE
from tests.square.certificate_world import DAY, Certified

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(person: Person) -> Client:
    login, _new = Login.objects.get_or_create(person=person, defaults={"username": str(person.id)})
    client = Client()
    client.force_login(login, backend=BACKEND)
    return client


@pytest.fixture
def world(at: datetime, still_clock: Any, settings: Any) -> Certified:
    cache.clear()
    made = Certified(at)
    made.centre.slug = "jiangning"
    made.centre.save()
    settings.DIANDAN_PLACE = "jiangning"
    still_clock.at = made.later
    return made


def page(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()[:500]
    return str(answer.content.decode())


def test_from_asking_to_checking(world: Certified, still_clock: Any) -> None:
    her, one, two = (signed_in(p) for p in (world.her, world.handler, world.head))
    assert "申请证明" in page(her.get("/v/record"))
    said = {
        "place": world.centre.id,
        "from_on": "2026-01-01",
        "until_on": "2026-03-31",
        "purpose": "求职",
        "form_key": "k1",
    }
    for _twice in range(2):
        assert her.post("/v/record/apply", said).status_code == 303
    row = Certificate.objects.get()
    desk = f"/desk/certificates/{row.id}/"
    assert "王**" in page(one.get("/desk/certificates/"))
    assert "王强" in page(one.get(desk))
    assert one.post(f"{desk}do/handle", {"note": ""}).status_code == 303
    assert "请另一位同事签字" in page(one.get(desk))
    assert one.post(f"{desk}do/sign").status_code == 403
    assert two.post(f"{desk}do/sign").status_code == 303
    assert "王**" in page(Client().get("/certificates/notice"))
    still_clock.at = world.later + 8 * DAY
    run_once(still_clock.at)
    row.refresh_from_db()
    hers = f"/v/certificates/{row.id}"
    assert "下载 PDF" in page(her.get(hers))
    paper = her.post(f"{hers}/paper", {"id_number": "1"})
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    chosen = {"fields": ["verified"], "form_key": "k2"}
    given = json.loads(her.post(f"{hers}/credential", chosen).content)
    assert given["issuer"]["name"] == "江宁区新时代文明实践中心"
    assert her.post(f"{hers}/credential", chosen).status_code == 409
    public = Client()
    seen = page(public.get(f"/check/{row.number}/{row.check_code}"))
    assert "有效" in seen
    assert "王**" in seen
    assert "王强" not in seen
    listed = given["credentialStatus"]["statusListCredential"].partition("/credentials/")[2]
    assert public.get(f"/credentials/{listed}").json()["issuer"] == given["issuer"]["id"]
    assert (
        public.get("/credentials/issuers.json").json()["issuers"][0]["did"] == given["issuer"]["id"]
    )
    assert Message.objects.filter(person=world.her, kind="certificate.issued").count() == 1
    assert Message.objects.filter(person=world.head, kind="certificate.handled").count() == 1
    her.post(f"{hers}/end")
    assert "已撤销" in page(public.get(f"/check/{row.number}/{row.check_code}"))


def test_a_wrong_form_keeps_what_was_typed(world: Certified) -> None:
    said = {
        "place": world.centre.id,
        "from_on": "2027-01-01",
        "until_on": "2026-03-31",
        "purpose": "求职",
    }
    answer = signed_in(world.her).post("/v/record/apply", said)
    assert answer.status_code == 422
    assert "求职" in answer.content.decode()
    assert "开始日期" in answer.content.decode()


def test_nobody_elses_certificate(world: Certified) -> None:
    row = world.asked()
    stranger = signed_in(world.visit.leader)
    for address in (f"/v/certificates/{row.id}", f"/desk/certificates/{row.id}/"):
        assert stranger.get(address).status_code in (403, 404)


def test_the_check_is_slow_for_who_tries_many(world: Certified) -> None:
    public = Client()
    answers = [public.get("/check/ZM2026-1-00001/AAAAAAAAAA") for _n in range(LOOKS_A_MINUTE + 1)]
    assert [one.status_code for one in answers[-2:]] == [404, 429]
    assert answers[0]["X-Robots-Tag"].startswith("noindex")


def test_training_corrections_and_exports(world: Certified) -> None:
    her, one, two = (signed_in(p) for p in (world.her, world.handler, world.head))
    entry = {
        "number": world.her.volunteer.number, "kind": "training", "title": "急救", "giver": "红十字会",
        "on": "2026-03-01", "study_hours": "8", "place": world.centre.id,
    }  # fmt: skip
    assert one.post("/desk/certificates/entries/new", {**entry, "number": "x"}).status_code == 422
    assert one.post("/desk/certificates/entries/new", entry).status_code == 303
    row = Entry.objects.get()
    assert "急救" not in page(her.get("/v/record"))
    assert two.post(f"/desk/certificates/entries/{row.id}", {"answer": "yes"}).status_code == 303
    assert "急救" in page(her.get("/v/record"))
    asked = {"place": world.centre.id, "group": "training", "text": "应是十学时"}
    assert her.post("/v/record/correct", asked).status_code == 303
    assert "应是十学时" in page(two.get("/desk/certificates/"))
    assert "急救" in page(two.get("/desk/certificates/records-training.csv"))
    assert world.her.volunteer.number in page(two.get("/desk/certificates/records-service.csv"))
    mine = json.loads(page(her.get("/v/record/export.json")))
    assert (mine["service"]["verified_minutes"], mine["service"]["declared_minutes"]) == (60, 30)
    assert "上门理发" in page(her.get("/v/record/export.csv"))


def test_over_the_api(world: Certified) -> None:
    row, key = world.valid(), {"Idempotency-Key": "one"}
    her = signed_in(world.her)
    listed = her.get("/api/v1/certificates").json()
    assert [(one["number"], one["verified_minutes"]) for one in listed] == [(row.number, 60)]
    address = f"/api/v1/certificates/{row.id}/credential"
    asked = {"data": {"fields": ["name", "verified"]}, "content_type": "application/json"}
    given = her.post(address, headers=key, **asked).json()["credential"]
    assert given["credentialSubject"]["identifier"][0]["identityHash"] == "王强"
    assert her.post(address, headers=key, **asked).json() == {"credential": None}
    assert not Answer.objects.filter(body__contains="王强").exists(), "we keep no copy"
    seen = Client().get(f"/api/v1/certificates/check/{row.number}/{row.check_code}").json()
    assert (seen["state"], seen["name"], seen["declared_minutes"]) == ("valid", "王**", 30)
    wrong = Client().get(f"/api/v1/certificates/check/{row.number}/XXXXXXXXXX")
    assert (wrong.status_code, wrong["Content-Type"]) == (404, "application/problem+json")
