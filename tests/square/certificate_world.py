"""A volunteer with posted minutes, the two officers of her centre, and a certificate of hers."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Role
from diandan.path.engage.models import Task
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.actions.notice import confirm, post_due
from diandan.path.ledger.models import Grade
from diandan.square.certificate.actions.apply import apply_for
from diandan.square.certificate.actions.handle import handle, issue_due, sign
from diandan.square.certificate.actions.keys import issuer_at, name_issuer
from diandan.square.certificate.models import Certificate
from tests import factories as make
from tests.path.ledger_world import Visit

DAY = timedelta(days=1)
HOUSE = "https://diandan.example"
HERE = Path(__file__).parent


class Certified:
    """`visit.member` served twice: an hour verified, half an hour declared, both posted."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.visit = visit = Visit(at)
        self.her, self.centre = visit.member, visit.centre
        self.by: Actor = make.actor(self.her, is_volunteer=True)
        self.handler, self.handles = make.staff(Role.CENTER_STAFF, self.centre, "孙经办")
        self.head, self.signs = make.staff(Role.CENTER_STAFF, self.centre, "周主任")
        visit.rate()
        self.task: Task = visit.task
        self.loose: Task = visit.another(30, out="")
        earn(self.task.id, at=at)
        earn(self.loose.id, at=at)
        confirm(self.loose.id, at=at, by=visit.keeps)
        self.later = at + 10 * DAY
        post_due(at=self.later)
        issuer = issuer_at(self.centre, self.later)
        self.issuer = name_issuer(
            issuer=issuer,
            name="江宁区新时代文明实践中心",
            contact="025-52280000",
            at=self.later,
            by=self.handles,
        )

    def asked(self, **more: Any) -> Certificate:
        words = {"purpose": "入党材料", "from_on": (self.at - 30 * DAY).date(), **more}
        return apply_for(
            person=self.her,
            place=self.centre,
            until_on=self.later.date(),
            at=self.later,
            by=self.by,
            **words,
        )

    def signed(self, **more: Any) -> Certificate:
        row = self.asked(**more)
        handle(certificate_id=row.id, at=self.later, by=self.handles, note="情况属实")
        return sign(certificate_id=row.id, at=self.later, by=self.signs)

    def valid(self, **more: Any) -> Certificate:
        row = self.signed(**more)
        issue_due(at=self.later + 8 * DAY)
        row.refresh_from_db()
        return row


def grades(world: Certified) -> dict[str, int]:
    from diandan.square.certificate.lines import lines_of

    return {line.grade: line.minutes for line in lines_of(world.her.id)} | {
        Grade.VERIFIED.value: sum(
            line.minutes for line in lines_of(world.her.id) if line.grade == Grade.VERIFIED
        )
    }


def judge(
    cases: dict[str, Any], documents: dict[str, Any], issuers: Any, now: datetime
) -> dict[str, Any]:
    """What other people's programs say of each credential, with no network and none of our code."""
    given = {
        "cases": [{"name": name, "credential": one} for name, one in cases.items()],
        "documents": documents,
        "issuers": issuers,
        "now": now.isoformat(),
    }
    done = subprocess.run(
        ["node", str(HERE / "verify.mjs")],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    said = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["name"]: one for one in said}
