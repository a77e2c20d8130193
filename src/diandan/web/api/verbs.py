"""动作: operations that differ only in their verb are put under their addresses one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ninja import Router, Schema

from diandan.flow.verbs import VERBS, Who

from . import shapes
from .gate import Need


def put(
    router: Router,
    path: str,
    act: Callable[..., Any],
    *,
    name: str,
    body: type[shapes.Asked],
    response: type[Schema],
    scopes: tuple[str, ...],
    summary: str,
) -> None:
    """One verb at its address. `act` was made in a loop, so its name and its body are said here."""
    act.__name__ = name
    act.__annotations__["body"] = body
    router.post(path, url_name=name, response=response, auth=Need(*scopes), summary=summary)(act)


def scopes_for(noun: str, verb: str) -> tuple[str, ...]:
    """Which scopes open a verb: whose act it is says so."""
    who = VERBS[(noun, verb)].who
    if noun == "job":
        own = {Who.TEAM: ("serve",), Who.OWNER_OR_TEAM: ("serve", "dispatch")}
        return own.get(who, ("dispatch",))
    mixed = {Who.REQUESTER: ("order", "desk"), Who.OWNER_OR_REQUESTER: ("order", "desk")}
    return mixed.get(who, ("desk",))
