"""结账、公示、考评与红灰黑榜: the acts that end a period, and the boards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from diandan.ground.people.models import Consent
from diandan.ground.people.queries import masked_names, published_names
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal, missing
from diandan.kit.units import local
from diandan.square.dual_points import queries
from diandan.square.dual_points.actions import boards as board_acts
from diandan.square.dual_points.actions import periods as period_acts
from diandan.square.dual_points.core import next_month, quarter_of
from diandan.square.dual_points.models import (
    BoardRule,
    Colour,
    Household,
    MonthClose,
    PartyMember,
    QuarterNotice,
    System,
    YearGrade,
)
from diandan.web import door
from diandan.web.shared.coins import person_id_of

from . import frame, parsing, takeaway
from .conduct import centres_for, committee_only, plain, subject_of, subjects
from .conduct_roll import centre_asked

MONTHS_BACK, YEARS_BACK = 13, 2


@require_http_methods(["GET", "POST"])
@committee_only
def periods(request: HttpRequest) -> HttpResponse:
    """一月一积分、一季一公示、年度一考评."""
    if request.method == "POST":
        do = PERIOD_ACTS.get(request.POST.get("act", ""))
        if do is None:
            raise missing(_("没有这个操作。"))

        def act() -> str:
            frame.said(request, do(request))
            return reverse("desk_conduct_periods")

        return frame.act(request, "periods", act, lambda failed: _periods(request, failed))
    return _periods(request)


def _periods(request: HttpRequest, failed: frame.Failed | None = None) -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    today = local(at).date()
    return plain(
        request,
        "desk/conduct_periods.html",
        "periods",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        books=[
            {
                "centre": centre.name,
                "id": centre.id,
                "system": system.value,
                "label": system.label,
                "months": _months(centre, system, today),
                "quarters": _quarters(centre, system, today),
                "years": _years(centre, system, today),
            }
            for centre in centres_for(by)
            for system in System
        ],
        xlsx_url=reverse("desk_conduct_export", args=["xlsx"]),
        csv_url=reverse("desk_conduct_export", args=["csv"]),
    )


def _months(centre: Place, system: str, today: date) -> list[dict[str, Any]]:
    closed = {row.month: row for row in MonthClose.objects.filter(centre=centre, system=system)}
    start = queries.begun(centre, system) or today
    month, found = today.replace(day=1), []
    for _step in range(MONTHS_BACK):
        if month < start.replace(day=1):
            break
        n, points = queries.month_sum(centre, system, month)
        row = closed.get(month)
        found.append(
            {
                "month": month,
                "n": n,
                "points": f"{points:+d}" if points else "0",
                "closed": row.at if row else None,
                "may_close": row is None and next_month(month) <= today,
            }
        )
        month = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
    return found


def _quarters(centre: Place, system: str, today: date) -> list[dict[str, Any]]:
    posted = {
        row.quarter: row for row in QuarterNotice.objects.filter(centre=centre, system=system)
    }
    start = queries.begun(centre, system) or today
    quarter, found = quarter_of(today), []
    for _step in range(5):
        if quarter < quarter_of(start):
            break
        row = posted.get(quarter)
        found.append(
            {
                "quarter": quarter,
                "label": _("%(year)d年第%(n)d季度")
                % {"year": quarter.year, "n": (quarter.month + 2) // 3},
                "until": row.until if row else None,
                "may_post": row is None and quarter < quarter_of(today),
            }
        )
        quarter = date(quarter.year - (quarter.month == 1), (quarter.month - 4) % 12 + 1, 1)
    return found


def _years(centre: Place, system: str, today: date) -> list[dict[str, Any]]:
    found = []
    start = queries.begun(centre, system) or today
    for year in range(today.year, max(today.year - YEARS_BACK, start.year - 1), -1):
        rows = YearGrade.objects.filter(centre=centre, system=system, year=year)
        counts: dict[str, int] = {}
        for word in rows.values_list("grade", flat=True):
            counts[word] = counts.get(word, 0) + 1
        words = "、".join(f"{word} {n}" for word, n in counts.items())
        has_any = queries.of_year(centre, system, year).exists()
        found.append(
            {
                "year": year,
                "grades": words,
                "may_grade": not words and has_any and year < today.year,
                # Nobody has an entry: nothing to grade, and no button that stays for ever.
                "is_empty": not has_any and year < today.year,
            }
        )
    return found


def _day(request: HttpRequest, name: str) -> date:
    return parsing.day(request, name)


def _system(request: HttpRequest) -> str:
    return request.POST.get("system", "")


def _close(request: HttpRequest) -> str:
    row = period_acts.close_month(
        centre=centre_asked(request),
        system=_system(request),
        month=_day(request, "month"),
        by=door.actor(request),
        at=door.now(request),
    )
    return _("%(month)s已结账:%(n)d条。以后发现的错,在新的月份更正。") % {
        "month": f"{row.month:%Y-%m}",
        "n": row.entries,
    }


def _post(request: HttpRequest) -> str:
    row = period_acts.post_notice(
        centre=centre_asked(request),
        system=_system(request),
        quarter=_day(request, "quarter"),
        by=door.actor(request),
        at=door.now(request),
    )
    return _("已公示,到%(until)s止。") % {"until": f"{local(row.until):%Y-%m-%d %H:%M}"}


def _grade(request: HttpRequest) -> str:
    text = request.POST.get("year", "")
    if not text.isascii() or not text.isdigit() or len(text) != 4:
        raise Refusal("year", _("请选择年份。"), field="year")
    rows = period_acts.grade_year(
        centre=centre_asked(request),
        system=_system(request),
        year=int(text),
        by=door.actor(request),
        at=door.now(request),
    )
    return _("已按规则算出%(n)d个等次。") % {"n": len(rows)}


PERIOD_ACTS: dict[str, Callable[[HttpRequest], str]] = {
    "close": _close,
    "post": _post,
    "grade": _grade,
}


@require_GET
@committee_only
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The months as they stand."""
    today = local(door.now(request)).date()
    heads = [_("中心"), _("系统"), _("月份"), _("条数"), _("分数"), _("结账时间")]
    rows = [
        [centre.name, str(system.label), f"{m['month']:%Y-%m}", m["n"], m["points"], m["closed"]]
        for centre in centres_for(door.actor(request))
        for system in System
        for m in _months(centre, system, today)
    ]
    give = takeaway.as_xlsx if form == "xlsx" else takeaway.as_csv
    return give(_("双积分月账"), heads, rows)


