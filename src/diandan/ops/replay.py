"""复盘: `diandan replay` lives a month through under each policy and prints what came of it."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from diandan.engine.many import KINDS, NoCrew
from diandan.engine.replay.facts import FactTrouble
from diandan.engine.replay.frontier import KNOBS
from diandan.engine.replay.run import NAMES
from diandan.engine.replay.summary import aims, summary
from diandan.engine.replay.world import WorldTrouble
from diandan.kit.refusal import Refusal

from .house import NOTHING
from .replaying import own
from .replaying.gaps import levels
from .replaying.gaps import said as gaps_said
from .replaying.page import page
from .replaying.seeds import Done, Task, do_all, world_for
from .replaying.words import AIMS, FIGURES, POLICIES, SUPPLY, figure

HELP = "把一个月的点单按各种派法重演一遍,比较谁被问、等多久、公不公平"
NEEDS = NOTHING


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words after `diandan replay`."""
    parser.add_argument("--preset", default="middle", help="high、middle、low,或一个 toml 文件")
    parser.add_argument("--district", default="jiangning", help="jiangning 或 gusu")
    parser.add_argument("--seeds", type=int, default=1, help="几个种子,从 --seed 数起")
    parser.add_argument("--seed", type=int, default=1, help="第一个种子")
    parser.add_argument("--policies", default=",".join(NAMES), help="派法,用逗号隔开")
    parser.add_argument("--facts", default="", help="本中心的事实(JSON 行),代替抽出来的")
    parser.add_argument(
        "--frontier", action="store_true", help="再把公平、问人预算、路程、快慢各自调高调低"
    )
    parser.add_argument("--own", default="", help="用这个中心(如 jiangning)库里自己的一个月重演")
    parser.add_argument("--export-facts", default="", help="只把 --own 的一个月写成 JSON 行文件")
    parser.add_argument("--from", dest="since", default="", help="--own 从哪天起,如 2026-03-02")
    parser.add_argument("--to", dest="until", default="", help="--own 到哪天(不含),默认到现在")
    parser.add_argument("--hindsight", action="store_true", help="只比先来先派与事后最优的差距")
    parser.add_argument("--cores", type=int, default=0, help="用几个核,默认全部")
    parser.add_argument(
        "--on", default="", choices=["", *KINDS], help="在哪里跑:here、processes 或 ray 集群"
    )
    parser.add_argument("--json", action="store_true", help="只印一个 JSON")
    parser.add_argument("--page", default="", help="把曲线写成一个网页文件")


def run(args: argparse.Namespace) -> int:
    """0: replayed; 2: the parameters or facts are not usable, said in a sentence."""
    if args.hindsight:
        return _hindsight(max(1, args.seeds), as_json=args.json)
    if args.own or args.export_facts:
        return _own(args)
    return _replay(args)


def _own(args: argparse.Namespace) -> int:
    """A centre's own month out of its tables: written to a file, or lived through at once."""
    if not args.own:
        return _refuse("请用 --own 说是哪个中心,如 --own jiangning")
    try:
        if args.export_facts:
            print(own.write(args.own, args.since, args.until, Path(args.export_facts)))
            return 0
        with tempfile.TemporaryDirectory() as folder:
            args.facts = str(Path(folder) / "facts.jsonl")
            written = own.write(args.own, args.since, args.until, Path(args.facts))
            print(written, file=sys.stderr)
            return _replay(args)
    except Refusal as no:
        return _refuse(no.sentence)
    except (own.OwnTrouble, OSError) as trouble:
        return _refuse(str(trouble))


