"""评单: residents' and experts' ratings, disputes, the follow-ups they start, and call-backs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden
from diandan.path.ask.actions.advance import advance
from diandan.path.ask.core import clean_words
from diandan.path.ask.facts import request_fact
from diandan.path.ask.models import Request
from diandan.path.ask.states import RequestState

from ..core import is_bad
from ..facts import follow_up_fact
from ..models import CallBack, FollowUp, RaterRole, Rating
from ..policies import check_did_not_serve, check_expert
from ..queries import open_follow_up, round_of

TEXT_MAX = 1000
BAD_RATING = "bad_rating"
EXPERT_BAD = "expert_bad"
DISPUTE = "dispute"
EXPERT_STATES = (RequestState.SERVED, RequestState.RATED, RequestState.CLOSED)


@transaction.atomic
def rate(
    request: Request,
    *,
    role: RaterRole,
    score: int,
    text: str,
    channel: str,
    by: Actor,
    at: datetime,
    taken_by: UUID | None = None,
    owner_id: UUID | None,
    due_at: datetime,
) -> Rating:
    """Keep one word on a locked, served request.

    A resident's rating is the requester's, also when a clerk takes it by phone or at the desk
    (`taken_by`, or `by` when she is not the requester): who served may not take it. An expert
    judges for herself and moves no state. A score of 2 or less opens a follow-up for `owner_id`,
    due at `due_at`. Raises Refusal `rated_before` for a second word in one round.
    """
    if score not in Rating.Score.values:
        raise Refusal("score", _("请选择1到5星。"), field="score")
    rater_id, taker_id = _who(request, role, by, taken_by)
    round_ = round_of(request)
    if Rating.objects.filter(request=request, role=role, round=round_, by_id=rater_id).exists():
        raise conflict("rated_before", _("这次服务您已经评价过了,谢谢您。"))
    rating = Rating(
        request=request,
        role=role,
        round=round_,
        score=score,
        text=clean_words(text, field="text")[:TEXT_MAX] if text.strip() else "",
        channel=channel,
        by_id=rater_id,
        taken_by_id=taker_id,
        at=at,
    )
    data = {"rating": str(rating.id), "score": score, "channel": channel, "round": round_}
    if role == RaterRole.RESIDENT:
        advance(request, "rate", by=by, at=at, data=data)
    else:
        announce(request_fact(request, "rate_as_expert", by, at, data))
    rating.save(force_insert=True)
    if is_bad(score):
        cause = BAD_RATING if role == RaterRole.RESIDENT else EXPERT_BAD
        _open(request, cause, rating.text, owner_id, due_at, by, at)
    return rating


def _who(
    request: Request, role: RaterRole, by: Actor, taken_by: UUID | None
) -> tuple[UUID, UUID | None]:
    """Whose rating it is and who took it down, refusing who may not."""
    if role == RaterRole.EXPERT:
        check_expert(request, by)
        if request.state not in EXPERT_STATES:
            raise conflict("not_now", _("服务完成以后才能评单。"))
        assert by.person_id is not None
        return by.person_id, None
    taker = taken_by or (by.person_id if by.person_id != request.requester_id else None)
    if taker is not None:
        check_did_not_serve(request, Actor(person_id=taker))
    return request.requester_id, taker


@transaction.atomic
def dispute(
    request: Request,
    *,
    text: str,
    by: Actor,
    at: datetime,
    owner_id: UUID | None,
    due_at: datetime,
) -> FollowUp:
    """没办好: the locked request stands in dispute until a named person has settled it.

    An open follow-up of a bad rating becomes the dispute's and keeps its earlier clock.
    """
    words = clean_words(text, field="text")
    advance(request, "dispute", by=by, at=at)
    return _open(request, DISPUTE, words, owner_id, due_at, by, at)


@transaction.atomic
def settle_follow_up(request: Request, *, text: str, by: Actor, at: datetime) -> FollowUp:
    """Say what was done about the open follow-up of a locked request; its state stays.

    Who served may not settle what was said of her. After a settled dispute a new round of rating
    begins, so that she may say what she thinks of the mending.
    """
    if by.person_id is None:
        raise forbidden(_("跟进要由具体的工作人员来办结。"), "person_needed")
    check_did_not_serve(request, by)
    follow_up = open_follow_up(request)
    if follow_up is None:
        raise conflict("settled_before", _("没有待办的跟进,可能已经办结。"))
    follow_up.settlement = clean_words(text, field="text")
    follow_up.settled_at, follow_up.settled_by_id = at, by.person_id
    follow_up.save(update_fields=["settlement", "settled_at", "settled_by"])
    announce(follow_up_fact(follow_up, "settled", by, at))
    return follow_up


@transaction.atomic
def call_back(request: Request, *, reached: bool, note: str, by: Actor, at: datetime) -> CallBack:
    """回访: keep a call made after the service, also one that nobody answered."""
    if by.person_id is None:
        raise forbidden(_("回访要由具体的工作人员来做。"), "person_needed")
    check_did_not_serve(request, by)
    if by.person_id == request.requester_id:
        raise forbidden(_("不能回访自己点的单。"), "own_order")
    row = CallBack.objects.create(
        request=request,
        by_id=by.person_id,
        at=at,
        reached=reached,
        note=clean_words(note, field="note") if note.strip() else "",
    )
    data = {"call_back": str(row.id), "reached": reached}
    announce(request_fact(request, "call_back", by, at, data))
    return row


def _open(
    request: Request,
    cause: str,
    words: str,
    owner_id: UUID | None,
    due_at: datetime,
    by: Actor,
    at: datetime,
) -> FollowUp:
    """The request's one open follow-up, opened now or joined."""
    row = open_follow_up(request)
    if row is not None:
        row.cause = cause if cause == DISPUTE else row.cause
        row.words = "\n".join(part for part in (row.words, words) if part)
        row.due_at = min(row.due_at, due_at)
        row.owner_id = row.owner_id or owner_id
        row.save(update_fields=["cause", "words", "due_at", "owner"])
        announce(follow_up_fact(row, "added_to", by, at))
        return row
    row = FollowUp.objects.create(
        request=request,
        cause=cause,
        words=words,
        owner_id=owner_id,
        opened_at=at,
        due_at=due_at,
    )
    announce(follow_up_fact(row, "opened", by, at))
    return row