@require_http_methods(["GET", "POST"])
@committee_only
def boards(request: HttpRequest) -> HttpResponse:
    """红灰黑榜, as the committee sees them."""
    if request.method == "POST":
        do = BOARD_ACTS.get(request.POST.get("act", ""))
        if do is None:
            raise missing(_("没有这个操作。"))

        def act() -> str:
            frame.said(request, do(request), "board")
            return reverse("desk_conduct_boards")

        return frame.act(request, "board", act, lambda failed: _boards(request, failed))
    return _boards(request)


def _boards(request: HttpRequest, failed: frame.Failed | None = None) -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    rows = queries.listings_for(by)
    party = [row.person_id for row in rows if row.system == System.PARTY]
    queries.read_party(party, reader=by, at=at)
    names = masked_names(row.person_id for row in rows)
    agreed = published_names((row.person_id for row in rows), Consent.About.RED_BOARD)
    return plain(
        request,
        "desk/conduct_boards.html",
        "boards",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        typed=failed.typed if failed else {},
        colours=[
            {
                "label": colour.label,
                "value": colour.value,
                "rows": [
                    {
                        "id": row.id,
                        "subject": subject_of(row, names),
                        "reason": row.reason,
                        "confirmed": row.confirmed_at,
                        "public": colour == Colour.RED
                        and row.person_id in agreed
                        and row.confirmed_at is not None,
                        "may_confirm": row.confirmed_at is None
                        and by.person_id not in (row.proposed_by_id, row.person_id),
                    }
                    for row in rows
                    if row.colour == colour
                ],
            }
            for colour in Colour
        ],
        subjects=subjects(by, at),
        centres=[{"value": str(c.id), "label": c.name} for c in centres_for(by)],
        rules=[
            {
                "id": row.id,
                "colour": row.get_colour_display(),
                "number": row.number,
                "text": row.text,
                "from": row.from_on,
                "confirmed": row.confirmed_at,
                "may_confirm": row.confirmed_at is None and by.person_id != row.entered_by_id,
            }
            for row in BoardRule.objects.filter(centre__in=centres_for(by)).order_by("-from_on")
        ],
    )


def _list(request: HttpRequest) -> str:
    post = request.POST
    kind, _sign, key = post.get("subject", "").partition(":")
    row_id = person_id_of(key)
    house = member = None
    if row_id is not None and kind == "h":
        house = Household.objects.select_related("place").filter(id=row_id).first()
    elif row_id is not None:
        rows = PartyMember.objects.select_related("branch__place")
        member = rows.filter(id=row_id, left_at=None).first()
    board_acts.propose_listing(
        centre=centre_asked(request),
        colour=post.get("colour", ""),
        reason=post.get("reason", ""),
        household=house,
        branch=member.branch if member else None,
        person_id=member.person_id if member else None,
        by=door.actor(request),
        at=door.now(request),
    )
    return _("已提出,等另一个人核对。")


def _confirm(request: HttpRequest) -> str:
    board_acts.confirm_listing(_id(request), by=door.actor(request), at=door.now(request))
    return _("已上榜。红榜要本人同意才公开;灰榜、黑榜只有本人和评议人员看得到。")


def _end(request: HttpRequest) -> str:
    board_acts.end_listing(_id(request), by=door.actor(request), at=door.now(request))
    return _("已移出。")


def _rule(request: HttpRequest) -> str:
    post = request.POST
    board_acts.enter_rule(
        centre=centre_asked(request),
        colour=post.get("colour", ""),
        number=post.get("number", ""),
        text=post.get("text", ""),
        from_on=_day(request, "from_on"),
        by=door.actor(request),
        at=door.now(request),
    )
    return _("规则已录入,等另一个人核对原件。")


def _confirm_rule(request: HttpRequest) -> str:
    board_acts.confirm_rule(_id(request), by=door.actor(request), at=door.now(request))
    return _("规则已生效。")


def _id(request: HttpRequest) -> Any:
    found = person_id_of(request.POST.get("row", ""))
    if found is None:
        raise missing(_("没有找到这一条。"))
    return found


BOARD_ACTS: dict[str, Callable[[HttpRequest], str]] = {
    "list": _list,
    "confirm": _confirm,
    "end": _end,
    "rule": _rule,
    "confirm_rule": _confirm_rule,
}
