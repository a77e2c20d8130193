"""Kinds, places and urgency are proposed from residents' own words, with the words that told."""

from __future__ import annotations

from datetime import date

import pytest

from diandan.ground.catalogue.actions.kinds import default_kinds
from diandan.ground.catalogue.core import OTHER, propose, season_of
from diandan.ground.catalogue.models import ServiceKind
from diandan.ground.places.core import parse
from diandan.ground.places.models import Place

KINDS = [
    ServiceKind(rank=n, **{k: v for k, v in f.items() if k != "rank"})
    for n, f in enumerate(default_kinds())
]
PLACES = [
    Place(id=1, name="东山街道", official_name="东山街道", path="/1/"),
    Place(id=2, name="上元", official_name="上元社区居民委员会", path="/1/2/"),
    Place(id=3, name="上元里", official_name="上元里社区", path="/1/3/"),
]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("厨房水管漏水了,滴得到处都是", "plumbing"),
        ("钥匙丢了进不了家门", "locksmith"),
        ("家里跳闸,冰箱不工作了", "appliance"),
        ("想找人陪我去医院复查", "escort"),
        ("老父亲瘫痪在床,想请人上门理发", "haircut"),
        ("妈妈一个人没法洗澡", "bathing"),
        ("腿脚不便,想请人帮忙买药", "errand"),
        ("隔壁独居老人想有人说说话", "visit"),
        ("给村里八十岁老人办个生日会", "birthday"),
        ("请来我们村宣讲惠民政策", "lecture"),
        ("老板拖欠工资,想问问律师", "law"),
        ("最近失眠,心里压力大", "counselling"),
        ("孩子放学没人管,想辅导作业", "homework"),
        ("暑托班还有没有名额", "childcare"),
        ("希望组织义诊量血压", "clinic"),
        ("想听健康讲座", "health_talk"),
        ("村里想看戏", "show"),
        ("总有骗子给老人打电话推销,想听反诈课", "anti_fraud"),
        ("不会用智能手机,想学微信视频通话", "phone_help"),
        ("楼道里堆满杂物", "cleaning"),
        ("果树有虫害,不会剪枝", "farming"),
        ("楼上噪音扰民,跟邻居吵架了", "mediation"),
        ("我想咨询一下", OTHER),
        ("👋", OTHER),
        ("", OTHER),
    ],
)
def test_the_kind_is_proposed(words: str, code: str) -> None:
    found = propose(words, KINDS, PLACES).kind
    assert found is not None
    assert found.code == code


def test_it_says_which_words_told() -> None:
    said = propose("上元里 3 幢 水龙头 坏了,着 急!", KINDS, PLACES)
    assert said.place is not None
    assert said.place.id == 3
    assert said.urgency == "urgent"
    assert said.why == ("水龙头", "上元里", "着急")


@pytest.mark.parametrize(
    ("words", "urgency"),
    [
        ("漏水了", "urgent"),
        ("老人被困电梯口", "urgent"),
        ("不着急,有空再来理发", "normal"),
        ("不急,但是水管漏水", "urgent"),
        ("想理发", "normal"),
    ],
)
def test_danger_and_haste_are_urgent_and_calm_is_not(words: str, urgency: str) -> None:
    assert propose(words, KINDS, PLACES).urgency == urgency


def test_without_kinds_nothing_is_proposed() -> None:
    said = propose("水管漏水", [], [])
    assert said.kind is None
    assert said.place is None


def test_the_default_kinds_can_be_kept() -> None:
    codes = [fields["code"] for fields in default_kinds()]
    assert len(codes) == len(set(codes)) >= 20
    for fields in default_kinds():
        assert set(fields["promises"]) == {"urgent", "normal"}
        for promise in fields["promises"].values():
            parse(promise)
        assert len(fields["name"]) <= 40
    flows = {fields["code"]: fields.get("flow", "") for fields in default_kinds()}
    assert {code for code, flow in flows.items() if flow == "micro"} == {
        "plumbing",
        "locksmith",
        "appliance",
    }
    assert flows["mediation"] == "mediation"


def test_icons_are_in_the_sprite() -> None:
    from django.conf import settings

    path = settings.SOURCE / "web/static/vendor/icons.svg"
    if not path.exists():
        pytest.skip("the sprite is built by set-up")
    sprite = path.read_text(encoding="utf-8")
    assert [f["icon"] for f in default_kinds() if f'id="{f["icon"]}"' not in sprite] == []


def test_seasons() -> None:
    assert [season_of(date(2026, m, 1)) for m in (2, 3, 6, 9, 12)] == [
        "winter",
        "spring",
        "summer",
        "autumn",
        "winter",
    ]
