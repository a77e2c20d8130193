"""制单在前: where the menu comes first, what is reviewed and returned is the menu item itself."""

from __future__ import annotations

from diandan.flow.choice import chosen, flow_of
from diandan.ground.catalogue.models import Item
from diandan.ground.people.models import Role

from .told import NEED, check
from .walker import Page, Walker
from .world import World

TITLE = "敬老义剪进小区"


def returned_on_the_menu(world: World) -> str:
    """A station writes an item, the reviewer sends it back with a reason, it is mended and out."""
    writer = world.staff(Role.STATION_STAFF)
    form = writer.get("/desk/settings/menu/new")
    written = writer.press(form, "", has="title", title=TITLE, kind=NEED)
    item = Item.objects.get(title=TITLE)
    check(written.says(TITLE), "没有写成菜单项")
    address = f"/desk/settings/menu/{item.id}"
    writer.press(writer.get(address), "/submit")
    reviewer = world.staff(Role.CENTER_STAFF)
    returned = reviewer.press(reviewer.get(address), "/return", reason="请写清哪天、几个人")
    check(returned.says("请写清哪天"), "审核经过里没有退回的原因")
    _mend(writer, writer.get(address))
    writer.press(writer.get(address), "/submit")
    reviewer.press(reviewer.get(address), "/approve")
    item.refresh_from_db()
    check(item.state == Item.State.PUBLISHED, f"「{TITLE}」停在 {item.get_state_display()}")
    shown = world.at(world.resident().id).get(f"/menu/{item.id}?site={world.station.id}")
    check(shown.says(TITLE), "群众的菜单上没有这一项")
    said = flow_of(chosen(world.house.centre)).source.partition(":")[2]
    return (
        f"退回在制单这一步:站里写的菜单项「{TITLE}」被中心退回(请写清哪天、几个人),改后再审,上了菜单;"
        f"群众点单以后没有退回一级——材料写的是“{said}”,平台自动受理,缺什么由接单队伍留言问"
    )


def on_the_menu(world: World, title: str, kind: str, about: str = "") -> Item:
    """An item by its usual way: the station writes it, the centre approves it."""
    writer, reviewer = world.staff(Role.STATION_STAFF), world.staff(Role.CENTER_STAFF)
    form = writer.get("/desk/settings/menu/new")
    writer.press(form, "", has="title", title=title, kind=kind, about=about)
    item = Item.objects.get(title=title)
    address = f"/desk/settings/menu/{item.id}"
    writer.press(writer.get(address), "/submit")
    reviewer.press(reviewer.get(address), "/approve")
    item.refresh_from_db()
    check(item.state == Item.State.PUBLISHED, f"「{title}」停在 {item.get_state_display()}")
    return item


def _mend(writer: Walker, page: Page) -> None:
    check(page.says("请写清哪天"), "写的人看不到退回的原因")
    writer.press(page, "", has="about", about="每周六上午九点,两位师傅,小区活动室。")
