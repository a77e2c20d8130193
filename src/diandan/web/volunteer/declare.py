"""补录: a leader says what no code showed of her team's visit; an officer stands for it, not she."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diandan.ground.people.queries import masked_names
from diandan.kit.refusal import Refusal, forbidden
from diandan.path.ledger.actions.declare import A_DAY, declare
from diandan.path.ledger.queries_hours import declarable
from diandan.web import door
from diandan.web.shared.once import once
from diandan.web.volunteer.frame import page


@require_safe
@door.signed_in
def declaring(request: HttpRequest) -> HttpResponse:
    """Whose time of the last two weeks is missing in the teams she leads."""
    return _page(request)


def _page(request: HttpRequest, no: Refusal | None = None, failed_on: str = "") -> HttpResponse:
    by, at = door.actor(request), door.now(request)
    if not by.leads:
        raise forbidden(_("补录由队长来办。"), "leader_only")
    tasks = [task for task in declarable(by, at) if task.engagement.team_id in by.leads]
    names = masked_names(task.person_id for task in tasks)
    context = {
        "rows": [
            {
                "id": str(task.id),
                "who": names.get(task.person_id, ""),
                "kind": task.engagement.job.kind.name,
                "number": task.engagement.job.number,
                "on": task.engagement.job.starts_at or task.engagement.job.state_at,
                "most": task.engagement.job.minutes,
            }
            for task in tasks
        ],
        "a_day": A_DAY,
        "error": no,
        "failed_on": failed_on,
        "typed": {key: request.POST.get(key, "") for key in ("minutes", "reason")},
    }
    return page(request, "declare", context, tab="/v/teams", status=no.status if no else 200)


@require_POST
@door.signed_in
def say(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Say it; the volunteer is told, a second person confirms."""
    by, at = door.actor(request), door.now(request)

    def act() -> str:
        text = request.POST.get("minutes", "")
        minutes = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
        declare(task_id, minutes=minutes, why=request.POST.get("reason", ""), by=by, at=at)
        messages.success(request, _("已补录,等实践站核对;队员会收到通知。"))
        return reverse("v_declaring")

    try:
        return once(request, act)
    except Refusal as no:
        if no.status in (401, 403, 404):
            raise
        return _page(request, no, str(task_id))
