"""告知(记录证明): what an organisation's officers are told of certificates and records.

What she herself is told stands in `own_notices.py`.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diandan.ground.notify.actions.tell import tell
from diandan.ground.people.queries import staff_of
from diandan.ground.places.models import Place
from diandan.ground.record.models import FactRow
from diandan.square.certificate.policies import OFFICERS

DESK = "/desk/certificates/"
TO_OFFICERS: dict[str, Promise] = {
    "certificate.applied": _("有志愿者申请服务记录证明,请核对时长。"),
    "certificate.handled": _("有一份服务记录证明等负责人签字。"),
    "record_entry.entered": _("有一条培训或表彰等您核对。"),
    "correction.asked": _("有志愿者说记录有误,请核实并答复。"),
}


def tell_officers(fact: FactRow, at: datetime) -> None:
    """Each officer of the place once a fact, but not her who did it or whom it is about."""
    words = TO_OFFICERS.get(fact.kind)
    if words is None or fact.place_id is None:
        return
    place = Place.objects.get(id=fact.place_id)
    for officer in staff_of(place.path, OFFICERS, at):
        if officer.id in (fact.by_id, fact.person_id):
            continue
        with translation.override(officer.language):
            text = str(words)
        tell(
            person=officer,
            kind=fact.kind[:40],
            key=f"{fact.id}:{officer.id}",
            text=text,
            at=at,
            link=DESK,
        )
