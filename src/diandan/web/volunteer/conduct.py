"""我的双积分: every entry that concerns me with its evidence, my word against it, my boards and consent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diandan.ground.people.actions import consents
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Consent, Person
from diandan.ground.people.queries import consents_of, has_consent, masked_names
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal, missing
from diandan.kit.units import local
from diandan.square.dual_points import queries
from diandan.square.dual_points.actions.object import object_to
from diandan.square.dual_points.models import Colour, Entry, Listing, QuarterNotice, System
from diandan.square.dual_points.rulebook import rules_for
from diandan.web import door
from diandan.web.shared.coins import centre_of, person_id_of
from diandan.web.shared.once import once

from .bank import show

HOME = "/v/conduct"


@require_safe
@door.signed_in
def conduct(request: HttpRequest) -> HttpResponse:
    """My own page: nobody else's."""
    return _page(request)


def _page(request: HttpRequest, error: Refusal | None = None, typed: str = "") -> HttpResponse:
    me, by, at = door.me(request), door.actor(request), door.now(request)
    centre = centre_of(me)
    entries = queries.own_entries(me.id)
    systems = _systems(me, centre, at)
    context = {
        "systems": systems,
        "entries": [entry_row(row, by, at) for row in entries],
        "listings": [_listing(row) for row in queries.own_listings(me.id)],
        "consents": has_consent(me.id, Consent.About.RED_BOARD),
        "grades": [
            {
                "year": row.year,
                "system": row.get_system_display(),
                "points": row.points,
                "grade": row.grade,
            }
            for row in queries.own_grades(me.id)
        ],
        "notices": [
            {"id": row.id, "title": notice_title(row), "until": row.until}
            for row in queries.notices_open(centre, at)
            if _may_read(row, me)
        ],
        "source": rules_for(centre).source,
        "committee": bool(queries.branches_for(by)),
        "error": error,
        "typed": typed,
        "failed": request.POST.get("entry", "") if error else "",
    }
    return show(request, "conduct", context, status=error.status if error else 200)


def _systems(me: Person, centre: Place, at: datetime) -> list[dict[str, Any]]:
    year = local(at).year
    found = []
    member = queries.membership_of(me.id)
    if member is not None:
        now = queries.standing_of(centre, System.PARTY, year, person_id=me.id)
        found.append(
            {
                "label": System.PARTY.label,
                "of": member.branch.name,
                "points": now.points,
                "base": rules_for(centre).party.base,
                "is_vetoed": now.is_vetoed,
                "n": now.entries,
            }
        )
    house = queries.household_of(me.id)
    if house is not None:
        now = queries.standing_of(centre, System.RESIDENTS, year, household_id=house.household_id)
        found.append(
            {
                "label": System.RESIDENTS.label,
                "of": _("%(n)s户") % {"n": house.household.number},
                "points": now.points,
                "base": rules_for(centre).residents.base,
                "is_vetoed": False,
                "n": now.entries,
                "dimensions": _dimensions(centre, house.household_id, year),
            }
        )
    return found


def _dimensions(centre: Place, household_id: Any, year: int) -> list[dict[str, Any]]:
    """The five, each with its own sum; nought is shown too."""
    sums = dict.fromkeys(rules_for(centre).dimensions, 0)
    rows = Entry.objects.filter(
        household_id=household_id, month__year=year, verdict__is_confirmed=True
    ).select_related("item")
    found = list(rows)
    for row, one in zip(found, queries.scored(found), strict=True):
        if not one.stopped:
            sums[row.item.dimension] = sums.get(row.item.dimension, 0) + row.points
    return [{"label": word, "points": points} for word, points in sums.items() if word]


def entry_row(row: Entry, by: Actor, at: datetime) -> dict[str, Any]:
    """One entry with its evidence and how it stands."""
    said = [one for one in row.objections.all() if one.by_id == by.person_id]
    is_open = any(one.settled_at is None for one in row.objections.all())
    confirmed = row.verdict.is_confirmed
    return {
        "id": row.id,
        "title": row.item.title,
        "dimension": row.item.dimension,
        "points": f"{row.points:+d}" if row.points else row.get_sort_display(),
        "tone": "good" if row.points > 0 else "late",
        "month": row.month,
        "on": row.happened_on,
        "system": row.get_system_display(),
        "evidence": queries.evidence_of(row, reader=by, at=at),
        "basis": row.basis,
        "is_correction": row.corrects_id is not None,
        "confirmed": confirmed,
        "why_not": row.verdict.text,
        "is_open": is_open,
        "corrected": hasattr(row, "correction") and row.corrects_id is None,
        "said": [
            {
                "text": queries.objection_text(one),
                "settled": one.settled_at,
                "upheld": one.is_upheld,
                "answer": one.settlement,
            }
            for one in said
        ],
        "may_appeal": confirmed
        and row.corrects_id is None
        and not is_open
        and not hasattr(row, "correction"),
    }


