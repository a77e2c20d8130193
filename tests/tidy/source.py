"""Reads the repository's own source for the tidy tests. Each rule is a function from text to
complaints, so that a test can show the rule failing on a planted fault."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINES_MAX = 400
FUNCTION_LINES_MAX = 60
EMPTY_NAMES = frozenset(
    {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
)
BELOW_DOORS = ("engine", "language", "kit", "ground", "path", "square", "flow")
CLOCK_READERS = ("flow/worker", "flow/dispatcher", "kit/clock.py", "kit/ids.py")
CATCHERS = (
    *(
        "flow/worker",
        "flow/dispatcher",
        "ops/",
        "web/shared/middleware",
        "web/middleware",
        "web/shared/errors",
    ),
    # One fact's handler, or one message's way out, must not stop the ones behind it.
    *("ground/record/actions/hand_out", "ground/notify/actions/send"),
)
CLOCK_NAMES = frozenset(
    {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now"}
    | {"time.time", "time.time_ns", "clock.now", "timezone.localdate", "timezone.localtime"}
)
# Spelled in pieces, so that this file does not hold what it forbids.
ADDRESSES = tuple(
    ".".join(pieces)
    for pieces in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "npmmirror", "com"),
        ("tuna", "tsinghua", "edu", "cn"),
        ("mirrors", "aliyun", "com"),
        ("deb", "debian", "org"),
        ("proxy", "golang", "org"),
        ("unpkg", "com"),
        ("cdn", "jsdelivr", "net"),
        ("cdnjs", "cloudflare", "com"),
    )
)
MACHINE_PATHS = ("/wor" + "k/", "/roo" + "t/", "/home/" + "runner")
EMOJI = re.compile("[\U0001f000-\U0001faff\u2705\u274c\u2b50\u26a0\ufe0f]")
VARIABLE = re.compile(r"\bDIANDAN_[A-Z][A-Z_]*[A-Z]\b")
INLINE = re.compile(
    r"""<script(?![^>]*\b(?:src\s*=|type="application/json"))[^>]*>|<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*["']""",
    re.IGNORECASE,
)


@cache
def tracked() -> tuple[Path, ...]:
    """Files in git, and new ones not ignored: what a commit would hold."""
    words = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in said.split("\0") if name and (path := ROOT / name).is_file())


def texts(*suffixes: str, under: str = "") -> Iterator[tuple[str, str]]:
    """Name and text of the tracked files with these endings; binary files are passed over."""
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(under) and (not suffixes or name.endswith(suffixes)):
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def modules(under: str = "src/diandan/") -> Iterator[tuple[str, str]]:
    """The Python modules written by hand."""
    for name, text in texts(".py", under=under):
        if "/migrations/" not in name:
            yield name, text


def too_long(name: str, text: str) -> list[str]:
    count = text.count("\n") + 1
    return [f"{name}: {count} lines"] if count > LINES_MAX else []


def long_functions(name: str, text: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                found.append(f"{name}:{node.lineno} {node.name}: {lines} lines")
    return found


def empty_names(name: str) -> list[str]:
    path = Path(name)
    words = {*path.parts[:-1], path.stem}
    return [f"{name}: says nothing" for _ in words & EMPTY_NAMES]


def addresses(name: str, text: str) -> list[str]:
    low = text.lower()
    return [f"{name}: {word}" for word in (*ADDRESSES, *MACHINE_PATHS) if word in low]


def unknown_variables(name: str, text: str, known: frozenset[str]) -> list[str]:
    return [f"{name}: {word}" for word in sorted(set(VARIABLE.findall(text)) - known)]


def wide_catches(name: str, text: str) -> list[str]:
    if _in_package(name).startswith(CATCHERS):
        return []
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            if re.search(r"\b(everything|Exception|BaseException)\b", caught):
                found.append(f"{name}:{node.lineno} catches {caught}")
    return found


def clock_reads(name: str, text: str) -> list[str]:
    place = _in_package(name)
    if place.split("/")[0] not in BELOW_DOORS or place.startswith(CLOCK_READERS):
        return []
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute):
            spelled = ast.unparse(node)
            if ".".join(spelled.split(".")[-2:]) in CLOCK_NAMES:
                found.append(f"{name}:{node.lineno} {spelled}")
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("clock"):
            found += [f"{name}:{node.lineno} imports now" for a in node.names if a.name == "now"]
    return found


def loose_chance(name: str, text: str) -> list[str]:
    """`random.Random(seed)` can be replayed; the module's own functions cannot."""
    if _in_package(name).split("/")[0] not in BELOW_DOORS:
        return []
    return [
        f"{name}:{node.lineno} {ast.unparse(node)}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "random"
        and node.attr != "Random"
    ]


def receivers(name: str, text: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module.startswith("django.dispatch") or module.endswith(".signals"):
                found.append(f"{name}:{node.lineno} imports {module}")
    return found


def bare_modules(name: str, text: str) -> list[str]:
    tree = ast.parse(text)
    if not tree.body or ast.get_docstring(tree):
        return []
    return [f"{name}: the module does not say what it is for"]


def emoji(name: str, text: str) -> list[str]:
    return [f"{name}: {found.group()!r}" for found in EMOJI.finditer(text)]


def inline_code(name: str, text: str) -> list[str]:
    return [
        f"{name}:{text.count(chr(10), 0, found.start()) + 1} {found.group().strip()}"
        for found in INLINE.finditer(text)
    ]


def rooms() -> list[str]:
    """Folders of the floors that keep rooms."""
    floors = ("ground", "path", "square")
    return sorted(
        {
            "/".join(name.split("/")[:4])
            for name, _ in texts(".py", under="src/diandan/")
            if name.split("/")[2] in floors and name.count("/") >= 4
        }
    )


def ranks() -> dict[str, tuple[int, int]]:
    """How high each package stands, read from the import contracts: floor, then room."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    height: dict[str, tuple[int, int]] = {}
    layered = [contract for contract in contracts if contract["type"] == "layers"]
    for number, layer in enumerate(reversed(layered[0]["layers"])):
        for package in re.findall(r"[\w.]+", layer):
            height[package] = (number, 0)
    for contract in layered[1:]:
        for container in contract["containers"]:
            for number, layer in enumerate(reversed(contract["layers"])):
                for room in re.findall(r"[\w.]+", layer):
                    height[f"{container}.{room}"] = (height[container][0], number)
    return height


def rank_of(module: str, height: dict[str, tuple[int, int]]) -> tuple[int, int]:
    """Rank of the package a module lies in; what is not ours lies below everything."""
    pieces = module.split(".")
    for count in range(len(pieces), 0, -1):
        if (found := height.get(".".join(pieces[:count]))) is not None:
            return found
    return (-1, 0)


def _in_package(name: str) -> str:
    return name.removeprefix("src/diandan/")
