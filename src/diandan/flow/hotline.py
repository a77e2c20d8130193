"""热线: what comes in from an outside hotline, and that it hears how each of its cases ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.catalogue.core import propose
from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.catalogue.queries import kind_by_code, kinds_of
from diandan.ground.people.actions.proxy import person_for_proxy
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Consent
from diandan.ground.people.policies import HOTLINE
from diandan.ground.people.queries import consents_of
from diandan.ground.places.models import Place
from diandan.ground.record.lock import hold
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal, conflict, forbidden
from diandan.path.ask.actions.place import Wish
from diandan.path.ask.models import Request
from diandan.path.ask.states import RequestState
from diandan.path.assess.actions.hotline import check_outside_number, receive
from diandan.path.assess.actions.report import queue_reports
from diandan.path.assess.models import HotlineCase
from diandan.path.assess.queries import cases_for, received
from diandan.path.grade.models import RaterRole, Rating

from .conductor import place_request

# The facts after which an order has an answer the hotline waits for.
ENDS = {
    "request.rated": RequestState.RATED,
    "request.closed": RequestState.CLOSED,
    "request.found_unmet": RequestState.UNMET,
    "request.refused": RequestState.REFUSED,
    "request.withdrawn": RequestState.WITHDRAWN,
}
PRIVATE_FLOW = "mediation"


@transaction.atomic
def take_in(
    wish: Wish, *, name: str, phone: str, consent_note: str, by: Actor, at: datetime
) -> tuple[HotlineCase, bool]:
    """热线转来: a case under the hotline's own number, and whether it is new.

    The same number again is the same case, whatever else is said, also when two come at once.
    """
    if not by.is_partner_of(wish.place.path):
        raise forbidden(_("这把钥匙不管这个地方。"), "outside_your_place")
    number = check_outside_number(wish.outside_number)
    hold(f"hotline:{number}")
    before = received(number)
    if before is not None:
        mine = cases_for(by).filter(id=before.id).first()
        if mine is None:
            raise conflict("number_taken", _("这个工单号已被别处使用,请核对。"))
        return mine, False
    who = person_for_proxy(
        name=name,
        phone=phone or None,
        home=wish.place,
        at=at,
        by=by,
        consent_note=consent_note,
        how=HOTLINE,
        door=wish.door,
    )
    consent = next(c for c in consents_of(who.id) if c.about == Consent.About.PROXY_ORDER)
    wish = replace(wish, outside_number=number, consent=consent)
    request = place_request(wish=wish, requester=who, by=by, at=at)
    return receive(request=request, outside_number=number, by=by, at=at), True


def kind_for(centre: Place, code: str, words: str) -> ServiceKind:
    """The kind the hotline named, else what the words ask for; a mediation never comes this way."""
    open_kinds = [k for k in kinds_of(centre) if k.flow != PRIVATE_FLOW]
    kind = kind_by_code(centre, code) if code else propose(words, open_kinds, []).kind
    if kind is None:
        raise Refusal("kind_missing", _("请点一类服务,说不清就选「其他」。"), field="kind")
    if kind.flow == PRIVATE_FLOW:
        raise forbidden(_("调解内容保密,请本人直接联系实践站。"), "private_stays")
    return kind


def report_end(fact: FactRow, at: datetime) -> None:
    """An order ended: if an outside hotline knows it, the outcome goes into its queue."""
    state = ENDS.get(fact.kind)
    if state is None or fact.request_id is None:
        return
    request = Request.objects.filter(id=fact.request_id).first()
    if request is None:
        return
    rating = (
        Rating.objects.filter(request=request, role=RaterRole.RESIDENT).order_by("-at").first()
        if state == RequestState.RATED
        else None
    )
    queue_reports(
        request,
        state,
        fact_id=fact.id,
        score=rating.score if rating else None,
        ended_at=fact.at,
        at=at,
    )