def _listing(row: Listing) -> dict[str, Any]:
    return {
        "label": row.get_colour_display(),
        "colour": row.colour,
        "is_red": row.colour == Colour.RED,
        "reason": row.reason,
        "at": row.confirmed_at,
    }


def notice_title(row: QuarterNotice) -> str:
    """2026年第1季度 群众积分公示."""
    return _("%(year)d年第%(n)d季度%(system)s公示") % {
        "year": row.quarter.year,
        "n": (row.quarter.month + 2) // 3,
        "system": row.get_system_display(),
    }


def _may_read(row: QuarterNotice, me: Person) -> bool:
    """The party's notice is its members' to read; the people's is everybody's of the place."""
    if row.system == System.PARTY:
        return queries.membership_of(me.id) is not None
    return me.home is not None


@require_POST
@door.signed_in
def appeal(request: HttpRequest) -> HttpResponse:
    """申诉 or 异议: what is wrong with it, in her words."""
    entry_id = person_id_of(request.POST.get("entry", ""))
    text = request.POST.get("text", "")
    if entry_id is None:
        raise missing(_("没有找到这一条。"), "unknown_entry")

    def act() -> str:
        object_to(entry_id, text=text, by=door.actor(request), at=door.now(request))
        messages.success(
            request,
            _("已收到。裁定以前这一条不计分;由提出和核对以外的人来裁定。"),
            extra_tags=f"done:appeal-{entry_id}",
        )
        return HOME

    try:
        return once(request, act)
    except Refusal as no:
        return _page(request, no, text)


@require_POST
@door.signed_in
def board_consent(request: HttpRequest) -> HttpResponse:
    """Her name on the red board: given here, withdrawn here, at once."""
    me, by, at = door.me(request), door.actor(request), door.now(request)

    def act() -> str:
        if request.POST.get("wish") == "yes":
            about = Consent.About.RED_BOARD
            consents.give(person=me, about=about, how="web", at=at, by=by)
            messages.success(request, _("已同意在红榜公开姓名,随时可以撤回。"))
        else:
            for row in consents_of(me.id):
                if row.about == Consent.About.RED_BOARD and row.withdrawn_at is None:
                    consents.withdraw(consent=row, at=at, by=by)
            messages.success(request, _("已撤回,红榜上现在就看不到您的姓名了。"))
        return HOME

    return once(request, act)


@require_http_methods(["GET", "HEAD"])
@door.signed_in
def notice(request: HttpRequest) -> HttpResponse:
    """一季一公示: households by number, items and points; a branch's members masked; no evidence."""
    me, at = door.me(request), door.now(request)
    centre = centre_of(me)
    notice_id = person_id_of(request.GET.get("n", ""))
    row = next((n for n in queries.notices_open(centre, at) if n.id == notice_id), None)
    if row is None or not _may_read(row, me):
        return show(request, "conduct_notice", {"notice": None, "rows": []})
    rows = queries.notice_entries(row)
    if row.system == System.PARTY:
        member = queries.membership_of(me.id)
        rows = rows.filter(branch=member.branch) if member else rows.none()
        queries.read_party(
            rows.values_list("person_id", flat=True), reader=door.actor(request), at=at
        )
    else:
        village = me.home.path if me.home else "-"
        rows = rows.filter(household__place__in=_line(village))
    shown = list(rows[:500])
    names = masked_names(one.person_id for one in shown if row.system == System.PARTY)
    context = {
        "notice": {"title": notice_title(row), "until": row.until},
        "rows": [
            {
                "id": one.id,
                "of": _("%(n)s户") % {"n": one.household.number}
                if one.household
                else names.get(one.person_id, ""),
                "title": one.item.title,
                "dimension": one.item.dimension,
                "points": f"{one.points:+d}" if one.points else one.get_sort_display(),
                "month": one.month,
                "is_own": one.person_id == me.id,
            }
            for one in shown
        ],
    }
    return show(request, "conduct_notice", context)


def _line(path: str) -> list[int]:
    """The place at `path` and those above it."""
    return [int(part) for part in path.strip("/").split("/") if part.isdigit()]
