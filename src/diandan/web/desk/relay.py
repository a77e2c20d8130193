"""转告: what waits for somebody no message reaches; a named person goes and tells her."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diandan.ground.people.queries import masked_name
from diandan.path.ask.models import Request
from diandan.path.ask.states import RequestState

# Hers to answer: the house's own reminders are no clock to show beside her date.
HERS = (RequestState.RETURNED, RequestState.SERVED)


def has_phone(row: Request) -> bool:
    """Whether she can be told anything when nobody goes to see her."""
    return bool(row.requester.phone_hash)


def relay_task(row: Request) -> str:
    """Returned, and no phone to say so: who took it down goes and tells her."""
    if row.state != RequestState.RETURNED or has_phone(row):
        return ""
    teller = row.placed_by if row.placed_by_id != row.requester_id else None
    teller = teller or row.first_owner
    who = masked_name(teller) if teller else row.owner_place.name
    return _("没有留电话:请%(who)s当面告诉她缺什么,再替她补充。") % {"who": who}
