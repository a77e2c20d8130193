"""服务类别: the kinds of need a centre starts with, and those it adds, changes or retires."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import SYSTEM, Actor
from diandan.ground.people.policies import check_admin
from diandan.ground.places.core import parse
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal

from ..models import ServiceKind

KINDS_FILE = Path(__file__).resolve().parent.parent / "kinds.toml"
RANK_STEP = 10
PLAIN_FIELDS = frozenset(
    {"icon", "words", "skills", "flow", "minutes", "two_person", "risk_notice", "tags", "rank"}
)
HEADCOUNT_MAX = 200


@cache
def default_kinds() -> tuple[dict[str, Any], ...]:
    """The kinds of `kinds.toml`, in its order."""
    with KINDS_FILE.open("rb") as file:
        return tuple(tomllib.load(file)["kind"])


@transaction.atomic
def load_kinds(*, centre: Place, at: datetime, by: Actor = SYSTEM) -> list[ServiceKind]:
    """Give the centre the default kinds it lacks; returns the new ones.

    Run again it adds nothing, and a kind the centre changed or retired stays as it is.
    """
    Place.objects.select_for_update(no_key=True).get(id=centre.id)
    known = set(ServiceKind.objects.filter(centre=centre).values_list("code", flat=True))
    new = ServiceKind.objects.bulk_create(
        ServiceKind(centre=centre, **{"rank": (number + 1) * RANK_STEP, **fields})
        for number, fields in enumerate(default_kinds())
        if fields["code"] not in known
    )
    if new:
        announce(_fact("kinds_loaded", centre, by, at, {"codes": [kind.code for kind in new]}))
    return new


@transaction.atomic
def edit_kind(kind: ServiceKind, *, by: Actor, at: datetime, **fields: Any) -> ServiceKind:
    """Change a kind's name, words, promises, people or flow. Orders placed before keep theirs."""
    check_admin(by, kind.centre)
    unknown = set(fields) - PLAIN_FIELDS - {"name", "promises", "headcount"}
    if unknown:
        raise TypeError(f"a kind has no {sorted(unknown)}")
    if "name" in fields and not str(fields["name"]).strip():
        raise Refusal("kind_name", _("请填写服务类别的名称。"), field="name")
    if "promises" in fields:
        check_promises(fields["promises"])
    if not 1 <= int(fields.get("headcount", 1)) <= HEADCOUNT_MAX:
        raise Refusal("headcount", _("需要的志愿者人数请填1到200。"), field="headcount")
    for name, value in fields.items():
        setattr(kind, name, value)
    kind.save(update_fields=list(fields))
    data = {"code": kind.code, "fields": sorted(fields)}
    announce(_fact("kind_edited", kind.centre, by, at, data))
    return kind


@transaction.atomic
def retire_kind(kind: ServiceKind, *, by: Actor, at: datetime) -> None:
    """The kind is no longer offered; orders under way go on."""
    check_admin(by, kind.centre)
    if kind.retired_at is None:
        kind.retired_at = at
        kind.save(update_fields=["retired_at"])
        announce(_fact("kind_retired", kind.centre, by, at, {"code": kind.code}))


def check_promises(promises: dict[str, str]) -> None:
    """Refuses promises that lack an urgency or cannot be read."""
    try:
        wrong = {"urgent", "normal"} - set(promises)
        for promise in promises.values():
            parse(promise)
    except ValueError:
        wrong = set(promises)
    if wrong:
        raise Refusal(
            "promise_unreadable",
            _("时限请写成 2h(小时)、7d(天)或 5wd(工作日),紧急和一般都要写。"),
            field="promises",
        )


def _fact(what: str, centre: Place, by: Actor, at: datetime, data: dict[str, Any]) -> Fact:
    return Fact(kind=f"catalogue.{what}", at=at, place_id=centre.id, by_id=by.person_id, data=data)
