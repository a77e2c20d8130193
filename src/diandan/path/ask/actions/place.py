"""点单: place a request, through whichever door it came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from diandan.ground.catalogue.models import Item, ServiceKind
from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Consent, Person
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.clock import SHANGHAI
from diandan.kit.ids import digits, readable
from diandan.kit.refusal import Refusal

from ..core import check_people_count, check_window, clean_words, title_of
from ..facts import request_fact
from ..models import Channel, Request, Standing, Urgency, Visit
from ..states import RequestState

# Doors at which somebody else speaks for her: each needs her consent and a read-back.
PROXY_CHANNELS = frozenset(
    {Channel.DESK, Channel.PHONE, Channel.PAPER, Channel.GRID, Channel.FAMILY, Channel.VISIT}
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. Times are aware datetimes; `door` is sealed with the requester's key."""

    words: str
    kind: ServiceKind
    place: Place
    channel: Channel
    item: Item | None = None
    urgency: Urgency = Urgency.NORMAL
    people_count: int = 1
    wanted_from: datetime | None = None
    wanted_until: datetime | None = None
    street: str = ""
    door: str = ""
    may_come: str = ""
    consent: Consent | None = None
    read_back: bool = False
    standing: Standing | None = None
    visit: Visit | None = None
    outside_number: str = ""


@transaction.atomic
def place(
    *,
    wish: Wish,
    requester: Person,
    centre: Place,
    owner_place: Place,
    flow: str,
    is_private: bool,
    promise_at: datetime,
    by: Actor,
    at: datetime,
) -> Request:
    """Keep the wish as a request with its own number, promise and follow-up key.

    Raises Refusal when the words, the time window or the count cannot be used, when the person's
    record is frozen, or when a proxy gives no consent note.
    """
    words = _checked_words(wish, requester, by, at)
    request = Request.objects.create(
        number=next_number(centre, at),
        centre=centre,
        place=wish.place,
        owner_place=owner_place,
        kind=wish.kind,
        item=wish.item,
        flow=flow,
        state=RequestState.PLACED,
        urgency=wish.urgency,
        words=words,
        title=title_of(words),
        people_count=wish.people_count,
        wanted_from=wish.wanted_from,
        wanted_until=wish.wanted_until,
        street=wish.street[:120],
        door_enc=vault.seal(requester.wrapped_key, wish.door[:120]),
        may_come=wish.may_come[:60],
        is_private=is_private,
        channel=wish.channel,
        requester=requester,
        placed_by_id=by.person_id,
        first_owner_id=_first_owner(by, requester.id),
        consent=wish.consent,
        read_back_at=at if wish.read_back else None,
        standing=wish.standing,
        visit=wish.visit,
        outside_number=wish.outside_number,
        follow_key=readable(20),
        serve_code=digits(6),
        placed_at=at,
        state_at=at,
        promise_at=promise_at,
    )
    announce(
        request_fact(
            request, "place", by, at, {"channel": wish.channel, "flow": flow, "to": request.state}
        )
    )
    return request


def _checked_words(wish: Wish, requester: Person, by: Actor, at: datetime) -> str:
    """The words as they will be kept, once everything else about the wish can be used too."""
    words = clean_words(wish.words)
    check_window(wish.wanted_from, wish.wanted_until, at)
    check_people_count(wish.people_count)
    if requester.frozen_at is not None:
        raise Refusal("frozen", _("这份个人记录已冻结,请先到窗口核实后再点单。"))
    if wish.channel in PROXY_CHANNELS and by.person_id != requester.id and wish.consent is None:
        raise Refusal(
            "consent_missing",
            _("代别人点单要先征得本人同意,请写明怎么同意的(当面、电话、签字)。"),
            field="consent_note",
        )
    return words


def _first_owner(by: Actor, requester_id: UUID) -> UUID | None:
    """首接负责: a worker who takes a need down is its first owner."""
    return by.person_id if by.is_staff and by.person_id != requester_id else None


def next_number(centre: Place, at: datetime, mark: str = "") -> str:
    """A number fit for the phone line, e.g. JN261122-0042; a sequence keeps racers apart.

    `mark` tells a job (F, 服务单) from a request.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('order_number')")
        row = cursor.fetchone()
    assert row is not None
    prefix = (str(centre.about.get("prefix") or "") or centre.slug[:2] or "DD").upper()
    return f"{prefix}{mark}{at.astimezone(SHANGHAI):%y%m%d}-{row[0]:04d}"
