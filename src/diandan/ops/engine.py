"""派单引擎: `diandan engine solve|check|explain|convert`, the pure engine from a shell.

Starts no database and loads no Django. Exit: 0 well, 1 faults found, 2 input that cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from diandan.engine.reading import ProblemFault
from diandan.kit.refusal import Refusal

from .house import NOTHING

HELP = "派单引擎:解题、复核、说明理由、换算别家的题"
NEEDS = NOTHING
ROUTES, ASSIGN = "routes", "assign"
ROUTES_SECONDS = 60.0
Json = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words after `diandan engine`."""
    doors = parser.add_subparsers(dest="verb", required=True, metavar="动作")
    one = doors.add_parser("solve", help="题目 → 方案")
    one.add_argument("problem", help="题目文件;- 读标准输入")
    one.add_argument("-o", "--out", help="方案写到这里")
    one.add_argument("--seconds", type=float, help="最多算多少秒")
    one.add_argument("--seed", type=int, default=0, help="随机种子(只有上门路线用得到)")
    one.add_argument("--json", action="store_true", help="打印一行数字")
    one = doors.add_parser("check", help="复核方案,不用求解的代码")
    one.add_argument("problem")
    one.add_argument("plan")
    one.add_argument("--json", action="store_true", help="打印一行")
    one = doors.add_parser("explain", help="为什么是他、为什么不是他、怎样才派得出去")
    one.add_argument("problem")
    one.add_argument("plan")
    one.add_argument("--job", help="只说这一单")
    one.add_argument("--json", action="store_true", help="打印 JSON")
    one = doors.add_parser("convert", help="换算别家的题")
    one.add_argument("--from", dest="source", required=True, choices=("spatial", "hhcrsp"))
    one.add_argument("file")
    one.add_argument("-o", "--out", help="题目写到这里;不写则打印")


def run(args: argparse.Namespace) -> int:
    """0, 1 or 2; a fault of the input is one sentence."""
    acts: dict[str, Callable[[argparse.Namespace], int]] = {
        "solve": _solve,
        "check": _check,
        "explain": _explain,
        "convert": _convert,
    }
    try:
        return acts[args.verb](args)
    except Refusal as fault:
        print(fault.sentence, file=sys.stderr)
    except OSError as trouble:
        print(f"{trouble.filename}:{trouble.strerror}", file=sys.stderr)
    except UnicodeDecodeError:
        print("文件不是 UTF-8 文字 (not a UTF-8 text)", file=sys.stderr)
    return 2


def _solve(args: argparse.Namespace) -> int:
    document = _read(args.problem)
    if args.seconds is not None and not args.seconds > 0:
        raise ProblemFault("--seconds", args.seconds, "应大于 0")
    made, line = _by_kind(document)(document, args)
    if args.out:
        _write(args.out, made)
    if args.json:
        print(json.dumps(line, ensure_ascii=False))
    elif args.out:
        print("  ".join(f"{name} {value}" for name, value in line.items()))
    else:
        print(json.dumps(made, ensure_ascii=False))
    return 0


def _by_kind(document: Json) -> Callable[[Json, argparse.Namespace], tuple[Json, Json]]:
    kind = document.get("kind")
    if kind == ROUTES:
        return _solve_routes
    if kind == ASSIGN:
        return _solve_assign
    raise ProblemFault("kind", kind, f"应为 {ASSIGN} 或 {ROUTES}")


def _solve_assign(document: Json, args: argparse.Namespace) -> tuple[Json, Json]:
    from diandan.engine import plan, problem
    from diandan.engine.staffing.solve import solve

    question = problem.read(document)
    made = solve(question, args.seconds, args.seed)
    line = made.figures()
    line["bound"] = plan.number(plan.source_value(question, made.bound))
    return plan.write(made), line


def _solve_routes(document: Json, args: argparse.Namespace) -> tuple[Json, Json]:
    from diandan.engine.routes import solve_json

    made = solve_json(document, args.seconds or ROUTES_SECONDS, args.seed)
    wanted = ("source_value", "matched", "unmet", "optimal", "bound")
    return made, {name: made[name] for name in wanted if name in made}


def _check(args: argparse.Namespace) -> int:
    document, answer = _read(args.problem), _read(args.plan)
    said: Json = {}
    if document.get("kind") == ROUTES:
        from diandan.engine.routes import check_json

        faults = list(check_json(document, answer))
    else:
        from diandan.engine import plan, problem
        from diandan.engine.check import check

        made = plan.read(answer)
        report = check(problem.read(document), made)
        faults = list(report.faults)
        said = {"cost": report.cost, "proven": report.proven, "proof": made.proof}
    if args.json:
        print(json.dumps({"faults": faults, **said}, ensure_ascii=False))
        return 1 if faults else 0
    for fault in faults:
        print(fault)
    if not faults:
        print("没有发现错误 (no faults)", *(f"{name} {value}" for name, value in said.items()))
    return 1 if faults else 0


def _explain(args: argparse.Namespace) -> int:
    document, answer = _read(args.problem), _read(args.plan)
    if document.get("kind") != ASSIGN:
        raise ProblemFault("kind", document.get("kind"), f"说明理由只用于 {ASSIGN}")
    from diandan.engine import plan, problem
    from diandan.engine.explain import explain

    said = explain(problem.read(document), plan.read(answer), only=args.job)
    if args.json:
        print(json.dumps(said.row(), ensure_ascii=False))
    else:
        print("\n".join(said.lines()))
    return 0


def _convert(args: argparse.Namespace) -> int:
    from diandan.engine.convert import convert

    made = convert(args.source, Path(args.file).read_text(encoding="utf-8"))
    if args.out:
        _write(args.out, made)
    else:
        print(json.dumps(made, ensure_ascii=False))
    return 0


def _read(name: str) -> Json:
    text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    try:
        found = json.loads(text)
    except json.JSONDecodeError as wrong:
        place = f"第 {wrong.lineno} 行第 {wrong.colno} 列"
        raise ProblemFault(name, text[:30], f"不是 JSON({place})") from None
    if not isinstance(found, dict):
        raise ProblemFault(name, found, "应为对象")
    return found


def _write(name: str, made: Json) -> None:
    Path(name).write_text(json.dumps(made, ensure_ascii=False) + "\n", encoding="utf-8")
