"""礼品: the catalogue is written, gifts are brought to a site or taken from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, missing

from ..core import price_in
from ..facts import gift_fact, shop_fact, stock_fact
from ..models import STARS_MOST, Audience, Gift, Shelf, Shop, StockMove, Window
from ..pictures import Picture, redrawn
from ..policies import check_keep_mall, check_serve

COUNT_MOST = 1_000_000
COST_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class GiftWords:
    """What is written of a gift."""

    name: str
    cost: int
    about: str = ""
    audience: str = Audience.VOLUNTEERS
    star_min: int = 0
    limit_each: int = 0
    limit_period: str = Gift.Period.QUARTER
    from_on: date | None = None
    until_on: date | None = None


@transaction.atomic
def offer_gift(centre: Place, words: GiftWords, *, by: Actor, at: datetime) -> Gift:
    """Put a gift into the centre's catalogue; it has no stock yet."""
    keeper = check_keep_mall(by, centre)
    row = Gift(centre=centre, offered_at=at, offered_by_id=keeper)
    _write(row, words)
    _save(row, is_new=True)
    announce(gift_fact(row, "offered", by, at))
    return row


@transaction.atomic
def edit_gift(gift_id: UUID, words: GiftWords, *, by: Actor, at: datetime) -> Gift:
    """Write it anew. Orders already placed keep the cost they were placed at."""
    row = gift_for_change(gift_id)
    check_keep_mall(by, row.centre)
    _write(row, words)
    _save(row, is_new=False)
    announce(gift_fact(row, "changed", by, at))
    return row


@transaction.atomic
def retire_gift(gift_id: UUID, *, by: Actor, at: datetime) -> Gift:
    """No longer to be ordered; what was ordered is still handed out."""
    row = gift_for_change(gift_id)
    check_keep_mall(by, row.centre)
    if row.retired_at is None:
        row.retired_at = at
        row.save(update_fields=["retired_at"])
        announce(gift_fact(row, "retired", by, at))
    return row


@transaction.atomic
def show_picture(gift_id: UUID, content: bytes, *, by: Actor, at: datetime) -> Gift:
    """One picture of the gift, in place of the one before; without content, none any more."""
    row = gift_for_change(gift_id)
    keeper = check_keep_mall(by, row.centre)
    if content:
        drawn = {"jpeg": redrawn(content), "by_id": keeper, "at": at}
        Picture.objects.update_or_create(gift=row, defaults=drawn)
    else:
        Picture.objects.filter(gift=row).delete()
    announce(gift_fact(row, "pictured", by, at))
    return row


def gift_for_change(gift_id: UUID) -> Gift:
    """The gift, locked, or a refusal."""
    row = (
        Gift.objects.select_for_update(of=("self",))
        .select_related("centre")
        .filter(id=gift_id)
        .first()
    )
    if row is None:
        raise missing(_("没有找到这件礼品。"), "unknown_gift")
    return row


def _write(row: Gift, words: GiftWords) -> None:
    row.name = check_words(words.name, "name")
    row.about = " ".join(words.about.split())[:500]
    check_unpriced(row.name, row.about)
    if not 0 <= words.cost <= COST_MOST:
        raise Refusal("cost", _("积分要在 0 到 1000000 之间。"), field="cost")
    if not 0 <= words.star_min <= STARS_MOST:
        raise Refusal("star_min", _("星级要在 0 到 5 之间。"), field="star_min")
    if words.audience not in Audience.values or words.limit_period not in Gift.Period.values:
        raise Refusal("unknown_choice", _("请从列出的选项里选。"))
    if words.from_on and words.until_on and words.until_on < words.from_on:
        raise Refusal("dates", _("结束日期不能早于开始日期。"), field="until_on")
    row.cost, row.star_min = words.cost, words.star_min
    row.audience, row.limit_period = words.audience, words.limit_period
    row.limit_each = max(0, min(words.limit_each, 1000))
    row.from_on, row.until_on = words.from_on, words.until_on


