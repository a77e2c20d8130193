"""译文: every word of the product that is marked for translation, and the English catalogue.

    python scripts/translate.py            add new words, empty, and drop those no longer said
    python scripts/translate.py --missing  list what has no English yet

Templates are read by Django's own parser and modules by Python's, so what is found here is what
is looked up at run time, whatever name a module gives to gettext. No system package is needed.
"""

from __future__ import annotations

import ast
import io
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "diandan"
CATALOGUE = SOURCE / "web" / "locale" / "en" / "LC_MESSAGES" / "django.po"
SINGLE = frozenset({"gettext", "gettext_lazy", "gettext_noop"})
PLURAL = frozenset({"ngettext", "ngettext_lazy"})
LITERAL = re.compile(r"""\b_\((["'])(.*?)\1\)""")

# Lines of a catalogue's head that say nothing here.
IDLE = tuple(
    f'"{name}'
    for name in (
        *("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team"),
        *("Report-Msgid-Bugs-To", "Generated-By", "Project-Id-Version"),
    )
)


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """One marked sentence, and where it was first said."""

    said: str
    plural: str = ""
    where: str = ""


def names_in(tree: ast.AST) -> dict[str, str]:
    """What a module calls the translation functions: its own name → Django's."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            for target in node.targets:
                if isinstance(target, ast.Name) and node.value.id in names:
                    names[target.id] = names[node.value.id]
    return {name: real for name, real in names.items() if real in SINGLE | PLURAL}


def marked_calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Calls of a translation function, with the function's real name."""
    names = names_in(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            real = names.get(node.func.id)
            if real:
                yield node, real


def in_module(text: str, where: str) -> Iterator[Word]:
    """The words a Python module marks."""
    for node, real in marked_calls(ast.parse(text)):
        said = [a.value for a in node.args[:2] if isinstance(a, ast.Constant)]
        texts = [value for value in said if isinstance(value, str)]
        if real in PLURAL and len(texts) == 2:
            yield Word(texts[0], texts[1], where)
        elif texts:
            yield Word(texts[0], "", where)


def in_template(text: str, where: str) -> Iterator[Word]:
    """The words a template marks."""
    from django.template import Template
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    nodes = Template(text).nodelist
    for node in nodes.get_nodes_by_type(TranslateNode):
        literal = node.filter_expression.var
        said = getattr(literal, "literal", literal)
        if isinstance(said, str) and getattr(literal, "lookups", None) is None:
            yield Word(said, "", where)
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        singular, _names = node.render_token_list(node.singular)
        plural = node.render_token_list(node.plural)[0] if node.plural and node.countervar else ""
        yield Word(singular, plural, where)
    for found in LITERAL.finditer(text):
        yield Word(found.group(2), "", where)


def words() -> dict[str, Word]:
    """Every marked word of the product, by what is said; a plural wins over the same word alone."""
    prepare()
    found: dict[str, Word] = {}
    for path in sorted(SOURCE.rglob("*.py")) + sorted(SOURCE.rglob("templates/**/*.*")):
        where = path.relative_to(SOURCE).as_posix()
        if "migrations" in path.parts or path.suffix not in {".py", ".html", ".txt"}:
            continue
        text = path.read_text(encoding="utf-8")
        said = in_module(text, where) if path.suffix == ".py" else in_template(text, where)
        for word in said:
            if word.said and (word.said not in found or word.plural):
                found[word.said] = word
    return found


def prepare() -> None:
    """Load Django without starting a centre's database."""
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@localhost/none")
    os.environ.setdefault("DIANDAN_HOME", str(ROOT / ".diandan-test"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diandan.config.settings")
    import django

    django.setup()


def kept() -> Catalog:
    """The English catalogue as it stands."""
    if not CATALOGUE.is_file():
        return Catalog(locale="en")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def english(catalogue: Catalog, said: str) -> str | tuple[str, ...]:
    """What the catalogue has for a word: a sentence, or its forms; empty for nothing."""
    message = catalogue.get(said)
    if message is None or message.fuzzy:
        return ""
    forms = message.string
    return forms if isinstance(forms, str) else tuple(forms)


def renewed(found: dict[str, Word], old: Catalog) -> Catalog:
    """A catalogue of exactly the words found, with the English there was."""
    new = Catalog(locale="en", project="diandan", version="", fuzzy=False, charset="utf-8")
    new.header_comment = "# English for Diandan. Renew with scripts/translate.py; Apache-2.0."
    for word in sorted(found.values(), key=lambda w: (w.where, w.said)):
        had = english(old, word.said)
        if word.plural:
            forms = had if isinstance(had, tuple) else (had, had)
            new.add((word.said, word.plural), forms, auto_comments=[word.where])
        else:
            text = had if isinstance(had, str) else had[-1]
            new.add(word.said, text, auto_comments=[word.where])
    return new


def keep(catalogue: Catalog) -> None:
    """Write the catalogue, without the dates and names that would change at every renewal."""
    whole = io.BytesIO()
    write_po(whole, catalogue, width=0, ignore_obsolete=True)
    lines = whole.getvalue().decode().splitlines(keepends=True)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text("".join(x for x in lines if not x.startswith(IDLE)), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Renew the catalogue, or say what it lacks."""
    found, old = words(), kept()
    lacking = [said for said in found if not all(english(old, said) or [""])]
    if "--missing" in arguments:
        print("\n".join(lacking))
        return 1 if lacking else 0
    keep(renewed(found, old))
    print(f"{len(found)} 条,{len(lacking)} 条还没有英文 (words, and those without English)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
