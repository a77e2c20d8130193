"""体检: `diandan status`, what runs, what waits, and what a person should look after."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from datetime import timedelta

from diandan.config import env, postgres

from . import house, serving

HELP = "体检:数据库、区划、后台工人、派单进程、待办时限(也可写 doctor)"
NEEDS = house.DJANGO
# The worker chains a fact within a second; a minute means that it does not run.
UNCHAINED_MAX = timedelta(minutes=1)
WORKER = "后台工人可能没有运行:diandan worker"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `advice` is empty when nothing needs doing."""

    name: str
    text: str
    advice: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--json` for a monitor."""
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace) -> int:
    """0: all well; 1: something needs a person."""
    findings = [_database(), _tables()]
    if not findings[-1].advice:
        findings += [look() for look in (_place, _processes, _facts, _clocks, _messages)]
    if args.json:
        rows = [{"name": f.name, "text": f.text, "advice": f.advice} for f in findings]
        print(
            json.dumps(
                {"ok": not any(f.advice for f in findings), "findings": rows}, ensure_ascii=False
            )
        )
    else:
        for found in findings:
            print(f"{'!' if found.advice else '✓'} {found.name}:{found.text}")
            if found.advice:
                print(f"    {found.advice}")
    return 1 if any(f.advice for f in findings) else 0


def _database() -> Finding:
    if env.DATABASE_URL.text():
        role = serving.role()
        who = f"网页和工人以 {role} 连接" if role else "网页和工人以表的所有者连接,见 docs/run.md"
        return Finding("数据库", f"外部服务器(DATABASE_URL),{who}")
    home = env.home()
    state = "运行中" if postgres.is_running(home) else "没有运行"
    return Finding("数据库", f"内置,{state},数据在 {home}")


def _tables() -> Finding:
    waiting = house.pending()
    if waiting:
        return Finding("表结构", f"有 {len(waiting)} 步没有更新", "请运行 diandan migrate")
    return Finding("表结构", "最新")


def _processes() -> Finding:
    from diandan.flow.pulse import alive
    from diandan.flow.sharding import NAME, shards
    from diandan.kit.clock import now

    dispatchers = shards(env.DISPATCHERS.number())
    living = alive(now())
    said = ";".join(
        f"{name} {'在运行' if living.get(key) else '没有动静'}"
        for key, name in [
            ("worker", "后台工人"),
            *((one.name, f"派单进程{one.name[len(NAME) :]}") for one in dispatchers),
        ]
    )
    # Not a fault by itself: before `make run` nothing runs.
    return Finding("进程", said)


def _place() -> Finding:
    from diandan.ground.places.models import Place

    slug = env.PLACE.text()
    place = Place.objects.filter(slug=slug).first()
    if place is None:
        return Finding("地方", f"还没有 {slug}", f"请运行 diandan places grow {slug}")
    number = Place.objects.filter(path__startswith=place.path).count()
    return Finding("地方", f"{place.full_name},共 {number} 处阵地和单位")


def _facts() -> Finding:
    from diandan.ground.record.models import FactFailed, FactRow, FactWaiting
    from diandan.kit.clock import now

    failed = FactFailed.objects.count()
    if failed:
        return Finding(
            "记录", f"{failed} 条记录有一步没有做成", "请看后台工人的日志,修好后会自动重试"
        )
    old = FactWaiting.objects.filter(fact__at__lt=now() - UNCHAINED_MAX).count()
    if old:
        return Finding("记录", f"{old} 条记录超过一分钟没有人处理", WORKER)
    return Finding("记录", f"{FactRow.objects.count()} 条,全部按时处理")


def _clocks() -> Finding:
    from diandan.flow.models import Clock
    from diandan.kit.clock import now

    at = now()
    late = Clock.objects.filter(due_at__lt=at - UNCHAINED_MAX).count()
    words = f"{Clock.objects.count()} 个时限在走,{late} 个到点还没有处理"
    return Finding("时限", words, WORKER if late else "")


def _messages() -> Finding:
    from diandan.ground.notify.models import Delivery

    number = Delivery.objects.filter(state=Delivery.State.FAILED).count()
    return Finding("消息", f"{number} 条没有送达", "请在工作台查看没有送达的消息" if number else "")
