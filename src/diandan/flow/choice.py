"""选流程: which template a centre, a kind of need and a door live by."""

from __future__ import annotations

import functools
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.places.models import Place
from diandan.ground.places.queries import line_of
from diandan.kit.refusal import missing
from diandan.path.ask.models import Channel

from .models import FlowChoice
from .template import Flow, read, shipped

# 吉安、承德、昔阳、歙县 name no flow of their own: they use W1's under their own name.
DEFAULT_FLOW = "w1_jiangning"
OWN = "own:"


def flow_for(centre: Place, kind: ServiceKind, channel: str) -> Flow:
    """The flow a new request will live by.

    A kind's own flow (fast lane, private mediation) comes first, then the household-visit flow
    for needs heard on a visit where the place has one, then what the centre chose.
    """
    if kind.flow:
        return flow_of(kind.flow)
    if channel == Channel.VISIT:
        slugs = {place.slug for place in line_of(centre)}
        for flow in shipped().values():
            if flow.doors == {Channel.VISIT} and slugs & set(flow.places):
                return flow
    return flow_of(chosen(centre))


def chosen(centre: Place) -> str:
    """The id of the flow a centre lives by now: its own choice, else its place's template."""
    row = FlowChoice.objects.filter(centre=centre).order_by("-chosen_at", "-id").first()
    if row is not None:
        return f"{OWN}{row.id}" if row.body else row.flow
    slugs = [place.slug for place in line_of(centre) if place.slug]
    for flow in shipped().values():
        if flow.doors != {Channel.VISIT} and any(slug in flow.places for slug in slugs):
            return flow.id
    return DEFAULT_FLOW


def flow_of(flow_id: str) -> Flow:
    """The flow with this id; a centre's own is read from the choice that made it."""
    if flow_id.startswith(OWN):
        return _own(UUID(flow_id.removeprefix(OWN)))
    flow = shipped().get(flow_id)
    if flow is None:
        raise missing(_("没有这个流程:%(flow)s") % {"flow": flow_id}, code="unknown_flow")
    return flow


@functools.lru_cache(maxsize=256)
def _own(choice_id: UUID) -> Flow:
    """A centre's own flow. A choice is never edited, so it may be kept."""
    row = FlowChoice.objects.filter(~Q(body=""), id=choice_id).first()
    if row is None:
        raise missing(_("没有这个流程。"), code="unknown_flow")
    return read(f"{OWN}{choice_id}", row.body)