def check_words(text: str, field: str, most: int = 60) -> str:
    """A name: something, on one line, not too long."""
    found = " ".join(text.split())
    if not found:
        raise Refusal("needed", _("请写名称。"), field=field)
    if len(found) > most:
        raise Refusal("too_long", _("名称不超过%d个字。") % most, field=field)
    return found


def check_unpriced(*texts: str) -> None:
    """No word of money anywhere: hours and points are not bought, sold or priced."""
    found = price_in(*texts)
    if found:
        raise Refusal(
            "priced",
            _("不能写价格或现金(“%s”)。积分只记奉献,不标价、不折现,请只写是什么礼品。") % found,
            field="about" if price_in(texts[0]) == "" else "name",
        )


def _save(row: Gift, *, is_new: bool) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=is_new)
    except IntegrityError as trouble:
        if "mall_gift_name_once" not in str(trouble):
            raise
        raise Refusal("same_name", _("已有同名的礼品,请换个名称。"), field="name") from None


@transaction.atomic
def move_stock(
    gift_id: UUID, site: Place, count: int, *, note: str = "", by: Actor, at: datetime
) -> StockMove:
    """入库 (count above nought) or 出库 (below): one row; the shelf's figure is their sum."""
    gift = Gift.objects.select_related("centre").filter(id=gift_id).first()
    if gift is None:
        raise missing(_("没有找到这件礼品。"), "unknown_gift")
    if not site.path.startswith(gift.centre.path):
        raise Refusal("other_centre", _("这个站点不属于本中心。"), field="site")
    worker = check_serve(by, site)
    if count == 0 or abs(count) > COUNT_MOST:
        raise Refusal("count", _("请写数量,出库写负数,一次不超过 1000000。"), field="count")
    if count < 0 and not note.strip():
        raise Refusal("note_needed", _("出库请写明原因,例如盘亏、损坏。"), field="note")
    shelf, _new = Shelf.objects.get_or_create(gift=gift, site=site)
    row = put(shelf, count, StockMove.Why.IN if count > 0 else StockMove.Why.OUT, at, worker, note)
    announce(stock_fact(row, by, at))
    return row


def put(
    shelf: Shelf,
    count: int,
    why: StockMove.Why,
    at: datetime,
    by_id: UUID | None,
    note: str = "",
    order_id: UUID | None = None,
) -> StockMove:
    """One row of stock on the shelf, which is locked first so that a no is said in words."""
    locked = Shelf.objects.select_for_update().get(id=shelf.id)
    if locked.free + count < 0:
        raise conflict(
            "sold_out",
            _("“%(gift)s”在%(site)s只剩 %(free)d 件。")
            % {"gift": shelf.gift.name, "site": shelf.site.name, "free": locked.free},
            {"free": locked.free},
        )
    return StockMove.objects.create(
        shelf=shelf,
        count=count,
        why=why,
        at=at,
        by_id=by_id,
        note=" ".join(note.split())[:200],
        order_id=order_id,
    )


@transaction.atomic
def set_shop(
    centre: Place,
    *,
    is_open: bool,
    window: str,
    window_days: int,
    orders_each_quarter: int,
    keep_days: int,
    return_days: int,
    by: Actor,
    at: datetime,
) -> Shop:
    """The centre's own rules; they hold for orders placed from now on."""
    keeper = check_keep_mall(by, centre)
    if window not in Window.values:
        raise Refusal("window", _("请选择开放时间。"), field="window")
    for field, value, least, most in (
        ("window_days", window_days, 0 if window == Window.ALWAYS else 1, 92),
        ("orders_each_quarter", orders_each_quarter, 0, 100),
        ("keep_days", keep_days, 1, 365),
        ("return_days", return_days, 0, 365),
    ):
        if not least <= value <= most:
            raise Refusal("number", _("请写 %d 到 %d 之间的数。") % (least, most), field=field)
    row, _new = Shop.objects.update_or_create(
        centre=centre,
        defaults={
            "is_open": is_open,
            "window": window,
            "window_days": window_days,
            "orders_each_quarter": orders_each_quarter,
            "keep_days": keep_days,
            "return_days": return_days,
            "changed_at": at,
            "changed_by_id": keeper,
        },
    )
    announce(shop_fact(row, by, at))
    return row
