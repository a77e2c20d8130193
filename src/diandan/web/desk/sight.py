"""原话: who meets a resident's own words on the desk, and the record that somebody else read them.

Whoever works on an order reads what was asked. An auditor judges states, times and reasons; the
words themselves she opens one order at a time, and each opening is written down as a reading.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Reading
from diandan.path.ask.models import Request
from diandan.path.bundle.models import Job
from diandan.web.shared.sight import READERS, reads_words


def only_audits(by: Actor) -> bool:
    """Whether she reads nobody's words anywhere: then her search does not either."""
    return not any(grant.role in READERS for grant in by.grants)


def title_for(subject: Request | Job, by: Actor) -> str:
    """The title, which is made of the words; for an auditor the kind of service."""
    return subject.title if reads_words(by, subject) else subject.kind.name


def without_words(item: dict[str, Any], subject: Request | Job, by: Actor) -> dict[str, Any]:
    """A row of a list as this reader may see it."""
    if reads_words(by, subject):
        return item
    return {**item, "title": subject.kind.name, "note": ""}


def closed_report() -> str:
    """What stands where a volunteer's report of trouble would: it tells of whoever was visited."""
    return _("内容由经办人员查看")


def closed_words() -> str:
    """What stands where the words would."""
    return _("原话在点单页查看(留记录)")


def leave_record(row: Request, field: str, by: Actor, at: datetime, why: str = "desk") -> None:
    """That somebody other than herself read this of hers."""
    if by.person_id != row.requester_id:
        Reading.objects.create(
            person=row.requester,
            reader_id=by.person_id,
            field=field,
            why=why,
            request_id=row.id,
            at=at,
        )


def read_door(row: Request, by: Actor, at: datetime) -> str:
    """Her door, and the record of it."""
    text = vault.unseal(row.requester.wrapped_key, row.door_enc)
    if text:
        leave_record(row, "door", by, at)
    return text
