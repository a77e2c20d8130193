"""查账·有没有人听见: what hours stand on was announced when it happened, in the chain of facts.

Whoever writes straight into the tables as the application's own role can make rows that look like
a visit, a second person's word or a joined record. The facts beside them (numbered and chained
for each centre by `ground/record`) are what she does not have; these checks ask for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from diandan.ground.people.models import PersonMerge
from diandan.ground.record.models import FactRow
from diandan.kit.units import local
from diandan.path.bundle.models import Bond

from .models import (
    Confirmation,
    Declaration,
    Grade,
    Ledger,
    Reason,
    RuleChoice,
    Transfer,
    YearMinutes,
)

Phase = Transfer.Phase


@dataclass(frozen=True, slots=True)
class Bad:
    """One fault: which check found it, on which row, and what is wrong in words."""

    check: str
    row: str
    words: str


def _services() -> QuerySet[Transfer]:
    return Transfer.objects.filter(
        phase=Phase.PENDING, reason=Reason.SERVICE, ledger=Ledger.MINUTES, task__isnull=False
    ).order_by("at", "id")


def visits_were_heard(_handler: str) -> Iterator[Bad]:
    """Who is on the books by check-in and check-out was announced at both, by the path."""
    seen = _services().filter(task__attendance__out_at__isnull=False)
    for kind in ("job.checked_in", "job.checked_out"):
        told = FactRow.objects.filter(
            kind=kind,
            job_id=OuterRef("task__engagement__job_id"),
            person_id=OuterRef("task__person_id"),
        )
        for row_id in seen.filter(~Exists(told)).values_list("id", flat=True):
            yield Bad("heard", str(row_id), _("有签到签退的行,却没有签到签退这件事"))


def ratings_were_heard(_handler: str) -> Iterator[Bad]:
    """Verified minutes without an officer's word stand on a rating that was announced."""
    stood = Confirmation.objects.filter(task=OuterRef("task"))
    served = Bond.objects.filter(job=OuterRef(OuterRef("task__engagement__job_id")))
    told = FactRow.objects.filter(kind="request.rated", request_id__in=served.values("request_id"))
    rows = _services().filter(~Exists(stood), ~Exists(told), credit__grade=Grade.VERIFIED)
    for row_id in rows.values_list("id", flat=True):
        yield Bad("rated", str(row_id), _("记成了已核实,却没有评价这件事"))


def second_people_spoke(_handler: str) -> Iterator[Bad]:
    """Every second person's word, and every declared session, was announced by who gave it."""
    told = FactRow.objects.filter(
        kind="hours.confirmed",
        by_id=OuterRef("by_id"),
        job_id=OuterRef("task__engagement__job_id"),
        person_id=OuterRef("task__person_id"),
    )
    for key in Confirmation.objects.filter(~Exists(told)).values_list("id", flat=True):
        yield Bad("spoke", str(key), _("有核对的行,却没有核对这件事"))
    said = FactRow.objects.filter(
        kind="hours.declared",
        by_id=OuterRef("by_id"),
        job_id=OuterRef("task__engagement__job_id"),
        person_id=OuterRef("task__person_id"),
    )
    for key in Declaration.objects.filter(~Exists(said)).values_list("id", flat=True):
        yield Bad("declared", str(key), _("有补录的行,却没有补录这件事"))


def merges_were_hers(_handler: str) -> Iterator[Bad]:
    """Two records were joined by the act of the one who is kept, and it was announced."""
    for row in PersonMerge.objects.order_by("at", "gone"):
        told = FactRow.objects.filter(
            kind="people.merged", person_id=row.kept_id, by_id=row.kept_id
        )
        if not any(fact.data.get("gone") == str(row.gone_id) for fact in told):
            yield Bad("merge", str(row.gone_id), _("两份记录并了号,却不是本人办的"))


def rules_were_ahead(_handler: str) -> Iterator[Bad]:
    """A centre's rules were chosen for days to come, and it was announced."""
    for row in RuleChoice.objects.exclude(by=None).order_by("at", "id"):
        told = FactRow.objects.filter(
            kind="hours.rules_chosen", place_id=row.centre_id, by_id=row.by_id
        )
        known = any(fact.data.get("choice") == str(row.id) for fact in told)
        if row.from_on <= local(row.at).date() or not known:
            yield Bad("rules", str(row.id), _("规则管到了已经过去的日子,或没有选用这件事"))


def years_are_sums(_handler: str) -> Iterator[Bad]:
    """The year index holds what the accounts of service hold, for each person and grade."""
    kept: dict[tuple[int, object, str], int] = {}
    for centre, person, grade, minutes in YearMinutes.objects.values_list(
        "centre_id", "person_id", "grade", "minutes"
    ):
        kept[centre, person, grade] = kept.get((centre, person, grade), 0) + minutes
    summed: dict[tuple[int, object, str], int] = {}
    moved = Transfer.objects.filter(
        Q(phase=Phase.POSTING, reason=Reason.SERVICE)
        | Q(phase=Phase.DIRECT, reason__in=(Reason.CORRECT, Reason.MERGE)),
        ledger=Ledger.MINUTES,
    ).values_list(
        *("centre_id", "reason", "amount"),
        *("credit__person_id", "credit__grade", "debit__person_id", "debit__grade"),
    )
    for centre, reason, amount, to, to_grade, whose, grade in moved.iterator():
        for person, of, sign in ((to, to_grade, 1), (whose, grade, -1)):
            back = reason == Reason.CORRECT and sign > 0
            if person is not None and not back:
                key = (centre, person, of)
                summed[key] = summed.get(key, 0) + sign * amount
    for key in sorted({*kept, *summed}, key=str):
        if kept.get(key, 0) != summed.get(key, 0):
            words = _("年度时长写着 %(said)d,逐笔相加是 %(sum)d")
            what = {"said": kept.get(key, 0), "sum": summed.get(key, 0)}
            yield Bad("year", "/".join(map(str, key)), words % what)


def notices_were_whole(_handler: str) -> Iterator[Bad]:
    """What was counted first stood on notice at least a day; three working days are the rule."""
    for row_id in (
        _services()
        .filter(notice_until__lte=F("at"), data__missing__isnull=False)
        .exclude(task__in=_services().filter(settlement__phase=Phase.VOIDING).values("task"))
        .values_list("id", flat=True)
    ):
        yield Bad("notice", str(row_id), _("没有公示就入账了"))
