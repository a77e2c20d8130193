"""Every address × every role × own and other street, read from the URL table.

A new address without a rule in `rules.py` fails here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from diandan.ground.people.actions import tokens
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Role
from diandan.web.api.gate import SCOPES
from diandan.web.desk.queues import QUEUES
from tests.web.routes import Route, fingerprint, routes, said, send
from tests.web.rules import ALL, BARE, LIBRARY, RULES, Rule
from tests.web.street_world import Street, Streets, browser

pytestmark = pytest.mark.django_db
CALLERS = ("anonymous", "resident", "volunteer", "leader", *(r.value for r in Role))
REFUSED = (401, 403, 404)
# Its answer is what lives: where no worker runs, a 503 is the truth.
TELLS_WHAT_LIVES = {"health"}
# They end the session of the caller or throw her record away; each has tests of its own.
LAST = {"sign_out", "not_me", "forget_me", "set_language"}


@pytest.fixture(scope="module")
def streets(django_db_setup: None, django_db_blocker: Any) -> Iterator[Streets]:
    """One world for the module, taken back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Streets()
        transaction.set_rollback(True)


def ruled() -> list[tuple[Route, Rule]]:
    """Every address with its rule."""
    return [(r, RULES[r.name]) for r in routes() if r.name in RULES]


def client_of(street: Street, who: str) -> Client:
    return browser(None if who == "anonymous" else street.people[who])


def call(client: Client, route: Route, method: str, street: Street) -> Any:
    """One call, whatever it did taken back."""
    before = transaction.savepoint()
    try:
        return send(client, route, method, street.objects)
    finally:
        transaction.savepoint_rollback(before)


def is_refused(response: Any) -> bool:
    """A no because of who asks: also being led to the sign-in page."""
    to_sign_in = response.status_code == 302 and "/me/sign-in" in response["Location"]
    return response.status_code in REFUSED or to_sign_in


def test_every_address_has_a_rule() -> None:
    names = {r.name for r in routes() if not r.name.startswith(LIBRARY) and r.name not in BARE}
    assert names - set(RULES) == set(), "a new address needs a line in tests/web/rules.py"
    assert set(RULES) - names == set(), "a rule for an address that is gone"


def test_every_rule_is_about_somebody() -> None:
    for name, rule in RULES.items():
        assert rule.see is not None or rule.do is not None, name
        assert (rule.see or ALL) <= ALL, name
        assert rule.far in ("no", "open", "key"), name


@pytest.mark.parametrize("who", CALLERS)
def test_other_street_is_refused_and_nothing_changes(streets: Streets, who: str) -> None:
    client, other = client_of(streets.one, who), streets.two
    wrong = []
    before = fingerprint()
    for route, rule in ruled():
        if rule.far != "no" or not route.arguments:
            continue
        for method in ("GET", "POST"):
            if (rule.see if method == "GET" else rule.do) is None:
                continue
            try:
                response = send(client, route, method, other.objects)
            except Exception as trouble:  # told with its address
                raise AssertionError(f"{method} {route.name}") from trouble
            if not is_refused(response) and response.status_code != 405:
                wrong.append((method, route.name, response.status_code))
            wrong += [(method, route.name, m) for m in leaks(said(response), other)]
    assert wrong == [], "\n".join(str(one) for one in wrong)
    changed = {n for n, stood in fingerprint().items() if before[n] != stood}
    assert changed == set()


def leaks(text: str, street: Street) -> list[str]:
    """What of a street stands in an answer to somebody who has no business there."""
    secrets = [*street.phones(), *street.numbers, street.door, street.given, street.surname]
    return [s for s in (*secrets, street.words) if s in text]


def too_much(text: str, street: Street, who: str, name: str) -> list[str]:
    """What of the resident's strings this caller should not read on a page she only opened.

    Staff read a phone or a door by a POST that leaves a record; a volunteer not even a surname
    before she stands at the door.
    """
    if who == "resident":
        return []
    phone = street.phone("resident").removeprefix("+86")
    secrets = [phone, f"{phone[:3]} {phone[3:7]} {phone[7:]}", street.door]
    if name not in ("desk_slip",):
        secrets.append(street.given)
    if who in ("anonymous", "volunteer", "leader"):
        secrets.append(street.surname)
    return [s for s in secrets if s in text]


