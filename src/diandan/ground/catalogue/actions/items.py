"""菜单: items are written, submitted, published and retired; teams take them up beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Team
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict

from ..core import SEASONS
from ..facts import item_fact
from ..models import Item, ItemTake, ServiceKind
from ..policies import check_keep_menu, check_take

State = Item.State
TITLE_MAX = 80
REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class ItemWords:
    """What is written of an item. A season or days bound when it is on the menu."""

    title: str
    kind: ServiceKind
    about: str = ""
    season: str = ""
    from_on: date | None = None
    until_on: date | None = None
    joinable: bool = False
    starts_at: datetime | None = None
    seats: int | None = None
    is_paid: bool = False


@transaction.atomic
def make_item(*, place: Place, words: ItemWords, by: Actor, at: datetime) -> Item:
    """A draft of `place`. Nobody sees it on a menu before it was reviewed and published."""
    check_keep_menu(by, place)
    item = Item(place=place, made_by_id=by.person_id, made_at=at, state=State.DRAFT)
    _write(item, words)
    item.save()
    announce(item_fact(item, "make", by, at))
    return item


@transaction.atomic
def edit_item(item: Item, *, words: ItemWords, by: Actor, at: datetime) -> Item:
    """Write a draft anew. What is in review or published is not changed under people's eyes."""
    check_keep_menu(by, item.place)
    _check_state(item, State.DRAFT)
    _write(item, words)
    item.save()
    announce(item_fact(item, "edit", by, at))
    return item


@transaction.atomic
def submit_item(item: Item, *, by: Actor, at: datetime) -> Item:
    """Hand a draft in for review (三级审核)."""
    check_keep_menu(by, item.place)
    _check_state(item, State.DRAFT)
    return _move(item, State.IN_REVIEW, "submit", by, at)


@transaction.atomic
def publish_item(item: Item, *, by: Actor, at: datetime) -> Item:
    """Put an item on the menu. Only what was submitted; the ladder of reviews ends here."""
    check_keep_menu(by, item.place)
    _check_state(item, State.IN_REVIEW)
    if by.person_id is not None and by.person_id == item.made_by_id:
        raise Refusal("self_approval", _("不能审核自己编写的服务,请另一位同事来审。"), status=403)
    item.published_at = at
    return _move(item, State.PUBLISHED, "publish", by, at)


@transaction.atomic
def send_back_item(item: Item, *, by: Actor, at: datetime) -> Item:
    """A review asked for changes: the item is a draft again."""
    _check_state(item, State.IN_REVIEW)
    return _move(item, State.DRAFT, "send_back", by, at)


@transaction.atomic
def retire_item(item: Item, *, reason: str, by: Actor, at: datetime) -> Item:
    """Take an item off the menu for good, saying why; orders under way go on."""
    check_keep_menu(by, item.place)
    _check_state(item, State.PUBLISHED, State.DRAFT, State.IN_REVIEW)
    why = " ".join(reason.split())
    if not why:
        raise Refusal("reason_missing", _("请写明下架的原因。"), field="reason")
    item.retired_at, item.retired_why = at, why[:REASON_MAX]
    return _move(item, State.RETIRED, "retire", by, at)


@transaction.atomic
def take_item(item: Item, *, team: Team, by: Actor, at: datetime) -> ItemTake:
    """接单 beforehand: the team will serve whoever orders this item. Said twice it is one word."""
    check_take(by, team)
    _check_state(item, State.PUBLISHED)
    if team.closed_at is not None:
        raise conflict("team_closed", _("这支队伍已经撤销,不能接单。"))
    if not team.home.path.startswith(item.kind.centre.path):
        raise Refusal("not_eligible", _("这支队伍不在本中心,不能接这项服务。"))
    if set(item.kind.skills) - set(team.skills):
        raise Refusal("not_eligible", _("这项服务需要队里没有登记的技能,不能接。"))
    found = item.takes.filter(team=team, dropped_at=None).first()
    if found is not None:
        return found
    take = ItemTake.objects.create(item=item, team=team, taken_by_id=by.person_id, taken_at=at)
    announce(item_fact(item, "take", by, at, team_id=team.id))
    return take


@transaction.atomic
def drop_item(take: ItemTake, *, by: Actor, at: datetime) -> ItemTake:
    """The team no longer serves this item; jobs it has accepted stay with it."""
    check_take(by, take.team)
    if take.dropped_at is None:
        take.dropped_at = at
        take.save(update_fields=["dropped_at"])
        announce(item_fact(take.item, "drop", by, at, team_id=take.team_id))
    return take


def _check_state(item: Item, *wanted: Item.State) -> None:
    if item.state not in wanted:
        raise conflict(
            "not_now",
            _("这项服务现在是「%(state)s」,不能这样操作。") % {"state": State(item.state).label},
        )


def _move(item: Item, state: Item.State, verb: str, by: Actor, at: datetime) -> Item:
    was, item.state = item.state, state
    item.save(update_fields=["state", "published_at", "retired_at", "retired_why"])
    announce(item_fact(item, verb, by, at, {"from": str(was), "to": state.value}))
    return item


def _write(item: Item, words: ItemWords) -> None:
    title = " ".join(words.title.split())
    if not title or len(title) > TITLE_MAX:
        raise Refusal("wrong_title", _("服务名称请写1到80个字。"), field="title")
    if not item.place.path.startswith(words.kind.centre.path) or words.kind.retired_at:
        raise Refusal("unknown_kind", _("本中心没有这类服务,请另选一类。"), field="kind")
    if words.season and words.season not in SEASONS:
        raise Refusal("unknown_season", _("请选择春、夏、秋、冬。"), field="season")
    if words.from_on and words.until_on and words.until_on < words.from_on:
        raise Refusal("window_backward", _("结束日期要晚于开始日期。"), field="until_on")
    if words.seats is not None and words.seats < 1:
        raise Refusal("wrong_seats", _("名额请填1以上的数字,不限名额请留空。"), field="seats")
    if words.joinable and words.starts_at is None:
        raise Refusal("start_missing", _("可报名的活动请写明开始时间。"), field="starts_at")
    item.title, item.kind, item.about = title, words.kind, words.about.strip()
    item.season, item.from_on, item.until_on = words.season, words.from_on, words.until_on
    item.joinable, item.starts_at, item.seats = words.joinable, words.starts_at, words.seats
    item.is_paid = words.is_paid
