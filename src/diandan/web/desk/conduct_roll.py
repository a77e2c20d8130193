"""双积分的名册和条目: branches and their members, households, and the items in force."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from diandan.ground.people.models import Person
from diandan.ground.people.queries import masked_names
from diandan.ground.places.models import Kind, Place
from diandan.kit.refusal import Refusal, missing
from diandan.square.dual_points import queries
from diandan.square.dual_points.actions import roll as acts
from diandan.square.dual_points.models import (
    Branch,
    Household,
    HouseholdMember,
    PartyMember,
    Sort,
    System,
)
from diandan.square.dual_points.rulebook import rules_for
from diandan.web import door
from diandan.web.shared.coins import known_person, person_id_of

from . import frame
from .conduct import centres_for, committee_only, plain

PLACES = (Kind.STATION, Kind.INSTITUTE, Kind.CENTER)


@require_http_methods(["GET", "POST"])
@committee_only
def roll(request: HttpRequest) -> HttpResponse:
    """Who is in which branch (each look is recorded) and which household."""
    if request.method == "POST":
        do = ROLL_ACTS.get(request.POST.get("act", ""))
        if do is None:
            raise missing(_("没有这个操作。"))

        def act() -> str:
            frame.said(request, do(request))
            return reverse("desk_conduct_roll")

        return frame.act(request, "roll", act, lambda failed: _roll(request, failed))
    return _roll(request)


def _roll(request: HttpRequest, failed: frame.Failed | None = None) -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    branches = []
    for branch in queries.branches_for(by):
        rows = queries.members_of(branch, reader=by, at=at)
        names = masked_names(row.person_id for row in rows)
        branches.append(
            {
                "id": branch.id,
                "name": branch.name,
                "place": branch.place.name,
                "members": [
                    {
                        "id": row.person_id,
                        "name": names[row.person_id],
                        "duty": row.get_duty_display(),
                    }
                    for row in rows
                ],
            }
        )
    houses = [house for path in by.paths for house in queries.households_in(path)][:300]
    heads = _heads(houses)
    names = masked_names(heads.values())
    return plain(
        request,
        "desk/conduct_roll.html",
        "roll",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        branches=branches,
        houses=[
            {
                "number": house.number,
                "place": house.place.name,
                "head": names[heads[house.id]] if house.id in heads else "",
            }
            for house in houses
        ],
        duties=[{"value": d.value, "label": d.label} for d in PartyMember.Duty],
        places=[
            {"value": place.id, "label": place.full_name}
            for place in frame.places_for(by, PLACES)[:300]
        ],
    )


def _heads(houses: list[Household]) -> dict[UUID, UUID]:
    rows = HouseholdMember.objects.filter(household__in=houses, is_head=True, left_at=None)
    return dict(rows.values_list("household_id", "person_id"))


def _person(request: HttpRequest) -> Person:
    found = known_person(request.POST.get("name", ""), request.POST.get("phone", ""))
    if found is None:
        raise Refusal(
            "no_such_person",
            _("没有找到这个人,请核对姓名和手机号;没有登记过的,请先登记。"),
            field="phone",
        )
    return found


def _branch(request: HttpRequest) -> Branch:
    row_id = person_id_of(request.POST.get("branch", ""))
    row = Branch.objects.select_related("place").filter(id=row_id).first() if row_id else None
    if row is None:
        raise missing(_("没有找到这个支部。"))
    return row


def _place(request: HttpRequest) -> Place:
    text = request.POST.get("place", "")
    found = {str(p.id): p for p in frame.places_for(door.actor(request), PLACES)}
    if text not in found:
        raise Refusal("place", _("请选择嘎查村或社区。"), field="place")
    return found[text]


def _add_branch(request: HttpRequest) -> str:
    acts.found_branch(
        place=_place(request),
        name=request.POST.get("branch_name", ""),
        by=door.actor(request),
        at=door.now(request),
    )
    return _("支部已建立。")


def _add_member(request: HttpRequest) -> str:
    duty = request.POST.get("duty", "")
    if duty not in PartyMember.Duty.values:
        raise Refusal("duty", _("请选择职务。"), field="duty")
    acts.enter_member(
        branch=_branch(request),
        person=_person(request),
        duty=PartyMember.Duty(duty),
        by=door.actor(request),
        at=door.now(request),
    )
    return _("已列入名册。")


def _remove_member(request: HttpRequest) -> str:
    branch, who = _branch(request), person_id_of(request.POST.get("person", ""))
    row = PartyMember.objects.filter(branch=branch, person_id=who or branch.id, left_at=None)
    member = row.select_related("person").first()
    if member is None:
        raise missing(_("没有找到这个人。"))
    acts.leave_branch(
        branch=branch, person=member.person, by=door.actor(request), at=door.now(request)
    )
    return _("已转出,以前的记录保留。")


def _add_house(request: HttpRequest) -> str:
    acts.enter_household(
        place=_place(request),
        number=request.POST.get("number", ""),
        head=_person(request),
        by=door.actor(request),
        at=door.now(request),
    )
    return _("已登记这一户。")


ROLL_ACTS: dict[str, Callable[[HttpRequest], str]] = {
    "branch": _add_branch,
    "member": _add_member,
    "remove": _remove_member,
    "house": _add_house,
}


@require_http_methods(["GET", "POST"])
@committee_only
def items(request: HttpRequest) -> HttpResponse:
    """The items in force; taken over from the preset, added and retired by the centre."""
    if request.method == "POST":
        do = ITEM_ACTS.get(request.POST.get("act", ""))
        if do is None:
            raise missing(_("没有这个操作。"))

        def act() -> str:
            frame.said(request, do(request), "item")
            return reverse("desk_conduct_items")

        return frame.act(request, "item", act, lambda failed: _items(request, failed))
    return _items(request)


def _items(request: HttpRequest, failed: frame.Failed | None = None) -> HttpResponse:
    found = centres_for(door.actor(request))
    return plain(
        request,
        "desk/conduct_items.html",
        "items",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        typed=failed.typed if failed else {},
        centres=[
            {
                "id": centre.id,
                "name": centre.name,
                "source": rules_for(centre).source,
                "systems": [
                    {
                        "label": system.label,
                        "items": [
                            {
                                "id": item.id,
                                "title": item.title,
                                "sort": item.get_sort_display(),
                                "points": item.points,
                                "dimension": item.dimension,
                                "evidence": item.evidence,
                            }
                            for item in queries.items_of(centre, system)
                        ],
                    }
                    for system in System
                ],
            }
            for centre in found
        ],
        dimensions=rules_for(found[0]).dimensions if found else (),
        sorts=[{"value": s.value, "label": s.label} for s in Sort],
        kinds=[{"value": s.value, "label": s.label} for s in System],
    )


def centre_asked(request: HttpRequest) -> Place:
    """The centre a form is about, among those she works for."""
    text = request.POST.get("centre", "")
    for place in centres_for(door.actor(request)):
        if str(place.id) == text:
            return place
    raise Refusal("which_centre", _("请选择中心。"), field="centre")


def _adopt(request: HttpRequest) -> str:
    made = acts.adopt(centre=centre_asked(request), by=door.actor(request), at=door.now(request))
    return _("已采用%(n)d条。") % {"n": made}


def _add(request: HttpRequest) -> str:
    post = request.POST
    text = post.get("points", "").strip() or "0"
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        raise Refusal("points", _("加减分填1到100;一票否决填0。"), field="points")
    acts.add_item(
        centre=centre_asked(request),
        system=post.get("system", ""),
        sort=post.get("sort", ""),
        title=post.get("title", ""),
        points=int(text),
        evidence=post.get("evidence", ""),
        dimension=post.get("dimension", ""),
        by=door.actor(request),
        at=door.now(request),
    )
    return _("条目已增加。")


def _retire(request: HttpRequest) -> str:
    row_id = person_id_of(request.POST.get("item", ""))
    if row_id is None:
        raise missing(_("没有找到这一条。"))
    acts.retire_item(row_id, by=door.actor(request), at=door.now(request))
    return _("已停用,以前按它记的保留。")


ITEM_ACTS: dict[str, Callable[[HttpRequest], str]] = {
    "adopt": _adopt,
    "add": _add,
    "retire": _retire,
}