@pytest.mark.parametrize("who", CALLERS)
def test_own_street_is_open_to_whom_the_rule_names_and_its_lists_to_nobody_else(
    streets: Streets, who: str
) -> None:
    client, own = client_of(streets.one, who), streets.one
    wrong = []
    for route, rule in ruled():
        if route.name in LAST or (rule.far == "open" and route.arguments):
            continue
        for method, may in (("GET", rule.see), ("POST", rule.do)):
            if may is None or (method == "POST" and who in may):
                continue  # not offered; or how far she gets is the flow's business
            response = call(client, route, method, own)
            if response.status_code == 405:
                continue
            broke = response.status_code >= 500 and route.name not in TELLS_WHAT_LIVES
            if is_refused(response) == (who in may) or broke:
                wrong.append((method, route.name, response.status_code))
            if method != "GET":
                continue
            text = said(response)
            found = too_much(text, own, who, route.name)
            if who == "auditor" and rule.far != "key":  # a secret address is the order's own
                found += [own.words] if own.words in text else []
            found += [] if route.arguments else leaks(text, streets.two)
            wrong += [(method, route.name, leak) for leak in found]
    assert wrong == [], "\n".join(str(one) for one in wrong)


@pytest.mark.parametrize("who", [r.value for r in Role])
def test_queues_hold_nothing_of_the_other_street(streets: Streets, who: str) -> None:
    client, other = client_of(streets.one, who), streets.two
    wrong = []
    pages = [
        (f"{q.key} {scope}", reverse("desk_queue", args=[q.key]) + f"?scope={scope}")
        for q in QUEUES
        for scope in ("mine", "all")
    ]
    for form in ("csv", "xlsx"):
        pages += [(f"{q.key}.{form}", reverse("desk_export", args=[q.key, form])) for q in QUEUES]
    for name, address in pages:
        response = client.get(address)
        wrong += [(name, leak) for leak in leaks(said(response), other)]
        if response.status_code not in (200, 404):
            wrong.append((name, str(response.status_code)))
    assert wrong == [], "\n".join(str(one) for one in wrong)


@pytest.mark.parametrize("who", ["dispatcher", "center_staff", "admin", "auditor"])
def test_many_at_once_leave_the_other_street_alone(streets: Streets, who: str) -> None:
    client, theirs = client_of(streets.one, who), streets.two
    ids = [str(r.id) for r in theirs.requests.values()] + [str(j.id) for j in theirs.jobs.values()]
    tables = ("request", "job", "offer", "bond", "fact")
    before = fingerprint()
    for queue in QUEUES:
        for verb in queue.bulk:
            form = {"ids": ids, "id": ids, "verb": verb, "reason": "试试"}
            answer = client.post(reverse("desk_bulk", args=[queue.key]), form)
            assert answer.status_code < 500
    merge = client.post(
        reverse("desk_merge"), {"ids": ids, "id": ids, "request": ids, "title": "合"}
    )
    assert merge.status_code < 500
    after = fingerprint()
    assert {t for t in tables if before[t] != after[t]} == set()


def test_a_key_opens_only_its_scopes(streets: Streets) -> None:
    from diandan.web.api.urls import api

    owner = streets.one.people[Role.DISPATCHER]
    keys = {
        scope: tokens.make(owner=owner, name=scope, scopes=[scope], at=streets.at, by=SYSTEM)[1]
        for scope in SCOPES
    }
    by_pattern = {
        "/" + r.pattern.replace("<uuidstr:", "{").replace(">", "}"): r for r in routes() if r.is_api
    }
    wrong = []
    for address, methods in api.get_openapi_schema()["paths"].items():
        for method, one in methods.items():
            wanted = set(one.get("x-scopes", SCOPES))
            for scope in set(SCOPES) - wanted:
                client = Client(headers={"Authorization": f"Bearer {keys[scope]}"})
                response = call(client, by_pattern[address], method.upper(), streets.one)
                if response.status_code != 403 or "scope_missing" not in response.content.decode():
                    wrong.append((method, address, scope, response.status_code))
    assert wrong == [], "\n".join(str(one) for one in wrong)
