"""Callers of the API for its tests: a browserless client with a key, and posts that carry one."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.test import Client

from diandan.ground.people.actions import tokens
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Person
from diandan.kit import clock

ROOT = "/api/v1"


class Caller:
    """One program with one key."""

    def __init__(self, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self.client = Client(raise_request_exception=False, headers=headers)

    def get(self, address: str, **query: Any) -> Any:
        return self.client.get(f"{ROOT}{address}", query)

    def post(self, address: str, body: Any = None, key: str | None = "") -> Any:
        """POST as a careful program does; `key` None leaves the idempotency key out."""
        headers = {} if key is None else {"Idempotency-Key": key or uuid4().hex}
        return self.client.post(
            f"{ROOT}{address}", body or {}, content_type="application/json", headers=headers
        )


def caller(person: Person, *scopes: str) -> Caller:
    """A program that acts as the person within the scopes."""
    _row, plain = tokens.make(owner=person, name="试", scopes=scopes, at=clock.now(), by=SYSTEM)
    return Caller(plain)


def ok(answer: Any) -> Any:
    """What was answered, when it was a yes."""
    assert answer.status_code == 200, (answer.status_code, answer.content.decode())
    return answer.json()


def no(answer: Any, status: int, code: str) -> Any:
    """The problem, when it was this no."""
    assert answer["Content-Type"] == "application/problem+json", answer.content.decode()
    said = answer.json()
    assert (answer.status_code, said["code"]) == (status, code), said
    assert said["title"].endswith(("。", "?", "."))
    return said
