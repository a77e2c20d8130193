"""点单流: the requests of a generated month as orders of the catalogue, at a hundred times its speed."""

from __future__ import annotations

from dataclasses import dataclass

from diandan.engine.replay.demand import requests
from diandan.ops.replaying.presets import preset

PRESET, DISTRICT, SEED = "middle", "jiangning", 1
SPEED = 100
#: The month's first Monday at 11:00: its hours have 1.3 times the mean of all hours.
FROM = 11 * 60
MINUTE = 60

#: The replay's kinds, and the catalogue's nearest.
KINDS = {
    "elder_visit": ("visit", "想请人来陪老人说说话"),
    "errand": ("errand", "想请人代买点东西"),
    "cleaning": ("cleaning", "家里要打扫"),
    "micro_repair": ("plumbing", "厨房水管漏水"),
    "haircut": ("haircut", "老人要理发"),
    "meal_delivery": ("errand", "想请人送餐"),
    "phone_lesson": ("phone_help", "想学用手机"),
    "clinic_escort": ("escort", "要去医院复查"),
    "tutoring": ("homework", "孩子作业要人辅导"),
    "tidy_up": ("cleaning", "楼道要清理"),
    "health_talk": ("health_talk", "想听健康讲座"),
    "appliance_repair": ("appliance", "洗衣机坏了"),
    "legal_advice": ("law", "想咨询法律"),
    "counselling": ("counselling", "心里难受想聊聊"),
    "policy_talk": ("lecture", "想听政策宣讲"),
    "performance": ("show", "想看演出"),
}


@dataclass(frozen=True, slots=True)
class Order:
    """One order: so many seconds after the start, of what kind, wanted in how many minutes."""

    number: int
    after: float
    kind: str
    words: str
    wanted_in: int
    minutes: int


def orders(seconds: float) -> list[Order]:
    """What comes in so many seconds, in order."""
    world = preset(PRESET, DISTRICT)
    until = FROM + seconds * SPEED / MINUTE
    made: list[Order] = []
    for row in requests(world, SEED):
        if not FROM <= row.placed < until:
            continue
        kind, words = KINDS[world.demand.kinds[row.kind].code]
        made.append(
            Order(
                number=len(made),
                after=(row.placed - FROM) * MINUTE / SPEED,
                kind=kind,
                words=f"{words},第{len(made)}件",
                wanted_in=max(row.start - row.placed, MINUTE) if row.booked else 0,
                minutes=row.minutes,
            )
        )
    return made
