"""The house's habits, held by tests. Every rule is first shown to fail on a planted fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import pytest

from diandan.config import env
from tests.tidy import source

pytestmark = pytest.mark.tidy

Rule = Callable[[str, str], list[str]]
KNOWN = frozenset(variable.name for variable in env.VARIABLES)


def every(rule: Rule, files: Iterable[tuple[str, str]]) -> str:
    """All complaints of a rule, one a line; empty when all is well."""
    return "\n".join(complaint for name, text in files for complaint in rule(name, text))


def variables(name: str, text: str) -> list[str]:
    return source.unknown_variables(name, text, KNOWN)


PYTHON_RULES: list[tuple[Rule, str]] = [
    (source.long_functions, "def f():\n" + "    x = 1\n" * 61),
    (source.wide_catches, "try:\n    f()\nexcept Exception:\n    pass\n"),
    (source.wide_catches, "try:\n    f()\nexcept:\n    pass\n"),
    (source.clock_reads, "from django.utils import timezone\nx = timezone.now()\n"),
    (source.clock_reads, "from diandan.kit.clock import now\n"),
    (source.loose_chance, "import random\nx = random.choice([1])\n"),
    (source.receivers, "from django.db.models.signals import post_save\n"),
    (source.bare_modules, "x = 1\n"),
    (source.too_long, '"""Long."""\n' + "x = 1\n" * 400),
]


@pytest.mark.parametrize(("rule", "fault"), PYTHON_RULES)
def test_the_rule_sees_a_planted_fault(rule: Rule, fault: str) -> None:
    assert rule("src/diandan/path/ask/planted.py", fault)


@pytest.mark.parametrize("rule", sorted({r for r, _ in PYTHON_RULES}, key=lambda r: r.__name__))
def test_modules_keep_the_rule(rule: Rule) -> None:
    assert every(rule, source.modules()) == ""


def test_tests_and_scripts_are_short_too() -> None:
    for under in ("tests/", "scripts/", "bench/"):
        assert every(source.too_long, source.modules(under)) == ""
        assert every(source.long_functions, source.modules(under)) == ""


def test_no_module_is_called_by_a_word_that_says_nothing() -> None:
    assert source.empty_names("src/diandan/path/utils.py")
    assert source.empty_names("src/diandan/common/ask.py")
    found = [word for name, _ in source.texts(".py", ".html") for word in source.empty_names(name)]
    assert found == []


def test_no_registry_address_and_no_path_of_one_machine() -> None:
    assert source.addresses("planted", f"see https://{source.ADDRESSES[0]}/simple")
    assert source.addresses("planted", f"cd {source.MACHINE_PATHS[0]}main")
    assert every(source.addresses, source.texts()) == ""


def test_lock_files_name_hashes_and_no_place_to_fetch_from() -> None:
    files = dict(source.texts(".json", ".txt"))
    lock = files["package-lock.json"]
    assert '"integrity": "sha512-' in lock
    assert '"resolved"' not in lock
    for name in ("base", "build", "dev", "node"):
        pins = files[f"requirements/{name}.txt"]
        assert "--hash=sha256:" in pins
        assert "://" not in pins
        assert "index-url" not in pins


def test_every_variable_that_is_named_is_declared_in_the_one_list() -> None:
    planted = "DIANDAN_" + "NOT_DECLARED"
    assert variables("planted", planted)
    files = [(n, t) for n, t in source.texts(".py", ".md", ".sh", "Makefile", ".html", "/run")]
    assert every(variables, files) == ""


def test_the_run_document_explains_every_variable() -> None:
    document = source.ROOT / "docs" / "run.md"
    if not document.exists():
        pytest.skip("docs/run.md is not written yet")
    text = document.read_text(encoding="utf-8")
    assert [name for name in sorted(KNOWN) if f"`{name}`" not in text] == []


def test_every_room_says_what_it_keeps() -> None:
    assert len(source.rooms()) >= 13
    lacking = [room for room in source.rooms() if not (source.ROOT / room / "README.md").is_file()]
    assert lacking == []


def test_pages_show_no_emoji_as_an_icon() -> None:
    assert source.emoji("planted", "完成 \U0001f389")
    assert every(source.emoji, source.texts(".html", ".js", ".css", under="src/")) == ""


@pytest.mark.parametrize(
    "fault",
    ["<script>go()</script>", '<p style="color:red">', '<a onclick="go()">', "<style>a{}</style>"],
)
def test_the_rule_sees_what_the_content_policy_would_block(fault: str) -> None:
    assert source.inline_code("planted", fault)


def test_pages_hold_no_code_the_content_policy_would_block() -> None:
    allowed = (
        '<script src="/static/a.js" defer></script><script type="application/json">{}</script>'
    )
    assert source.inline_code("planted", allowed) == []
    assert every(source.inline_code, source.texts(".html", under="src/")) == ""


def test_no_third_party_file_is_committed() -> None:
    names = [path.relative_to(source.ROOT).as_posix() for path in source.tracked()]
    foreign = re.compile(r"(^|/)(node_modules|vendor)/|\.min\.(js|css)$|\.(woff2?|ttf|otf)$")
    assert [name for name in names if foreign.search(name)] == []


def test_migrations_are_named_by_hand() -> None:
    names = [name for name, _ in source.texts(".py", under="src/") if "/migrations/" in name]
    assert [name for name in names if re.search(r"/\d{4}_auto_\d", name)] == []
