"""兑换与礼遇的设置: the catalogue, stock in and out as rows, the mall's rules and the star rules."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diandan.ground.people.policies import KEEPER_ROLES
from diandan.ground.places import queries as places
from diandan.ground.places.finder import PlaceFinder
from diandan.kit.refusal import Refusal, forbidden, missing
from diandan.kit.units import local
from diandan.square.mall import queries
from diandan.square.mall.actions import gifts as acts
from diandan.square.mall.models import Audience, Gift, StockMove
from diandan.square.mall.pictures import BYTES_MAX
from diandan.square.mall.policies import may_keep_mall
from diandan.square.star.actions.choose import choose_rules
from diandan.square.star.rulebook import rules_for
from diandan.web import door
from diandan.web.desk import takeaway
from diandan.web.shared.once import SeeOther

from .mall_forms import GiftForm, PictureForm, ShopForm, StockForm
from .page import NOT_A_FORMS, Here, SettingsForm, columns, pill, plain, pressed, row, taken

SECTION = "mall"
ROWS_SHOWN = 100
TAKEN_AWAY = 5000


def mall_here(request: HttpRequest) -> Here:
    """Whose mall: the highest place at which she is a keeper; what she may do there is asked by acts."""
    by, at = door.actor(request), door.now(request)
    mine = sorted((g for g in by.grants if g.role in KEEPER_ROLES), key=lambda g: len(g.path))
    if not mine:
        raise forbidden(_("兑换与礼遇由所、站和中心的工作人员管理。"), "keepers_only")
    found = places.by_id(mine[0].place_id)
    return Here(found, places.center_of(found), by, at)


def keeper_here(request: HttpRequest) -> Here:
    """Only who keeps the whole centre's mall."""
    where = mall_here(request)
    if not may_keep_mall(where.by, where.centre):
        raise forbidden(_("这一页由中心的工作人员管理。"), "not_your_mall")
    return where


def _words(data: dict[str, Any]) -> acts.GiftWords:
    return acts.GiftWords(
        name=data["name"],
        cost=data["cost"],
        about=data["about"],
        audience=data["audience"],
        star_min=data["star_min"] or 0,
        limit_each=data["limit_each"] or 0,
        limit_period=data["limit_period"],
        from_on=data["from_on"],
        until_on=data["until_on"],
    )


@require_safe
@door.settings_only
def mall(request: HttpRequest) -> HttpResponse:
    """Every gift, what lies free, and what became of its orders."""
    where = mall_here(request)
    keeps = may_keep_mall(where.by, where.centre)
    told = {t.gift.id: t for t in queries.tallies(where.centre)}
    table = {
        "caption": _("礼品"),
        "id": "gifts",
        "note": _("库存是流水相加得来的,不能直接改。"),
        "columns": columns(
            _("名称"), _("积分"), _("面向"), _("库存"), _("待领"), _("已领"), _("状态"),
            nums=(1, 3, 4, 5),
        ),
        "rows": [
            row(
                (g.name, reverse("settings_gift", args=[g.id])),
                g.cost,
                _audience(g),
                getattr(g, "free", 0),
                told[g.id].ordered,
                told[g.id].handed_out,
                pill(_("已下架"), "plain") if g.retired_at else pill(_("上架中"), "good"),
            )
            for g in queries.catalogue(where.centre)
        ],
        "empty": {
            "icon": "award",
            "sentence": _("还没有礼品"),
            "fill": _("写一件礼品,送到站里入库,志愿者就能兑换。"),
        },
    }  # fmt: skip
    actions = [{"href": reverse("settings_stock"), "label": _("库存流水")}]
    if keeps:
        actions += [
            {"href": reverse("settings_new_gift"), "label": _("上架礼品")},
            {"href": reverse("settings_shop"), "label": _("兑换与星级规则")},
            {"href": reverse("settings_partners"), "label": _("礼遇与合作单位")},
            {"href": reverse("settings_batches"), "label": _("惠民券")},
        ]
    return plain(
        request,
        SECTION,
        _("兑换与礼遇"),
        where=where,
        actions=actions,
        tables=[table],
        notes=[_rules_words(where)],
    )


def _audience(gift: Gift) -> str:
    words = str(Audience(gift.audience).label)
    return words + (_(",%d星起") % gift.star_min if gift.star_min else "")


def _rules_words(where: Here) -> str:
    rules = queries.rules_of(where.centre)
    words = [rules.title]
    if not rules.is_open:
        words.append(_("现在暂停兑换"))
    if rules.orders_each_quarter:
        words.append(_("每人每季度最多 %d 次") % rules.orders_each_quarter)
    words.append(_("保留 %d 天") % rules.keep_days)
    return "。".join(words) + "。"


