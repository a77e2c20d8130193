"""双积分: what waits for a second person, what is objected to, and proposing an entry.

A branch's secretary has no role at a desk: these pages open to her for her own branch alone.
"""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from diandan.ground.people.actor import Actor
from diandan.ground.people.queries import masked_names
from diandan.ground.places.models import Place
from diandan.ground.places.queries import center_of
from diandan.kit.refusal import Refusal, forbidden, missing
from diandan.kit.units import local
from diandan.square.dual_points import queries
from diandan.square.dual_points.actions.enter import (
    Deed,
    correct,
    decide,
    propose_household,
    propose_member,
)
from diandan.square.dual_points.actions.object import settle
from diandan.square.dual_points.models import (
    Branch,
    Entry,
    Household,
    PartyMember,
    RuleItem,
    System,
)
from diandan.square.dual_points.policies import keeps
from diandan.web import door
from diandan.web.shared.coins import person_id_of

from . import frame, parsing
from .bank import centres, filled

SHOWN = 60


def committee_only(view: door.View) -> door.View:
    """Staff, or the committee of a branch."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        by = door.actor(request)
        if not by.is_staff and not queries.branches_for(by):
            raise forbidden(_("这里由评议人员和支部委员办理。"), "staff_only")
        return view(request, *args, **more)

    return door.signed_in(guarded)


def centres_for(by: Actor) -> list[Place]:
    """The centres she works for, or the one above her branch."""
    found = centres(by)
    if not found:
        found = [center_of(branch.place) for branch in queries.branches_for(by)][:1]
    return found


def tabs(by: Actor, here: str) -> list[dict[str, Any]]:
    """The pages of this desk; what is the centre's staff's own is shown to them alone."""
    rows = [
        ("home", "desk_conduct", _("待核对")),
        ("new", "desk_conduct_new", _("记一条")),
        ("roll", "desk_conduct_roll", _("名册")),
        ("boards", "desk_conduct_boards", _("红灰黑榜")),
    ]
    if any(keeps(by, centre) for centre in centres_for(by)):
        rows += [
            ("periods", "desk_conduct_periods", _("结账、公示、考评")),
            ("items", "desk_conduct_items", _("条目")),
        ]
    return [{"href": reverse(n), "label": label, "current": k == here} for k, n, label in rows]


def plain(request: HttpRequest, template: str, here: str, **more: Any) -> HttpResponse:
    """A page of this desk with its second line of links; it is kept nowhere."""
    by = door.actor(request)
    answer = frame.plain(request, template, "conduct", tabs=tabs(by, here), **more)
    return frame.kept_nowhere(answer)


@require_GET
@committee_only
def home(request: HttpRequest) -> HttpResponse:
    """The queue."""
    return _home(request)


def _home(request: HttpRequest, failed: frame.Failed | None = None) -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    waiting = queries.waiting_for(by)[:SHOWN]
    objections = queries.objections_for(by)[:SHOWN]
    done = list(
        queries.entries()
        .filter(queries.hers(by), verdict__is_confirmed=True, corrects=None, correction=None)
        .order_by("-proposed_at")[:20]
    )
    shown = [*waiting, *(one.entry for one in objections), *done]
    names = names_of(shown, by, at)
    return plain(
        request,
        "desk/conduct.html",
        "home",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        waiting=[_row(row, names, by, at) for row in waiting],
        objections=[
            {
                "id": str(one.id),
                "kind": one.get_kind_display(),
                "text": queries.objection_text(one),
                "at": one.at,
                "entry": _row(one.entry, names, by, at),
                "mine": by.person_id
                not in (
                    one.by_id,
                    one.entry.proposed_by_id,
                    one.entry.verdict.by_id,
                    one.entry.person_id,
                ),
            }
            for one in objections
        ],
        done=[_row(row, names, by, at, brief=True) for row in done],
    )


def names_of(rows: list[Entry], by: Actor, at: datetime) -> dict[UUID, str]:
    """Masked names; of party members, that she read them so is written down."""
    party = [row.person_id for row in rows if row.system == System.PARTY]
    queries.read_party(party, reader=by, at=at)
    return masked_names({row.person_id for row in rows} | {row.proposed_by_id for row in rows})


def _row(
    row: Entry, names: dict[UUID, str], by: Actor, at: datetime, *, brief: bool = False
) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "title": row.item.title,
        "wants": row.item.evidence,
        "points": f"{row.points:+d}" if row.points else row.get_sort_display(),
        "tone": "good" if row.points > 0 else "late",
        "system": row.get_system_display(),
        "subject": subject_of(row, names),
        "on": row.happened_on,
        "month": row.month,
        "evidence": "" if brief else queries.evidence_of(row, reader=by, at=at),
        "basis": row.basis,
        "is_correction": row.corrects_id is not None,
        "by": names.get(row.proposed_by_id, ""),
        "mine": by.person_id not in (row.proposed_by_id, row.person_id),
    }


def subject_of(row: Any, names: dict[UUID, str]) -> str:
    """上元社区 001户 韩** or 第一党支部 包**."""
    if row.household is not None:
        house = _("%(n)s户") % {"n": row.household.number}
        return f"{row.household.place.name} {house} {names.get(row.person_id, '')}"
    branch = row.branch.name if row.branch is not None else ""
    return f"{branch} {names.get(row.person_id, '')}"


def _act(request: HttpRequest, form: str, do: Any, sentence: str) -> HttpResponse:
    def act() -> str:
        do()
        frame.said(request, sentence, form)
        return reverse("desk_conduct")

    return frame.act(request, form, act, lambda failed: _home(request, failed))


def _asked(request: HttpRequest, name: str) -> UUID:
    found = person_id_of(request.POST.get(name, ""))
    if found is None:
        raise missing(_("没有找到这一条。"), "unknown_entry")
    return found


@require_POST
@committee_only
def decide_one(request: HttpRequest) -> HttpResponse:
    """核对."""
    entry_id, by, at = _asked(request, "entry"), door.actor(request), door.now(request)
    yes, text = request.POST.get("verdict") == "yes", request.POST.get("text", "")
    said = _("已记上,本人会收到通知。") if yes else _("已退回,没有记上。")
    return _act(
        request,
        f"entry-{entry_id}",
        lambda: decide(entry_id, is_confirmed=yes, text=text, by=by, at=at),
        said,
    )


@require_POST
@committee_only
def settle_one(request: HttpRequest) -> HttpResponse:
    """裁定."""
    row_id, by, at = _asked(request, "objection"), door.actor(request), door.now(request)
    yes, text = request.POST.get("verdict") == "yes", request.POST.get("text", "")
    return _act(
        request,
        f"objection-{row_id}",
        lambda: settle(row_id, is_upheld=yes, text=text, by=by, at=at),
        _("已裁定,本人会收到通知。"),
    )


@require_POST
@committee_only
def correct_one(request: HttpRequest) -> HttpResponse:
    """更正, in the month now open."""
    entry_id, by, at = _asked(request, "entry"), door.actor(request), door.now(request)
    text = request.POST.get("text", "")
    return _act(
        request,
        f"correct-{entry_id}",
        lambda: correct(entry_id, text=text, by=by, at=at),
        _("更正已提出,等另一个人核对。"),
    )


@require_http_methods(["GET", "POST"])
@committee_only
def new(request: HttpRequest) -> HttpResponse:
    """Propose an entry: choose a household or a member, an item, and say on what evidence."""
    if request.method == "POST":
        return frame.act(
            request, "conduct-new", lambda: _propose(request), lambda failed: _new(request, failed)
        )
    return _new(request)


def _propose(request: HttpRequest) -> str:
    by, at, post = door.actor(request), door.now(request), request.POST
    kind, _sign, key = post.get("subject", "").partition(":")
    subject_id = person_id_of(key)
    item_id = person_id_of(post.get("item", ""))
    item = RuleItem.objects.filter(id=item_id).first() if item_id else None
    if subject_id is None:
        raise Refusal("subject", _("请选择一户或一位党员。"), field="subject")
    if item is None:
        raise Refusal("item", _("请选择一条现行的条目。"), field="item")
    deed = Deed(
        item=item,
        happened_on=parsing.day(request, "happened_on"),
        evidence=post.get("evidence", ""),
        basis=post.get("basis", ""),
    )
    if kind == "h":
        house = Household.objects.select_related("place").filter(id=subject_id).first()
        if house is None:
            raise Refusal("subject", _("请选择一户或一位党员。"), field="subject")
        propose_household(deed, household=house, by=by, at=at)
    else:
        member = (
            PartyMember.objects.filter(id=subject_id, left_at=None)
            .select_related("branch__place", "person")
            .first()
        )
        if member is None:
            raise Refusal("subject", _("请选择一户或一位党员。"), field="subject")
        propose_member(deed, branch=member.branch, person=member.person, by=by, at=at)
    frame.said(request, _("已提出,等另一个人核对。"), "conduct-new")
    return reverse("desk_conduct")


def subjects(by: Actor, at: datetime) -> list[dict[str, str]]:
    """Everybody she may propose for, with masked names."""
    found: list[dict[str, str]] = []
    for branch in queries.branches_for(by):
        found += _members(branch, by, at)
    for path in by.paths:
        for house in queries.households_in(path):
            label = f"{house.place.name} " + _("%(n)s户") % {"n": house.number}
            found.append({"value": f"h:{house.id}", "label": label})
    return found


def _members(branch: Branch, by: Actor, at: datetime) -> list[dict[str, str]]:
    rows = queries.members_of(branch, reader=by, at=at)
    names = masked_names(row.person_id for row in rows)
    return [
        {
            "value": f"m:{row.id}",
            "label": f"{branch.name} {names[row.person_id]} ({row.get_duty_display()})",
        }
        for row in rows
        if row.person_id != by.person_id
    ]


def _new(request: HttpRequest, failed: frame.Failed | None = None) -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    options = [
        {
            "value": str(item.id),
            "label": f"{item.get_system_display()} · {item.dimension or item.get_sort_display()} · "
            f"{item.title} ({_sign_of(item)}) — {item.evidence}",
        }
        for centre in centres_for(by)
        for system in System.values
        for item in queries.items_of(centre, system)
    ]
    people = subjects(by, at)
    area = {"type": "area", "required": True, "help": _("写清时间、地点、谁看见的。不用上传照片。")}
    fields = [
        {
            "name": "subject",
            "label": _("给谁记"),
            "type": "select",
            "options": people,
            "required": True,
        },
        {
            "name": "item",
            "label": _("记哪一条"),
            "type": "select",
            "options": options,
            "required": True,
        },
        {
            "name": "happened_on",
            "label": _("哪一天的事"),
            "type": "date",
            "required": True,
            "value": local(at).date().isoformat(),
        },
        {"name": "evidence", "label": _("依据"), **area},
        {
            "name": "basis",
            "label": _("文件(一票否决必填:名称、文号、条款)"),
            "type": "text",
            "required": False,
        },
    ]
    return plain(
        request,
        "desk/conduct_form.html",
        "new",
        status=failed.refusal.status if failed else 200,
        title=_("记一条"),
        about=_("由您提出,另一个人核对以后才记上;本人会收到通知,可以申诉。"),
        button=_("提出"),
        form_id="conduct-new",
        failed=failed,
        fields=filled(fields, failed.typed if failed else {}, failed),
        nobody=not people,
        nothing=not options,
    )


def _sign_of(item: RuleItem) -> str:
    if item.sort == "veto":
        return str(item.get_sort_display())
    return f"{'-' if item.sort == 'deduct' else '+'}{item.points}"