def _replay(args: argparse.Namespace) -> int:
    names = tuple(args.policies.split(","))
    if strange := [name for name in names if name not in NAMES]:
        return _refuse(f"没有这种派法:{' '.join(strange)};可选:{' '.join(NAMES)}")
    tasks = [
        Task(
            args.preset,
            args.district,
            seed,
            names,
            tuple(KNOBS) if args.frontier else (),
            args.facts,
        )
        for seed in range(args.seed, args.seed + max(1, args.seeds))
    ]
    try:
        world = world_for(tasks[0])
        done = do_all(tasks, _quiet if args.json else _progress, args.cores, args.on)
    except (WorldTrouble, FactTrouble, NoCrew, OSError) as trouble:
        return _refuse(f"不能重演 (cannot replay):{trouble}")
    if args.json:
        print(json.dumps(said(args.preset, args.district, done), ensure_ascii=False))
    else:
        _print(done)
    if args.page:
        title = f"复盘推演:{world.district.name},{args.preset}"
        words = (
            f"{world.district.requests} 张单、{world.district.volunteers} 名志愿者、"
            f"{len(done)} 个种子;平均应答率 {world.accept:g},爽约 {world.no_show:g}。"
        )
        Path(args.page).write_text(page(title, words, done), encoding="utf-8")
        print(f"已写入 {args.page}", file=sys.stderr)
    return 0


def said(preset: str, district: str, done: list[Done]) -> dict[str, object]:
    """The result as data: means with intervals, aims, and every seed's own figures."""
    rows = [d.figures for d in done]
    found = summary(rows)
    judged = {n: aims(rows, n) for n in ("ours", "ours_settled") if n in rows[0]}
    swept = [d.frontier for d in done if d.frontier]
    return {
        "preset": preset,
        "district": district,
        "seeds": [d.seed for d in done],
        "seeds_of": {name: sum(name in row for row in rows) for name in found},
        "policies": {
            name: {key: [round(m.mean, 5), round(m.half, 5)] for key, m in values.items()}
            for name, values in found.items()
        },
        "aims": {name: [asdict(aim) for aim in reached] for name, (reached, _) in judged.items()},
        "worse_than_best": {name: worse for name, (_, worse) in judged.items()},
        "frontier": [
            {"knob": knob, "times": times}
            | {
                key: round(sum(row[knob][times][key] for row in swept) / len(swept), 5)
                for key in FIGURES
            }
            for knob in (swept[0] if swept else {})
            for times in swept[0][knob]
        ],
    }


def _print(done: list[Done]) -> None:
    rows = [d.figures for d in done]
    for name, values in summary(rows).items():
        print(f"\n{POLICIES[name]}")
        shown = [
            f"{word} {figure(key, values[key].mean)} ± {figure(key, values[key].half)}"
            for key, word in FIGURES.items()
            if key in values
        ]
        print("  " + ";".join(shown))
    for name in ("ours", "ours_settled"):
        if name in rows[0]:
            reached, worse = aims(rows, name)
            print(f"\n{POLICIES[name]}的目标")
            for aim in reached:
                print(f"  {'达到' if aim.met else '未达到'} {AIMS[aim.name]}:{aim.reached:.4g}")
            for key, best in worse.items():
                print(f"  不如 {POLICIES[best]}:{FIGURES.get(key, key)}")


def _hindsight(seeds: int, *, as_json: bool) -> int:
    found = levels(seeds)
    if as_json:
        print(json.dumps(gaps_said(found), ensure_ascii=False))
        return 0
    for level in found:
        print(
            f"{SUPPLY.get(level.name, level.name)}(每单 {level.people_a_job:g} 人):"
            f"先来先派 {level.first_come_over_hindsight:.3f} 倍,"
            f"随时可改 {level.ours_over_hindsight:.3f} 倍;"
            f"差距补上 {100 * level.closed.mean:.1f}% ± {100 * level.closed.half:.1f}%"
            f"({'达到' if level.met else '未达到'} 60%)"
        )
    return 0


def _progress(done: Done) -> None:
    print(f"种子 {done.seed} 完成", file=sys.stderr, flush=True)


def _quiet(done: Done) -> None:
    """With --json nothing but the JSON is said."""


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2
