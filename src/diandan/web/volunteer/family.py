"""志愿家庭: one page: who is in it, the shared points, and each one's own choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.people.actions import families
from diandan.ground.people.models import Family, FamilyInvitation, FamilyMember, Person
from diandan.ground.people.queries import masked_names
from diandan.ground.people.queries import person as person_by
from diandan.kit.refusal import Refusal, missing
from diandan.path.ledger.actions.join import draw_from_pool
from diandan.path.ledger.actions.move import NAMES
from diandan.path.ledger.models import Account, Ledger, Reason, Transfer
from diandan.web import door
from diandan.web.shared import hour_words
from diandan.web.shared.once import once
from diandan.web.volunteer.frame import page

MOVES_SHOWN = 30
NOBODY = UUID(int=0)


@require_http_methods(["GET", "HEAD", "POST"])
@door.signed_in
def family(request: HttpRequest) -> HttpResponse:
    """The page of her family, or how to begin one; POST founds it."""
    me, by, at = door.me(request), door.actor(request), door.now(request)
    if request.method == "POST":
        return _done(
            request,
            lambda: families.found_family(
                person=me, name=request.POST.get("name", ""), at=at, by=by
            ),
            _("志愿家庭建好了,请家人加入。"),
        )
    return _page(request, me)


def _page(request: HttpRequest, me: Person, no: Refusal | None = None) -> HttpResponse:
    mine = families.family_of(me.id)
    asked = FamilyInvitation.objects.filter(
        phone_hash=me.phone_hash, answered_at=None, family__closed_at=None
    ).select_related("family", "invited_by")
    invitations = list(asked) if me.phone_hash else []
    names = masked_names(row.invited_by_id for row in invitations)
    context: dict[str, Any] = {
        "family": _family(mine, me) if mine else None,
        "invitations": [
            {"id": row.id, "name": row.family.name, "by": names.get(row.invited_by_id, "")}
            for row in invitations
        ],
        "error": no,
        "typed": {key: request.POST.get(key, "") for key in ("name", "phone", "amount")},
    }
    return page(request, "family", context, tab="/v/hours", status=no.status if no else 200)


def _family(row: Family, me: Person) -> dict[str, Any]:
    members = list(
        FamilyMember.objects.filter(family=row, left_at=None)
        .select_related("person")
        .order_by("joined_at", "id")
    )
    ids = [one.person_id for one in members]
    minutes: dict[tuple[UUID, str], int] = {}
    for account in Account.objects.filter(person__in=ids, ledger=Ledger.MINUTES):
        if account.person_id:
            key = (account.person_id, account.grade)
            minutes[key] = minutes.get(key, 0) + account.posted
    names = masked_names(ids)
    pool = Account.objects.filter(family_id=row.id, ledger=Ledger.POINTS).first()
    wards = Person.objects.filter(guardian=me).exclude(id__in=ids)
    ward_names = masked_names(wards.values_list("id", flat=True))
    return {
        "name": row.name,
        "home": row.home.name,
        "members": [
            {
                "id": one.person_id,
                "who": names.get(one.person_id, ""),
                "is_me": one.person_id == me.id,
                "is_ward": one.person.guardian_id == me.id,
                "pools": one.pools,
                "verified": hour_words.hours(minutes.get((one.person_id, "verified"), 0)),
                "declared": hour_words.hours(minutes.get((one.person_id, "declared"), 0)),
            }
            for one in members
        ],
        "verified": hour_words.hours(sum(n for (_p, g), n in minutes.items() if g == "verified")),
        "declared": hour_words.hours(sum(n for (_p, g), n in minutes.items() if g == "declared")),
        "pool": pool.posted if pool else 0,
        "moves": _moves(pool),
        "wards": [{"id": key, "who": name} for key, name in ward_names.items()],
        "pools": next((one.pools for one in members if one.person_id == me.id), False),
    }


def _moves(pool: Account | None) -> list[dict[str, Any]]:
    """What went into the pool and out of it: every member sees who drew."""
    if pool is None:
        return []
    rows = list(
        Transfer.objects.filter(reason=Reason.POOL, credit=pool)
        .union(Transfer.objects.filter(reason=Reason.POOL, debit=pool))
        .order_by("-at")[:MOVES_SHOWN]
    )
    sides = {row.id: row.debit_id if row.credit_id == pool.id else row.credit_id for row in rows}
    owners = dict(Account.objects.filter(id__in=sides.values()).values_list("id", "person_id"))
    names = masked_names(person for person in owners.values() if person)
    return [
        {
            "at": row.at,
            "who": names.get(owners[sides[row.id]] or NOBODY, ""),
            "is_in": row.credit_id == pool.id,
            "amount": row.amount,
        }
        for row in rows
    ]


def _done(request: HttpRequest, do: Callable[[], object], said: str) -> HttpResponse:
    def act() -> str:
        do()
        messages.success(request, said)
        return reverse("v_family")

    try:
        return once(request, act)
    except Refusal as no:
        if no.status in (401, 403, 404):
            raise
        return _page(request, door.me(request), no)


@require_POST
@door.signed_in
def act(request: HttpRequest, verb: str) -> HttpResponse:
    """One of her own acts in the family: invite, answer, bring a ward, leave, pool, draw."""
    me, by, at, post = door.me(request), door.actor(request), door.now(request), request.POST

    def its_family() -> Family:
        row = families.family_of(me.id)
        if row is None:
            raise missing(_("您现在没有加入志愿家庭。"), "no_family")
        return row

    def of_mine() -> Person:
        chosen = _uuid(post.get("person", ""))
        return person_by(chosen) if chosen else me

    def draw() -> object:
        text = post.get("amount", "")
        amount = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        key = uuid5(NAMES, f"draw:{me.id}:{post.get('form_key', '')}:{at.isoformat()}")
        return draw_from_pool(key, person=me, amount=amount, by=by, at=at)

    acts: dict[str, tuple[Callable[[], object], str]] = {
        "invite": (
            lambda: families.invite_to_family(
                family=its_family(), phone=post.get("phone", ""), at=at, by=by
            ),
            _("已发出邀请。对方用这个手机号登录后自己答复。"),
        ),
        "answer": (
            lambda: families.answer_family(
                invitation_id=_uuid(post.get("invitation", "")) or UUID(int=0),
                yes=post.get("answer") == "yes",
                person=me,
                at=at,
                by=by,
            ),
            _("已答复。"),
        ),
        "ward": (
            lambda: families.bring_ward(family=its_family(), ward=of_mine(), at=at, by=by),
            _("已加入。"),
        ),
        "leave": (
            lambda: families.leave_family(person=of_mine(), at=at, by=by),
            _("已退出。放进家庭共用的积分留在家里。"),
        ),
        "pool": (
            lambda: families.set_pooling(person=me, pools=post.get("pools") == "1", at=at, by=by),
            _("已记下,从下一次入账的积分起。"),
        ),
        "draw": (draw, _("已取到您名下。")),
    }
    if verb not in acts:
        raise missing(_("没有这个操作。"), "unknown_verb")
    do, said = acts[verb]
    return _done(request, do, said)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
