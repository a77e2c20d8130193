"""菜单审核: what stations and institutes designed waits for each level's word."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from diandan.flow.desk_acts import ITEM_LEVELS, judge_item
from diandan.ground.catalogue.models import Item
from diandan.ground.people.queries import masked_names
from diandan.path.assess.queries import items_to_review, reviews_of
from diandan.web import door

from . import frame

WAITING_MAX = 60


@require_GET
@door.staff_only
def items(request: HttpRequest) -> HttpResponse:
    """Items that wait for her word, and her own that wait for others."""
    return _page(request)


def _page(request: HttpRequest, failed: frame.Failed | None = None) -> HttpResponse:
    by = door.actor(request)
    waiting = items_to_review(by, ITEM_LEVELS)[:WAITING_MAX]
    own = list(
        Item.objects.filter(made_by_id=by.person_id, state=Item.State.IN_REVIEW).select_related(
            "place", "kind"
        )
    )
    return frame.plain(
        request,
        "desk/items.html",
        "items",
        status=failed.refusal.status if failed else 200,
        failed=failed,
        waiting=[_row(item) for item in waiting],
        own=[_row(item) for item in own],
    )


def _row(item: Item) -> dict[str, object]:
    said = reviews_of("item", item.id)
    names = masked_names(
        {r.by_id for r in said} | ({item.made_by_id} if item.made_by_id else set())
    )
    return {
        "id": item.id,
        "title": item.title,
        "kind": item.kind.name,
        "place": item.place.full_name,
        "about": item.about,
        "season": item.season,
        "seats": item.seats,
        "made_by": names.get(item.made_by_id, "") if item.made_by_id else "",
        "made_at": item.made_at,
        "reviews": [
            {
                "level": str(r.get_level_display()),
                "verdict": str(r.get_verdict_display()),
                "good": r.verdict == "approved",
                "reason": r.reason,
                "who": names.get(r.by_id, ""),
            }
            for r in said
        ],
    }


@require_POST
@door.staff_only
def judge(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Yes, or back with what to mend."""
    by, at = door.actor(request), door.now(request)
    is_good = request.POST.get("verdict") == "approved"

    def acted() -> str:
        reason = request.POST.get("reason", "")
        judge_item(item_id, is_good=is_good, reason=reason, by=by, at=at)
        frame.said(request, _("已通过。") if is_good else _("已退回修改。"), f"item-{item_id}")
        return reverse("desk_items")

    return frame.act(request, str(item_id), acted, lambda failed: _page(request, failed))
