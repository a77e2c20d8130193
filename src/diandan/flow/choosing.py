"""选定流程: an administrator chooses a template for the centre, or writes the centre's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.policies import check_admin
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal

from .choice import OWN, chosen
from .models import FlowChoice
from .template import Flow, FlowTrouble, read, shipped

BODY_MAX = 20_000
# Flows that belong to a kind of need or to a door, not to a centre as a whole.
NOT_A_CENTRES = frozenset({"micro", "mediation", "w8_visits"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """One line of the history: what was chosen, when."""

    flow: str
    name: str
    own: bool
    at: datetime


def choosable() -> list[Flow]:
    """The shipped flows a centre can live by."""
    return [flow for flow in shipped().values() if flow.id not in NOT_A_CENTRES]


@transaction.atomic
def choose(centre: Place, flow_id: str, *, by: Actor, at: datetime, body: str = "") -> FlowChoice:
    """New orders go this way from now on; open ones keep the flow they were placed under.

    With `body` the centre's own text is read first: a Refusal carries every fault, in words.
    """
    check_admin(by, centre)
    if flow_id not in {flow.id for flow in choosable()}:
        raise Refusal("unknown_flow", _("请选择一个流程。"), field="flow")
    if body:
        read_own(body)
    elif chosen(centre) == flow_id:
        raise Refusal("chosen_before", _("现在用的就是这个流程。"), field="flow")
    Place.objects.select_for_update(no_key=True).get(id=centre.id)
    row = FlowChoice.objects.create(
        centre=centre, flow=flow_id, body=body, chosen_by_id=by.person_id, chosen_at=at
    )
    data = {"flow": f"{OWN}{row.id}" if body else flow_id}
    announce(Fact("flow.chosen", at, place_id=centre.id, by_id=by.person_id, data=data))
    return row


def read_own(body: str) -> Flow:
    """A centre's own text as a flow; Refusal `flow_faults` with `more["faults"]` otherwise."""
    if len(body) > BODY_MAX:
        raise Refusal("body_too_long", _("流程文字太长。"), field="body")
    try:
        return read("own:draft", body)
    except FlowTrouble as trouble:
        raise Refusal(
            "flow_faults",
            _("这个流程还不能用,有 %(n)d 处问题。") % {"n": len(trouble.faults)},
            field="body",
            more={"faults": trouble.faults},
        ) from None


def history(centre: Place) -> list[Chosen]:
    """What the centre chose, newest first; empty when it lives by its place's template."""
    rows = FlowChoice.objects.filter(centre=centre).order_by("-chosen_at", "-id")
    names = {flow.id: flow.name for flow in shipped().values()}
    return [
        Chosen(row.flow, names.get(row.flow, row.flow), bool(row.body), row.chosen_at)
        for row in rows
    ]


def own_text(centre: Place) -> str:
    """The newest own text of a centre; empty when it never wrote one."""
    row = FlowChoice.objects.filter(centre=centre).exclude(body="").order_by("-chosen_at").first()
    return row.body if row else ""
