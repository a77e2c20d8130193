"""事实清单: every kind of fact the house can announce, read from the source that announces it.

A kind is either written whole where it is announced ("places.added") or put together from a
noun and what happened to it (f"item.{PAST[verb]}", f"standing.{happened}"). Both are read here
from the syntax tree, so that the list cannot forget one; `loose` holds what it could not
read, and a test keeps that empty.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
FLOORS = ("ground", "path", "square", "flow")
# Modules that listen to facts or tell of them; they name kinds but announce none.
LISTENERS = (
    "flow/notice",
    "flow/own_notices",
    "flow/rewards",
    "flow/savings",
    "flow/switchboard",
    "flow/steps",
)
WHOLE = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
MAKERS = re.compile(r"(^|_)(fact|Fact)$")
REVIEW_VERDICTS = "verdict"


@dataclass
class Found:
    """Kinds by name, each with the modules that announce it; and what could not be read."""

    kinds: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    loose: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Module:
    """One module of a room."""

    name: str
    room: str
    tree: ast.Module


def read() -> Found:
    """Every kind of fact in the source."""
    found = Found()
    modules = list(_modules())
    for module in modules:
        for call in _calls(module.tree):
            for words in _constants(call):
                if WHOLE.fullmatch(words):
                    found.kinds[words].add(module.name)
    for module in modules:
        for function in _functions(module.tree):
            for joined in _joined_kinds(function):
                _read_joined(found, modules, module, function, joined)
    return found


def _modules() -> Iterator[Module]:
    for floor in FLOORS:
        for path in sorted((SOURCE / floor).rglob("*.py")):
            name = path.relative_to(SOURCE).as_posix()
            if "migrations/" in name or name.startswith(LISTENERS):
                continue
            depth = 1 if floor == "flow" else 2
            room = "/".join(name.split("/")[:depth])
            yield Module(name, room, ast.parse(path.read_text(encoding="utf-8")))


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _name_of(call: ast.Call) -> str:
    target = call.func
    return target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that make a fact, or hand a kind on to what makes one (`_keep`, `_move`)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _name_of(node)
            if MAKERS.search(name) or name.startswith("_"):
                yield node


def _constants(node: ast.AST) -> Iterator[str]:
    """String constants among a call's own arguments, through `a if b else c`."""
    if isinstance(node, ast.Call):
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            yield from _choices(argument)


def _choices(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _choices(node.body)
        yield from _choices(node.orelse)


def _joined_kinds(function: ast.FunctionDef) -> Iterator[ast.JoinedStr]:
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and _name_of(call) == "Fact":
            arguments = [*call.args[:1], *(k.value for k in call.keywords if k.arg == "kind")]
            yield from (a for a in arguments if isinstance(a, ast.JoinedStr))


def _read_joined(
    found: Found,
    modules: list[Module],
    module: Module,
    function: ast.FunctionDef,
    joined: ast.JoinedStr,
) -> None:
    first, last = joined.values[0], joined.values[-1]
    if not (isinstance(first, ast.Constant) and isinstance(last, ast.FormattedValue)):
        found.loose.append(f"{module.name}: {ast.unparse(joined)}")
        return
    noun, value = str(first.value), last.value
    if isinstance(value, ast.Subscript) and ast.unparse(value.value) == "PAST":
        said = _past_of(module.tree)
        where = {module.name}
    elif isinstance(value, ast.Name):
        said, where = _handed(_callers(modules, module, function), function, value.id)
    elif isinstance(value, ast.Attribute) and value.attr == REVIEW_VERDICTS:
        from diandan.path.assess.models import Review

        said, where = set(Review.Verdict.values), {module.name}
    else:
        said, where = set(), set()
    if not said:
        found.loose.append(f"{module.name}: {ast.unparse(joined)}")
    for what in said:
        found.kinds[f"{noun}{what}"] |= where


def _past_of(tree: ast.Module) -> set[str]:
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name) and target.id == "PAST":
            assert isinstance(node, ast.Assign)
            return set(ast.literal_eval(node.value).values())
    return set()


def _callers(modules: list[Module], module: Module, function: ast.FunctionDef) -> list[Module]:
    """Where a maker of facts may be called: a private one in its own module, else in its room."""
    if function.name.startswith("_"):
        return [module]
    return [one for one in modules if one.room == module.room]


def _handed(
    modules: list[Module], function: ast.FunctionDef, name: str
) -> tuple[set[str], set[str]]:
    """What the callers of `function` hand it as the argument `name`."""
    names = [a.arg for a in function.args.args]
    said: set[str] = set()
    where: set[str] = set()
    for module in modules:
        for caller in _functions(module.tree):
            for call in ast.walk(caller):
                if not isinstance(call, ast.Call) or _name_of(call) != function.name:
                    continue
                at = names.index(name)
                given = next((k.value for k in call.keywords if k.arg == name), None)
                if given is None and at < len(call.args):
                    given = call.args[at]
                words = set(_worth(given, caller)) if given is not None else set()
                said |= words
                where |= {module.name} if words else set()
    return said, where


def _worth(node: ast.AST, caller: ast.FunctionDef) -> Iterator[str]:
    """A constant, a choice of two, or a name that the caller set to one of these."""
    yield from _choices(node)
    if isinstance(node, ast.Name):
        for line in ast.walk(caller):
            if isinstance(line, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id == node.id for t in line.targets
            ):
                yield from _choices(line.value)
