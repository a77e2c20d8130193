"""今天: what is asked of me, my next visit, my teams."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from diandan.ground.people import queries as people
from diandan.path.dispatch.queries import asks_of
from diandan.path.engage import queries
from diandan.path.engage.models import Task
from diandan.web import door
from diandan.web.volunteer import rows
from diandan.web.volunteer.frame import page


@require_safe
@door.signed_in
def today(request: HttpRequest) -> HttpResponse:
    """The page a volunteer opens on the way."""
    by, at, me = door.actor(request), door.now(request), door.me(request)
    tasks = queries.tasks_ahead(me.id)
    engagements = queries.engagements_led(by)
    going = [t for t in tasks if t.state != Task.State.PROPOSED]
    context = {
        "volunteer": people.volunteer_of(me.id),
        "offers": [rows.offer_row(o, at) for o in queries.offers_asked(by, at)],
        "asks": [rows.ask_row(a, at) for a in asks_of(me.id)],
        "standing_by": [rows.offer_row(o, at) for o in queries.standing_by(by)],
        "asked": [rows.task_row(t, at) for t in tasks if t.state == Task.State.PROPOSED],
        "to_allocate": [
            rows.engagement_row(e, at) for e in engagements if e.job.state == "engaged"
        ],
        "next": rows.task_row(going[0], at) if going else None,
        "later": len(going) - 1 if going else 0,
        "claims": len(queries.claims_for(by, at)),
        "teams": [
            {"href": f"/v/teams/{m.team_id}", "name": m.team.name, "duty": m.get_duty_display()}
            for m in people.memberships_of(me.id)
        ],
        "invitations": len(people.invitations_for(me)),
        "leads": bool(by.leads),
    }
    return page(request, "today", context, tab="/v/")
