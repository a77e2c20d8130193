"""离开: a person is forgotten only when no order of hers still waits on anybody."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actions.forget import forget
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.kit.refusal import conflict
from diandan.path.ask.models import Request, Standing, Words
from diandan.path.ask.states import RequestState
from diandan.path.bundle.models import Job

# Withdrawn, refused and closed wait on nobody; an unmet need she may still take back herself.
DONE = (RequestState.WITHDRAWN, RequestState.CLOSED, RequestState.REFUSED)
FORGOTTEN_WORDS = "〔已按本人要求删除〕"


@transaction.atomic
def forget_person(*, person: Person, by: Actor, at: datetime) -> Person:
    """忘记我: her key is destroyed, and what she wrote in her orders goes with it.

    Numbers, states and facts stay, so that the centre's sums still hold. Raises Refusal
    `open_orders` naming what is still open, and what `people.forget` raises.
    """
    open_ones = Request.objects.filter(requester=person).exclude(state__in=DONE)
    numbers = list(open_ones.order_by("placed_at").values_list("number", flat=True)[:5])
    if numbers:
        raise conflict(
            "open_orders",
            _("您还有没办结的单子(%(numbers)s),请先撤回或等办结后再删除。")
            % {"numbers": "、".join(numbers)},
        )
    if Standing.objects.filter(person=person, ended_at=None).exists():
        raise conflict("open_orders", _("您还有定期服务在进行,请先停止。"))
    Words.objects.filter(request__requester=person).update(text=FORGOTTEN_WORDS)
    Request.objects.filter(requester=person).update(
        words=FORGOTTEN_WORDS, title=FORGOTTEN_WORDS, street="", door_enc=b"", may_come=""
    )
    Job.objects.filter(bonds__request__requester=person, is_project=False).update(
        title=FORGOTTEN_WORDS
    )
    return forget(person=person, at=at, by=by)
