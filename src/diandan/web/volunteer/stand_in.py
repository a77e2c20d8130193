"""代为签到: a leader checks a member in, whose phone is flat or whose day was another."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from diandan.flow import answers
from diandan.ground.people import queries as people
from diandan.kit.refusal import Refusal
from diandan.path.engage import queries
from diandan.path.engage.models import Engagement, Task
from diandan.path.fulfil.actions.prove import count_wrong_code
from diandan.web import door
from diandan.web.shared.once import once
from diandan.web.volunteer.frame import page

MAY = (Task.State.PROPOSED, Task.State.CONFIRMED, Task.State.ON_WAY)


def awaited(row: Engagement) -> list[Task]:
    """Whom a leader may check in."""
    order = row.job
    if row.ended_at is not None or order.state not in ("allocated", "serving"):
        return []
    return [t for t in queries.living_tasks(row) if t.state in MAY]


@require_http_methods(["GET", "POST"])
@door.signed_in
def check_in_for(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The member, the code and why; what was typed stays when it is refused."""
    row = queries.engagement_led(job_id, door.actor(request))
    tasks = awaited(row)
    if request.method != "POST":
        return _page(request, row, tasks)
    chosen = next((t for t in tasks if str(t.id) == request.POST.get("task")), None)

    def act() -> str:
        if chosen is None:
            raise Refusal("nobody_chosen", _("请选一位队友。"), field="task")
        answers.task_step(
            chosen.id,
            "check_in",
            by=door.actor(request),
            at=door.now(request),
            code=request.POST.get("code", "")[:20],
            reason=request.POST.get("reason", "").strip()[:200],
        )
        messages.success(request, _("已代为签到,原因记在经过里。"))
        return f"/v/jobs/{job_id}"

    try:
        return once(request, act)
    except Refusal as no:
        if no.field not in ("task", "code", "reason"):
            raise
        if no.code == "wrong_code" and chosen is not None:
            count_wrong_code(chosen.id, at=door.now(request))
        return _page(request, row, tasks, no)


def _page(
    request: HttpRequest, row: Engagement, tasks: list[Task], error: Refusal | None = None
) -> HttpResponse:
    names = people.person_names(
        [t.person_id for t in tasks],
        reader=door.actor(request),
        at=door.now(request),
        why="check_in",
    )
    picked = request.POST.get("task", "")
    context: dict[str, Any] = {
        "id": row.job_id,
        "kind": row.job.kind.name,
        "members": [
            {"value": t.id, "name": names.get(t.person_id, ""), "chosen": str(t.id) == picked}
            for t in tasks
        ],
        "error": error,
        "typed": {k: request.POST.get(k, "") for k in ("code", "reason")},
    }
    status = error.status if error else 200
    return page(request, "stand_in", context, tab="/v/tasks", status=status)