@require_http_methods(["GET", "POST"])
@door.settings_only
def new_gift(request: HttpRequest) -> HttpResponse:
    """Put a gift into the catalogue."""
    where = keeper_here(request)
    form = GiftForm(request.POST or None)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            made = acts.offer_gift(where.centre, _words(data), by=where.by, at=where.at)
            return reverse("settings_gift", args=[made.id])

        answer = taken(request, form, act, _("已上架。接着入库,志愿者就能兑换。"))
        if answer is not None:
            return answer
    return plain(
        request,
        SECTION,
        _("上架礼品"),
        where=where,
        back=_back(),
        forms=[{"form": form, "button": _("上架"), "primary": True, "form_id": "new-gift"}],
    )


def _back() -> dict[str, Any]:
    return {"href": reverse("settings_mall"), "label": _("兑换与礼遇")}


def _gift(where: Here, gift_id: UUID) -> Gift:
    one = Gift.objects.select_related("centre").filter(id=gift_id, centre=where.centre).first()
    if one is None:
        raise missing(_("没有找到这件礼品。"), "unknown_gift")
    return one


@require_http_methods(["GET", "POST"])
@door.settings_only
def gift(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """One gift: where it lies, its rows of stock, and its words for who keeps the catalogue."""
    where = mall_here(request)
    one = _gift(where, gift_id)
    stocking = request.method == "POST" and "count" in request.POST
    stock = StockForm(request.POST if stocking else None, initial={"site": where.place.name})
    words = _words_form(request, where, one, writing=request.method == "POST" and not stocking)
    answer = _put(request, where, one, stock) if stocking else _write(request, where, one, words)
    if answer is not None:
        return answer
    page_forms = []
    if one.retired_at is None:
        page_forms.append({"form": stock, "button": _("记一笔"), "heading": _("入库或出库")})
    press = None
    if words is not None:
        page_forms += _picture_forms(one, PictureForm())
        page_forms.append({"form": words, "button": _("保存"), "heading": _("修改礼品")})
        press = {
            "href": reverse("settings_retire_gift", args=[one.id]),
            "label": _("下架"),
            "confirm": _("下架后不能再兑换;已兑换的照常领取。"),
        }
    moves = list(queries.stock_rows(where.centre, one)[:ROWS_SHOWN])
    return plain(
        request,
        SECTION,
        one.name,
        where=where,
        back=_back(),
        tables=[_shelves(one), _stock_table(moves)],
        forms=page_forms,
        press=press,
    )


def _picture_forms(one: Gift, form: SettingsForm) -> list[dict[str, Any]]:
    """To put a picture on it, and where there is one, to take it away."""
    action = reverse("settings_gift_picture", args=[one.id])
    heading, note = _("照片"), _("没有照片时显示一个图标。")
    has = one.id in queries.pictured([one.id])
    put = {"form": form, "button": _("换一张") if has else _("放照片"), "heading": heading}
    found = [{**put, "note": note, "action": action, "files": True}]
    if has:
        found.append({"form": SettingsForm(), "button": _("去掉照片"), "action": action})
    return found


@require_POST
@door.settings_only
def picture(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """Put a picture on the gift, or take it away; refused, the page says why."""
    where = mall_here(request)
    one = _gift(where, gift_id)
    file = request.FILES.get("picture")
    back = reverse("settings_gift", args=[one.id])
    if file is not None and (file.size or 0) > BYTES_MAX:
        messages.error(request, _("照片不能超过 5 MB。"))
        return SeeOther(back)
    content = file.read() if file is not None else b""

    def put() -> str:
        acts.show_picture(one.id, content, by=where.by, at=where.at)
        return back

    try:
        return pressed(request, put, _("已换照片。") if content else _("已去掉照片。"))
    except Refusal as no:
        if no.status in NOT_A_FORMS:
            raise
        messages.error(request, no.sentence)
        return SeeOther(back)


def _words_form(request: HttpRequest, where: Here, one: Gift, *, writing: bool) -> GiftForm | None:
    """The gift's words to be changed, for who keeps the catalogue."""
    if not may_keep_mall(where.by, where.centre) or one.retired_at is not None:
        return None
    initial = {name: getattr(one, name) for name in GiftForm.base_fields}
    return GiftForm(request.POST if writing else None, initial=initial)


def _put(request: HttpRequest, where: Here, one: Gift, form: StockForm) -> HttpResponse | None:
    def put(data: dict[str, Any]) -> str:
        site = PlaceFinder(where.centre).find(data["site"].strip(), "site")
        acts.move_stock(one.id, site, data["count"], note=data["note"], by=where.by, at=where.at)
        return reverse("settings_gift", args=[one.id])

    return taken(request, form, put, _("已记入库存流水。"))


def _write(
    request: HttpRequest, where: Here, one: Gift, form: GiftForm | None
) -> HttpResponse | None:
    if form is None or not form.is_bound:
        return None

    def write(data: dict[str, Any]) -> str:
        acts.edit_gift(one.id, _words(data), by=where.by, at=where.at)
        return reverse("settings_gift", args=[one.id])

    return taken(request, form, write)


def _shelves(one: Gift) -> dict[str, Any]:
    return {
        "caption": _("放在哪里"),
        "id": "shelves",
        "columns": columns(_("领取点"), _("可兑换"), nums=(1,)),
        "rows": [row(s.site.name, s.free) for s in queries.shelves_of(one)],
        "empty": {"icon": "map-pin", "sentence": _("还没有入库"), "fill": _("在下面记一笔入库。")},
    }


def _stock_table(moves: list[StockMove]) -> dict[str, Any]:
    return {
        "caption": _("库存流水"),
        "id": "stock",
        "columns": columns(
            _("时间"), _("礼品"), _("领取点"), _("事由"), _("增减"), _("备注"), nums=(4,)
        ),
        "rows": [row(*cells) for cells in _stock_cells(moves)],
        "empty": {
            "icon": "layers",
            "sentence": _("还没有流水"),
            "fill": _("入库、兑换、退回都会记在这里。"),
        },
    }


def _stock_cells(moves: list[StockMove]) -> list[list[Any]]:
    return [
        [
            f"{local(m.at):%Y-%m-%d %H:%M}",
            m.shelf.gift.name,
            m.shelf.site.name,
            str(StockMove.Why(m.why).label),
            m.count,
            m.note,
        ]
        for m in moves
    ]


@require_safe
@door.settings_only
def stock(request: HttpRequest) -> HttpResponse:
    """Every row of stock, the newest first."""
    where = mall_here(request)
    table = _stock_table(list(queries.stock_rows(where.centre)[: ROWS_SHOWN * 3]))
    table["csv_url"] = reverse("settings_stock_csv")
    return plain(request, SECTION, _("库存流水"), where=where, back=_back(), tables=[table])


@require_safe
@door.settings_only
def stock_csv(request: HttpRequest) -> HttpResponse:
    """The rows of stock to take away."""
    where = mall_here(request)
    heads = [_("时间"), _("礼品"), _("领取点"), _("事由"), _("增减"), _("备注")]
    rows = _stock_cells(list(queries.stock_rows(where.centre)[:TAKEN_AWAY]))
    return takeaway.as_csv(_("库存流水"), heads, rows)


@require_POST
@door.settings_only
def retire(request: HttpRequest, gift_id: UUID) -> HttpResponse:
    """No longer to be ordered."""
    where = keeper_here(request)
    _gift(where, gift_id)

    def act() -> str:
        acts.retire_gift(gift_id, by=where.by, at=where.at)
        return reverse("settings_mall")

    return pressed(request, act, _("已下架,已兑换的照常领取。"))


@require_http_methods(["GET", "POST"])
@door.settings_only
def shop(request: HttpRequest) -> HttpResponse:
    """The centre's own rules; they hold from now on."""
    where = keeper_here(request)
    rules = queries.rules_of(where.centre)
    initial = {
        "is_open": rules.is_open, "window": rules.window, "window_days": rules.window_days,
        "orders_each_quarter": rules.orders_each_quarter, "keep_days": rules.keep_days,
        "return_days": rules.return_days, "star_rules": rules_for(where.centre).name,
    }  # fmt: skip
    form = ShopForm(request.POST or None, initial=initial)
    if request.method == "POST":

        def act(data: dict[str, Any]) -> str:
            chosen = data.pop("star_rules")
            acts.set_shop(where.centre, **data, by=where.by, at=where.at)
            choose_rules(where.centre, chosen, by=where.by, at=where.at)
            return reverse("settings_shop")

        answer = taken(request, form, act)
        if answer is not None:
            return answer
    sources = [s for s in (rules.source, rules_for(where.centre).source) if s]
    return plain(
        request,
        SECTION,
        _("兑换与星级规则"),
        where=where,
        back=_back(),
        notes=[*sources, _("已下的兑换单和已评定的星级不受改动影响。")],
        forms=[{"form": form, "button": _("保存"), "primary": True}],
    )
