"""一月一积分、一季一公示、年度一考评: each period ends by an act, and stays as it ended."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.ground.places.queries import calendar_of
from diandan.ground.record.actions.announce import announce
from diandan.ground.record.lock import hold
from diandan.kit.refusal import Refusal, conflict
from diandan.kit.units import local

from ..core import grade_of, months_of, next_month, quarter_of
from ..facts import period_fact
from ..models import Entry, MonthClose, Objection, QuarterNotice, System, YearGrade
from ..policies import check_keeps
from ..queries import begun, is_closed, month_sum, of_year, standing_of
from ..rulebook import rules_for


@transaction.atomic
def close_month(*, centre: Place, system: str, month: date, by: Actor, at: datetime) -> MonthClose:
    """Close a month that is over and holds nothing undecided. Closing twice is closing once."""
    officer = check_keeps(by, centre)
    _check_system(system)
    found = MonthClose.objects.filter(centre=centre, system=system, month=month).first()
    if found is not None:
        return found
    if month.day != 1 or local(at).date() < next_month(month):
        raise Refusal("month", _("这个月还没有过完,下月1日起才能结账。"), field="month")
    hold(f"dual:{centre.id}:{system}")
    rows = Entry.objects.filter(centre=centre, system=system, month=month)
    waiting = rows.filter(verdict=None).count()
    if waiting:
        raise conflict(
            "entries_wait", _("这个月还有%(n)d条没有核对,核对完才能结账。") % {"n": waiting}
        )
    count, points = month_sum(centre, system, month)
    row = MonthClose.objects.create(
        centre=centre,
        system=system,
        month=month,
        entries=count,
        points=points,
        digest=digest_of(centre, system, month),
        by_id=officer,
        at=at,
    )
    announce(period_fact("month_closed", centre, system, month, by, at))
    return row


def digest_of(centre: Place, system: str, month: date) -> str:
    """A fingerprint of the month's confirmed entries: the same rows give the same one."""
    rows = Entry.objects.filter(
        centre=centre, system=system, month=month, verdict__is_confirmed=True
    ).order_by("id")
    lines = (f"{row.id}:{row.person_id}:{row.item_id}:{row.points}" for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@transaction.atomic
def post_notice(
    *, centre: Place, system: str, quarter: date, by: Actor, at: datetime
) -> QuarterNotice:
    """Put a quarter whose three months are closed on notice."""
    officer = check_keeps(by, centre)
    _check_system(system)
    found = QuarterNotice.objects.filter(centre=centre, system=system, quarter=quarter).first()
    if found is not None:
        return found
    if quarter_of(quarter) != quarter:
        raise Refusal("quarter", _("请选择一个季度。"), field="quarter")
    start = begun(centre, system)
    still_open = [
        m
        for m in months_of(quarter)
        if start is None or (m >= start and not is_closed(centre, system, m))
    ]
    if still_open:
        raise conflict(
            "months_open",
            _("%(months)s 还没有结账,三个月都结了才能公示。")
            % {"months": "、".join(f"{m:%Y-%m}" for m in still_open)},
        )
    row = QuarterNotice.objects.create(
        centre=centre,
        system=system,
        quarter=quarter,
        by_id=officer,
        at=at,
        until=calendar_of(centre).due(at, rules_for(centre).notice),
    )
    announce(period_fact("noticed", centre, system, quarter, by, at))
    return row


@transaction.atomic
def grade_year(
    *, centre: Place, system: str, year: int, by: Actor, at: datetime
) -> list[YearGrade]:
    """Compute everybody's grade from the year's entries; once, when all is posted and settled."""
    officer = check_keeps(by, centre)
    _check_system(system)
    found = list(YearGrade.objects.filter(centre=centre, system=system, year=year))
    if found:
        return found
    last = date(year, 10, 1)
    notice = QuarterNotice.objects.filter(centre=centre, system=system, quarter=last).first()
    if notice is None or notice.until > at:
        raise conflict("year_open", _("第四季度公示期满以后,才能年度考评。"))
    waiting = Objection.objects.filter(
        entry__centre=centre, entry__system=system, entry__month__year=year, settled_at=None
    ).count()
    if waiting:
        raise conflict("objections_open", _("还有%(n)d条异议没有裁定。") % {"n": waiting})
    subjects = _subjects(centre, system, year)
    if not subjects:
        raise conflict("nothing_to_grade", _("这一年没有核对过的条目,不用考评。"))
    rules = rules_for(centre)
    rows = [_graded(centre, system, year, one, rules.name, officer, at) for one in subjects]
    announce(period_fact("graded", centre, system, date(year, 1, 1), by, at))
    return rows


def _subjects(centre: Place, system: str, year: int) -> list[Entry]:
    """One entry for each member or household that has any in the year."""
    rows = of_year(centre, system, year).order_by("proposed_at", "id")
    found: dict[UUID, Entry] = {}
    for row in rows:
        found.setdefault(row.household_id or row.person_id, row)
    return list(found.values())


def _graded(
    centre: Place, system: str, year: int, subject: Entry, rules: str, officer: UUID, at: datetime
) -> YearGrade:
    now = standing_of(
        centre, system, year, person_id=subject.person_id, household_id=subject.household_id
    )
    return YearGrade.objects.create(
        centre=centre,
        system=system,
        year=year,
        branch_id=subject.branch_id,
        household_id=subject.household_id,
        person_id=subject.person_id,
        points=now.points,
        is_vetoed=now.is_vetoed,
        grade=grade_of(rules_for(centre).system(system), now.points, is_vetoed=now.is_vetoed),
        rules=rules,
        by_id=officer,
        at=at,
    )


def _check_system(system: str) -> None:
    if system not in System.values:
        raise Refusal("system", _("请选择党员积分或群众积分。"), field="system")
