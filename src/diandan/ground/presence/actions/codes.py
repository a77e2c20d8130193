"""到场码: a subject's secret is made on first use; its code is shown, checked and used up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import vault
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal
from diandan.kit.units import local

from ..core import DIGITS, code_at, minute_of, step_of
from ..models import CodeSecret, CodeUse

# How far back an old code is recognised, so that its holder is told from when it is.
OLD = timedelta(hours=12)


def place_subject(place_id: int) -> str:
    """Whose code a site shows."""
    return f"place:{place_id}"


def job_subject(job_id: UUID) -> str:
    """Whose code a leader's phone shows."""
    return f"job:{job_id}"


def task_subject(task_id: UUID) -> str:
    """Whose code a volunteer's own phone shows."""
    return f"task:{task_id}"


@dataclass(frozen=True, slots=True)
class Used:
    """Whose code it was, and of which minute."""

    subject: str
    step: int


def code_of(subject: str, *, at: datetime) -> str:
    """The six digits of the subject at `at`."""
    return code_at(_secret(subject, at), at)


def site_code(*, place: Place, at: datetime) -> str:
    """The six digits `place` shows at `at`."""
    return code_of(place_subject(place.id), at=at)


@transaction.atomic
def use_code(
    subjects: Iterable[str],
    code: str,
    *,
    person_id: UUID,
    at: datetime,
    now: datetime | None = None,
) -> Used | None:
    """Use up one of the subjects' codes of the moment `at`; None when it is nobody's.

    Raises Refusal `code_used` for a code she used before and `old_code` for one whose minute is
    over, with the time it was shown: a photograph of a screen tells when it was taken.
    """
    if len(code) != DIGITS or not code.isascii() or not code.isdigit():
        return None
    rows = list(CodeSecret.objects.filter(subject__in=list(subjects)))
    for row in rows:
        step = step_of(_open(row), code, at)
        if step is None:
            continue
        _use, is_new = CodeUse.objects.get_or_create(
            secret=row, step=step, person_id=person_id, defaults={"at": now or at}
        )
        if not is_new:
            raise Refusal(
                "code_used",
                _("这个码您已经用过一次了。请等屏幕换新码(一分钟一换)再签。"),
                field="code",
            )
        return Used(row.subject, step)
    for row in rows:
        then = minute_of(_open(row), code, at, OLD)
        if then is not None:
            raise Refusal(
                "old_code",
                _(
                    "这是 %(when)s 的到场码,已经作废。到场码一分钟一换,拍下来的没有用;请看现场现在的码。"
                )
                % {"when": f"{local(then):%H:%M}"},
                field="code",
            )
    return None


def shown_at(
    subjects: Iterable[str], code: str, *, before: datetime, within: timedelta
) -> datetime | None:
    """When this code was last shown by one of the subjects: proof against a changed clock."""
    for row in CodeSecret.objects.filter(subject__in=list(subjects)):
        then = minute_of(_open(row), code, before, within)
        if then is not None:
            return then
    return None


def _secret(subject: str, at: datetime) -> str:
    row = CodeSecret.objects.filter(subject=subject).first()
    if row is None:
        key = vault.new_key()
        row, _made = CodeSecret.objects.get_or_create(
            subject=subject,
            defaults={
                "wrapped_key": key,
                "sealed": vault.seal(key, pyotp.random_base32()),
                "made_at": at,
            },
        )
    return _open(row)


def _open(row: CodeSecret) -> str:
    return vault.unseal(row.wrapped_key, row.sealed)
