"""乱试: every operation with generated calls, by many callers, answers as its own schema says.

Bounded and without chance, so that every run tries the same calls: no server error, no status or
content type that is not told, no answer that breaks its schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from diandan.ground.people.actions import tokens
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Role
from diandan.path.assess.actions.partner import make_partner
from diandan.web.api.gate import SCOPES
from tests.web.street_world import Streets

pytestmark = pytest.mark.django_db
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
CALLERS = ("dispatcher", "center_staff", "leader", "volunteer", "resident", "auditor", "mediator")
CALLS_EACH = 6
FEWEST_YES = 20  # generated calls that are mostly refused would prove little


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Streets]:
    """One world for the module, taken back at its end; each call is taken back by itself."""
    here = override_settings(DIANDAN_PLACE="jiangning", ALLOWED_HOSTS=["*"])
    # As Django's own test client: a call that ends must not close the world's connection.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        with here, django_db_blocker.unblock(), transaction.atomic():
            yield Streets()
            transaction.set_rollback(True)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def keys(world: Streets) -> list[str]:
    """A key for each sort of caller with every scope, one partner's, and none."""
    made = [
        tokens.make(
            owner=world.one.people[who], name=who, scopes=list(SCOPES), at=world.at, by=SYSTEM
        )[1]
        for who in CALLERS
    ]
    until = world.at + timedelta(days=9)
    _row, partners = make_partner(
        name="热线", centre=world.centre, expires_at=until, by=SYSTEM, at=world.at
    )
    return [*made, partners, ""]


def test_generated_calls_are_answered_as_the_schema_says(world: Streets) -> None:
    load_all_checks()
    app = get_wsgi_application()
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    holders = keys(world)
    roles = {str(role) for role in Role}
    assert set(CALLERS) - roles == {"leader", "volunteer", "resident"}
    known = {name: str(value) for name, value in world.one.objects.items()}
    heard: dict[str, set[int]] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        names = [p.name for p in operation.path_parameters]
        ours = {name: known[name] for name in names}
        heard[operation.label] = set()

        def one_call(case: Any, key: str, at_home: bool, told: set[int], ours: Any) -> None:
            if at_home:
                case.path_parameters = ours
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            before = transaction.savepoint()
            try:
                answer = case.call(headers=headers)
                case.validate_response(answer, checks=CHECKS)
                told.add(answer.status_code)
            finally:
                transaction.savepoint_rollback(before)

        tried = given(
            case=operation.as_strategy(),
            key=st.sampled_from(holders),
            at_home=st.sampled_from([True, True, False]),
            told=st.just(heard[operation.label]),
            ours=st.just(ours),
        )(one_call)
        settings(
            max_examples=CALLS_EACH,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(tried)()
    assert len(heard) > 70
    assert all(heard.values())
    assert sum(200 in told for told in heard.values()) >= FEWEST_YES, heard
