"""评单: who may not judge or ask about a service, because she gave it."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Role
from diandan.kit.refusal import forbidden
from diandan.path.ask.models import Request
from diandan.path.engage.models import Task

# Who came, and who said she would and left others to explain why not.
SERVING = (
    Task.State.CONFIRMED,
    Task.State.ON_WAY,
    Task.State.CHECKED_IN,
    Task.State.CHECKED_OUT,
)


def served(request: Request, person_id: UUID | None) -> bool:
    """Whether this person had a part in serving the request."""
    return (
        person_id is not None
        and Task.objects.filter(
            engagement__job__bonds__request=request, person_id=person_id, state__in=SERVING
        ).exists()
    )


def check_did_not_serve(request: Request, by: Actor) -> None:
    """Refuses who served the request: nobody judges, asks about or settles her own work."""
    if served(request, by.person_id):
        raise forbidden(_("您参加过这次服务,评价和回访要由别人来做。"), "served_it")


def check_expert(request: Request, by: Actor) -> None:
    """Refuses who is no expert here, is the requester herself, or looks at a private order."""
    if by.person_id is None or not by.holds((Role.EXPERT,), request.place.path):
        raise forbidden(_("专家评单只能由本中心聘请的专家来做。"), "not_an_expert")
    if request.is_private:
        raise forbidden(_("调解内容保密,不作专家评单。"), "private_stays")
    if by.person_id in (request.requester_id, request.placed_by_id):
        raise forbidden(_("您是点单人,请用群众评价。"), "own_order")
    check_did_not_serve(request, by)
