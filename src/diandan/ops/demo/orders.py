"""点单的人: residents order through every door, answer, withdraw and rate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from diandan.flow.choice import flow_of
from diandan.flow.conductor import place_request
from diandan.flow.desk_acts import settle_follow_up
from diandan.ground.people.actions.proxy import person_for_proxy
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Consent, Person, Role
from diandan.kit.clock import SHANGHAI
from diandan.kit.refusal import Refusal
from diandan.path.ask.actions.place import PROXY_CHANNELS, Wish
from diandan.path.ask.models import Channel, Request, Urgency
from diandan.path.ask.states import RequestState

from .cast import words_of_cast
from .hands import Hands

CHANNELS = (Channel.WEB,) * 11 + (
    Channel.DESK,
    Channel.PHONE,
    Channel.PHONE,
    Channel.PAPER,
    Channel.GRID,
)
SCORES = (5,) * 12 + (4,) * 5 + (3, 2, 1)
PRAISE = (
    "师傅很耐心,走的时候还把地擦干净了。",
    "来得准时,谢谢。",
    "老人很高兴,盼着下次再来。",
    "服务态度好。",
    "",
)
BLAME = ("约好上午,快中午才到。", "问题没有彻底解决,过两天又坏了。", "来的人说没带工具,要再约。")
MISSING = ("请补充楼栋和方便上门的时间。", "请写明大概有几位老人、想安排在哪里。")


class Orders:
    """What residents and the first desk do."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.random = hands.random
        self.house = hands.house
        codes = {i.kind.code for i in self.house.items}
        self.menu_only = self._flow_menu() == "required"
        self.needs = [
            need
            for need in words_of_cast()["need"]
            if not self.menu_only or need["kind"] in codes or self.house.kinds[need["kind"]].flow
        ]

    def _flow_menu(self) -> str:
        from diandan.flow.choice import chosen

        return str(flow_of(chosen(self.house.centre)).menu)

    def arrive(self, expected: float) -> int:
        """About `expected` new orders at this tick; returns how many came."""
        count = int(expected) + (self.random.random() < expected % 1)
        return sum(self._one() for _number in range(count))

    def _one(self) -> int:
        need = self.random.choice(self.needs)
        words = self.random.choice(need["words"])
        channel = self.random.choice(CHANNELS)
        urgent = self.random.random() * 100 < need.get("urgent", 3)
        try:
            self.place(need["kind"], words, channel, urgent=urgent)
        except Refusal:
            return 0
        return 1

    def place(self, code: str, words: str, channel: Channel, *, urgent: bool = False) -> Request:
        """One order at a street of the house, by its resident or by a clerk who speaks for her."""
        at, house = self.hands.at, self.house
        resident = self.random.choice(house.residents)
        by = self.hands.actor(resident.id)
        consent: Consent | None = None
        if channel in PROXY_CHANNELS:
            clerk = house.staff[
                Role.GRID_WORKER if channel == Channel.GRID else Role.STATION_STAFF
            ][0]
            by = self.hands.actor(clerk.id)
            resident, consent = self._spoken_for(clerk, by, channel)
        day = (at + timedelta(days=1 if urgent else self.random.randint(2, 6))).astimezone(SHANGHAI)
        start = day.replace(hour=self.random.choice((9, 10, 14, 15)), minute=0, second=0)
        item = next((i for i in house.items if i.kind.code == code), None)
        if item is None and self.menu_only:
            item = house.items[-1]
        return place_request(
            wish=Wish(
                words=words,
                kind=house.kinds[code],
                place=resident.home or house.stations[0],
                channel=channel,
                item=item if self.menu_only or self.random.random() < 0.3 else None,
                urgency=Urgency.URGENT if urgent else Urgency.NORMAL,
                wanted_from=None if urgent else start,
                wanted_until=None if urgent else start + timedelta(hours=2),
                street=self.random.choice(words_of_cast()["streets"]),
                door=f"{self.random.randint(1, 20)}栋{self.random.randint(101, 606)}室",
                consent=consent,
                read_back=consent is not None,
            ),
            requester=resident,
            by=by,
            at=at,
        )

    def _spoken_for(self, clerk: Person, by: Actor, channel: Channel) -> tuple[Person, Consent]:
        assert clerk.home is not None
        person = person_for_proxy(
            name=self.house.cast.name(),
            phone=None,
            home=clerk.home,
            how=str(channel),
            consent_note="当面复述一遍,本人点头同意。",
            at=self.hands.at,
            by=by,
        )
        consent = person.consents.filter(about=Consent.About.PROXY_ORDER).latest("given_at")
        return person, consent

    def act(self, row: Request, *, rates: bool) -> None:
        """Whatever somebody does about this order at this tick, or nothing."""
        act = getattr(self, f"_{row.state}", None)
        if act is not None and (rates or row.state != RequestState.SERVED):
            act(row)

    def _requester(self, row: Request) -> Actor:
        return self.hands.actor(row.placed_by_id or row.requester_id)

    def _placed(self, row: Request) -> None:
        hands = self.hands
        if hands.chance(0.03) and not hands.is_eager:
            hands.request(row, "withdraw", self._requester(row), reason="家里人已经帮忙办好了")
        elif hands.chance(0.06) and not hands.is_eager:
            reason = self.random.choice(MISSING)
            hands.request(row, "return_order", hands.who_may(row, "return_order"), reason=reason)
        elif hands.chance(0.8):
            hands.request(row, "take_up", hands.who_may(row, "take_up"))

    def _taken_up(self, row: Request) -> None:
        hands = self.hands
        if row.is_private:
            if hands.chance(0.2):
                text = "双方坐下来谈了一次,各让一步,写了协议。"
                hands.request(row, "settle", hands.who_may(row, "settle"), text=text)
            return
        if not hands.chance(0.7):
            return
        if not hands.is_eager and self.random.random() < 0.02:
            reason = "属于物业维修,已联系12345一并处理"
            hands.request(row, "hand_over", hands.who_may(row, "hand_over"), reason=reason)
            return
        words: dict[str, Any] = {}
        if flow_of(row.flow).merges:
            words["others"] = list(
                Request.objects.filter(
                    state=RequestState.TAKEN_UP, kind=row.kind, flow=row.flow, place=row.place
                )
                .exclude(id=row.id)
                .values_list("id", flat=True)[:5]
            )
        hands.request(row, "arrange", hands.who_may(row, "arrange"), **words)

    def _returned(self, row: Request) -> None:
        if self.hands.chance(0.5):
            text = "3栋一单元,上午九点以后都在家。"
            self.hands.request(row, "resubmit", self._requester(row), text=text)

    def _handed_over(self, row: Request) -> None:
        if self.hands.chance(0.1):
            by = self.hands.who_may(row, "finish")
            self.hands.request(row, "finish", by, outcome="热线回复:物业当天修好")

    def _unmet(self, row: Request) -> None:
        if self.hands.chance(0.01) and not self.hands.is_eager:
            self.hands.request(
                row, "reopen", self.hands.who_may(row, "reopen"), reason="新加入了会做的队伍"
            )

    def _served(self, row: Request) -> None:
        if not self.hands.chance(0.35):
            return
        score = self.random.choice(SCORES)
        text = self.random.choice(PRAISE if score > 3 else BLAME)
        done = self.hands.request(row, "rate", self._requester(row), score=score, text=text)
        if done and "expert" in flow_of(row.flow).raters and self.hands.chance(0.4):
            expert = self.hands.actor(self.house.staff[Role.EXPERT][0].id)
            self.hands.request(
                row, "rate_as_expert", expert, score=max(score, 3), text="流程规范,记录完整。"
            )

    def _rated(self, row: Request) -> None:
        follow_up = row.follow_ups.filter(settled_at=None).first()
        if follow_up is None or not self.hands.chance(0.3) or self.hands.is_eager:
            return
        owner = self.hands.actor(follow_up.owner_id) if follow_up.owner_id else None
        if owner is not None:
            text = "已电话道歉,请原来的师傅第二天再上门,居民认可。"
            settle_follow_up(follow_up.id, text=text, by=owner, at=self.hands.at)
