"""演示: `diandan demo [PLACE] [--stage …]` fills a district with a believable month."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from diandan.config import env
from diandan.kit.refusal import Refusal

if TYPE_CHECKING:
    from .furnish import House
    from .month import Plan

STAGES = ("placed", "offered", "accepted", "served", "rated")
HELP = "用真实动作演一个月:人、队伍、点单、派单、服务、评价"
SEED = 20260305
DAYS, A_TICK, TICKS_A_DAY = 30, 0.8, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words after `diandan demo`."""
    parser.add_argument("place", nargs="?", default="jiangning", help="地方,默认 jiangning")
    parser.add_argument("--stage", choices=STAGES, help="最后一天的点单停在哪一步;不写则各步都有")
    parser.add_argument("--days", type=int, default=DAYS, help="演多少天,默认 30")
    parser.add_argument(
        "--orders-a-day", type=float, default=A_TICK * TICKS_A_DAY, help="平均每天几张点单"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="随机种子,同样的种子演同样的故事")


def run(args: argparse.Namespace) -> int:
    """0: filled, or there already."""
    if not env.DEMO.flag():
        print(
            "演示会写入编造的人和点单,只能在演示环境里运行。请加 DIANDAN_DEMO=1"
            " (set DIANDAN_DEMO=1: a demo invents people).",
            file=sys.stderr,
        )
        return 1
    try:
        made = fill(
            args.place,
            stage=args.stage,
            days=args.days,
            a_tick=args.orders_a_day / TICKS_A_DAY,
            seed=args.seed,
        )
    except Refusal as no:
        print(no.sentence, file=sys.stderr)
        return 1
    if made is None:
        print(f"{args.place} 已经有演示了,没有重复添加。要从头来,请删掉 {env.home()} 再运行。")
    else:
        from .hours import posted

        print(f"{args.place}:演了 {args.days} 天,{made} 张点单;{posted()}。")
    return 0


def fill(
    slug: str,
    *,
    stage: str | None = None,
    days: int = DAYS,
    a_tick: float = A_TICK,
    seed: int = SEED,
    until: datetime | None = None,
) -> int | None:
    """Furnish the district and live the month; None when it was lived before."""
    from diandan.kit.clock import now

    from .furnish import is_furnished
    from .month import Plan

    if is_furnished(slug):
        return None
    end = until or now()
    with _progress(f"演示 {slug}") as (tell, move):
        house = open_house(slug, at=end - timedelta(days=days + 1), seed=seed, tell=tell)
        tell("正在一天天过日子")
        return live_in(house, Plan(until=end, days=days, a_tick=a_tick, stage=stage), move)


def open_house(slug: str, *, at: datetime, seed: int, tell: Callable[[str], None]) -> House:
    """The district on its first day: people and places, the bank, the two systems, the mall."""
    from .bank import open_bank
    from .conduct import keep_conduct
    from .furnish import furnish
    from .mall import open_mall

    house = furnish(slug, at=at, seed=seed, tell=tell)
    tell("正在开办时间银行")
    open_bank(house)
    keep_conduct(house)
    tell("正在布置积分兑换")
    open_mall(house)
    return house


def live_in(house: House, plan: Plan, tell: Callable[[int, int], None]) -> int:
    """The days of the plan, and what is left at their end; how many orders were placed."""
    from .certificates import certify
    from .mall import redeem
    from .month import live

    made = live(house, plan, tell)
    certify(house.centre, plan.until)
    redeem(house, plan.until)
    return made


@contextmanager
def _progress(title: str) -> Iterator[tuple[Callable[[str], None], Callable[[int, int], None]]]:
    """A bar on a terminal, plain lines elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield (
            (lambda text: print(f"  {text}…", file=sys.stderr, flush=True)),
            lambda _done, _of: None,
        )
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task(title, total=None)

        def tell(text: str) -> None:
            bar.update(task, description=text)

        def move(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield tell, move
