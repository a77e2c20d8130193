"""建议: what her words seem to ask for, with the words that told, and every choice hers to change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, TextField, Value
from django.http import HttpRequest
from django.utils.translation import gettext as _

from diandan.flow.choice import chosen, flow_for, flow_of
from diandan.flow.promise import promise_for
from diandan.ground.catalogue.core import NORMAL, OTHER, URGENT, Proposal, propose
from diandan.ground.catalogue.models import Item, ServiceKind
from diandan.ground.catalogue.queries import menu
from diandan.ground.people import queries as people
from diandan.ground.places import queries as places
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.path.ask.models import Channel
from diandan.web import door
from diandan.web.resident import reads
from diandan.web.resident.forms import OrderForm, days_from
from diandan.web.resident.here import ORDER_AT, Here, place_under
from diandan.web.resident.page import chip, typed
from diandan.web.shared.words import promised

KINDS_SHOWN = 4
PLACES_SHOWN = 5
ITEMS_SHOWN = 8
OTHER_PLACE = "other"


@dataclass
class Draft:
    """What is chosen or proposed so far for one order."""

    where: Here
    at: datetime
    words: str
    kinds: list[ServiceKind]
    kind: ServiceKind | None
    item: Item | None
    place: Place | None
    urgency: str
    proposal: Proposal
    menu_first: bool = False
    menu_items: list[Item] = field(default_factory=list)
    place_found: list[Place] = field(default_factory=list)
    place_trouble: str = ""
    kind_by_hand: bool = False

    def check(self) -> None:
        """Refuse what the form alone cannot know: no such place, no kind, no item chosen."""
        if self.place_trouble or self.place is None:
            raise Refusal(
                "place_missing", self.place_trouble or _("请选在哪个社区(村)。"), field="place"
            )
        if self.kind is None:
            raise Refusal("kind_missing", _("请点选一类服务,说不清就选「其他」。"), field="kind")
        if self.menu_first and self.item is None:
            raise Refusal("menu_required", _("这里按服务菜单点单,请从菜单里选一项。"), field="item")

    def learn(self, refusal: Refusal) -> None:
        """A refusal that asks for the menu brings the menu."""
        if refusal.code == "menu_required" and not self.menu_items:
            self.menu_first, self.menu_items = True, _items(self)

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        """What the second screen starts from: the likeliest answers."""
        by = door.actor(request)
        own = people.own(people.person(by.person_id)) if by.person_id else None
        words = self.words or (self.item.title if self.item else "")
        if not words and self.kind is not None and self.kind.code != OTHER and not self.is_private:
            words = _("需要%(kind)s") % {"kind": self.kind.name}
        return {
            "words": words,
            "door": own.door if own else "",
            "day": "any",
            "part": "any",
            "people_count": 1,
        }

    @property
    def reason(self) -> str:
        """Which of her words told, in one line."""
        if not self.proposal.why or self.kind_by_hand:
            return ""
        said = "、".join(f"「{word}」" for word in self.proposal.why)
        return _("因为您说了%(words)s,不对就点一下改过来。") % {"words": said}

    @property
    def is_private(self) -> bool:
        """Whether only mediators will see it."""
        if self.kind is None or self.where.centre is None:
            return False
        return flow_for(self.where.centre, self.kind, Channel.WEB).private

    @property
    def kind_chips(self) -> list[dict[str, Any]]:
        """The likeliest kinds, the chosen one first, 其他 last."""
        return [self._kind_chip(k) for k in self._ordered()[:KINDS_SHOWN]]

    @property
    def more_kind_chips(self) -> list[dict[str, Any]]:
        """The rest."""
        return [self._kind_chip(k) for k in self._ordered()[KINDS_SHOWN:]]

    @property
    def place_chips(self) -> list[dict[str, Any]]:
        """The place her words name, her own, what she searched for; and another."""
        told: list[Place | None] = [self.place, *self.place_found]
        if self.proposal.place is not None and self.proposal.place.kind in ORDER_AT:
            told.append(self.proposal.place)
        told.append(self.where.site)
        once = {p.id: p for p in told if p is not None}
        shown = [
            chip(p.id, p.name, chosen=self.place == p, icon="map-pin")
            for p in list(once.values())[:PLACES_SHOWN]
        ]
        if not shown:
            return []  # one pill alone is no choice: the field for the name stands open instead
        return [*shown, chip(OTHER_PLACE, _("别的地方"), chosen=self.place is None)]

    @property
    def urgency_chips(self) -> list[dict[str, Any]]:
        """Urgent or not."""
        return [
            chip("normal", _("不急"), chosen=self.urgency != URGENT, icon="clock"),
            chip("urgent", _("紧急"), chosen=self.urgency == URGENT, icon="alarm-clock"),
        ]

    @property
    def promise(self) -> str:
        """What the house promises for this kind and urgency."""
        if self.kind is None or self.where.centre is None:
            return ""
        due = promise_for(self.where.centre, self.kind, self.urgency, self.at)
        return promised(due, self.at).words

    def chips(self, form: OrderForm) -> dict[str, Any]:
        """The rows of chips on the second screen, as they stand on the form."""
        day = str(form["day"].value() or "any")
        part = str(form["part"].value() or "any")
        names = {0: _("今天"), 1: _("明天"), 2: _("后天")}
        today = local(self.at).date()
        days = [
            chip(d.isoformat(), _day_name(names.get((d - today).days), d), chosen=day == str(d))
            for d in days_from(self.at)
        ]
        parts = {
            "any": _("时间不限"),
            "morning": _("上午"),
            "afternoon": _("下午"),
            "evening": _("晚上"),
        }
        who = {
            "": _("都可以"),
            "女志愿者": _("女志愿者"),
            "男志愿者": _("男志愿者"),
            "会说本地话": _("会说本地话"),
        }
        may = str(form["may_come"].value() or "")
        return {
            "day": [
                chip("any", _("时间不限"), chosen=day == "any"),
                *days,
                chip("on", _("更晚的日子"), chosen=day == "on"),
            ],
            "part": [chip(v, label, chosen=part == v) for v, label in parts.items()],
            "may_come": [chip(v, label, chosen=may == v) for v, label in who.items()],
            "item": [chip(i.id, i.title, chosen=self.item == i) for i in self.menu_items],
        }

    def _ordered(self) -> list[ServiceKind]:
        first = [self.kind] if self.kind else []
        return [*first, *(k for k in self.kinds if k != self.kind)]

    def _kind_chip(self, kind: ServiceKind) -> dict[str, Any]:
        return chip(kind.code, kind.name, chosen=kind == self.kind, icon=kind.icon)


def draft_of(request: HttpRequest, where: Here, said: Mapping[str, str]) -> Draft:
    """Read what was said and chosen, and propose the rest."""
    centre = where.must_centre()
    at, by = door.now(request), door.actor(request)
    words = said.get("words", "")[:2000]
    kinds = reads.likely_kinds(centre, where.site or centre, by.person_id, at)
    item = _item(said.get("item", ""), where)
    told = propose(words, kinds, _places_in(words, where))
    by_hand = next((k for k in kinds if k.code == said.get("kind")), None)
    proposed = told.kind if words.strip() else None
    place, found, trouble = _place(said, where, told)
    draft = Draft(
        where=where,
        at=at,
        words=words,
        kinds=kinds,
        kind=item.kind if item else by_hand or proposed,
        item=item,
        place=place,
        urgency=URGENT if (said.get("urgency") or told.urgency) == URGENT else NORMAL,
        proposal=told,
        place_found=found,
        place_trouble=trouble,
        kind_by_hand=by_hand is not None and by_hand != told.kind,
    )
    own_flow = bool(draft.kind and draft.kind.flow)
    draft.menu_first = not own_flow and flow_of(chosen(centre)).menu == "required"
    if draft.menu_first:
        draft.menu_items = _items(draft)
    return draft


def _place(
    said: Mapping[str, str], where: Here, told: Proposal
) -> tuple[Place | None, list[Place], str]:
    """The place chosen, what a search found, and what is still unclear about it."""
    choice, words = said.get("place", ""), typed(said.get("place_words", ""), 40)
    centre = where.must_centre()
    if choice and choice != OTHER_PLACE:
        place = place_under(centre, choice)
        return place, [], "" if place else _("没有找到这个地方,请再查一次。")
    if words:
        found = [p for p in places.search(centre, words, 20) if p.kind in ORDER_AT][:PLACES_SHOWN]
        if len(found) == 1 or (found and found[0].name == words):
            return found[0], found, ""
        if found:
            return None, found, _("找到几个名字相近的,请点选一个。")
        return None, [], _("没有找到这个社区,换一两个字试试,例如只写「百家」。")
    if choice == OTHER_PLACE:
        return None, [], _("请写上社区(村)的名字。")
    named = told.place if told.place is not None and told.place.kind in ORDER_AT else None
    return named or where.site, [], ""


def _places_in(words: str, where: Here) -> list[Place]:
    """Places whose name may stand in the words: asked of the database by pairs of characters."""
    text = "".join(re.findall(r"[\u4e00-\u9fff]+", words))[:200]
    if len(text) < 2:
        return []
    centre = where.must_centre()
    return list(
        places.open_places()
        .filter(path__startswith=centre.path, kind__in=ORDER_AT)
        .annotate(said=Value(text, output_field=TextField()))
        .filter(said__contains=F("name"))
        .order_by("id")[:50]
    )


def _item(text: str, where: Here) -> Item | None:
    try:
        number = UUID(text)
    except ValueError:
        return None
    rows = Item.objects.select_related("place", "kind", "kind__centre")
    return rows.filter(id=number, place__path__startswith=where.root.path).first()


def _items(draft: Draft) -> list[Item]:
    """The menu here, what fits her kind first."""
    centre = draft.where.must_centre()
    near = (draft.place or draft.where.site or centre).path
    rows = list(menu(centre, local(draft.at).date(), near).filter(is_paid=False)[:200])
    kind = draft.kind
    rows.sort(key=lambda i: (i != draft.item, kind is None or i.kind_id != kind.id))
    return rows[:ITEMS_SHOWN]


def _day_name(name: str | None, day: date) -> str:
    week = [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]
    return name or _("%(weekday)s %(day)d日") % {"weekday": week[day.weekday()], "day": day.day}
