"""译文: every word a person reads is marked, and says the same in English.

Each rule is first shown to fail on a planted fault.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache

import pytest
from django.template.base import Lexer, TokenType

from scripts import translate
from tests.tidy import source

pytestmark = pytest.mark.tidy

CHINESE = re.compile(r"[\u3400-\u9fff]+")
FILLING = re.compile(r"%\(\w+\)[-0-9.]*[a-z]|%[sd]|%%|\{\w+\}")
MARKING = ("translate ", "trans ")
MARKED = re.compile(r"""\b_\((["']).*?\1\)""")
# Shown in its own language whatever the page's: the name of a language on the toggle.
OWN_NAMES = frozenset({"中文"})
# A no is a sentence for the person asking; so is a date, and what a page tells her afterwards.
SPEAKING = frozenset({"Refusal", "forbidden", "missing", "conflict", "date_format"})
TELLING = frozenset({"success", "info", "warning", "error"})


@cache
def found() -> dict[str, translate.Word]:
    return translate.words()


@cache
def catalogue() -> dict[str, tuple[str, ...]]:
    old = translate.kept()
    said = {word: translate.english(old, word) for word in found()}
    return {word: (text,) if isinstance(text, str) else text for word, text in said.items()}


def wrong_fillings(said: str, forms: Iterable[str]) -> list[str]:
    """What may be filled in must be the same in both languages."""
    wanted = sorted(FILLING.findall(said))
    return [f"{said} → {form}" for form in forms if sorted(FILLING.findall(form)) != wanted]


def bare_words_of_template(name: str, text: str) -> list[str]:
    """Chinese of a template that no translation tag surrounds."""
    bare: list[str] = []
    inside = False
    for token in Lexer(text).tokenize():
        words = token.contents
        if token.token_type == TokenType.BLOCK:
            if words.startswith(("blocktranslate", "blocktrans", "comment")):
                inside = True
            elif words.startswith(("endblocktranslate", "endblocktrans", "endcomment")):
                inside = False
            elif words.startswith(MARKING):
                continue
        if inside or token.token_type == TokenType.COMMENT:
            continue
        bare += CHINESE.findall(MARKED.sub("", words))
    return [f"{name}: {word}" for word in bare if word not in OWN_NAMES]


def bare_sentences(name: str, text: str) -> list[str]:
    """Chinese handed to a refusal or a message without a translation call around it."""
    tree = ast.parse(text)
    marked = {id(part) for call, _ in translate.marked_calls(tree) for part in ast.walk(call)}
    return [
        f"{name}:{part.lineno} {part.value}"
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and _speaks(call)
        for part in ast.walk(call)
        if isinstance(part, ast.Constant)
        and isinstance(part.value, str)
        and CHINESE.search(part.value)
        and id(part) not in marked
    ]


def _speaks(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name):
        return call.func.id in SPEAKING
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in TELLING
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "messages"
    )


def templates() -> Iterator[tuple[str, str]]:
    yield from source.texts(".html", ".txt", under="src/diandan/web/templates/")


def test_the_rules_see_planted_faults() -> None:
    assert wrong_fillings("还有 %(n)s 个", ["a few left"])
    assert bare_words_of_template("x", "<p>没有标记</p>")
    assert bare_words_of_template("x", '{% include "a.html" with title="没有标记" %}')
    assert not bare_words_of_template("x", '{# 注 #}{% translate "有" %}{{ a|default:_("有") }}')
    assert not bare_words_of_template("x", "{% blocktranslate %}有{% endblocktranslate %}")
    assert bare_sentences("x", 'raise Refusal("code", "没有标记")')
    assert bare_sentences("x", 'messages.success(request, f"没有{n}标记")')
    assert not bare_sentences(
        "x", 'from django.utils.translation import gettext as t\nraise conflict("c", t("有") % 1)'
    )
    assert translate.in_module("from django.utils.translation import gettext as t\nt('有')", "x")


def test_every_word_is_in_the_english_catalogue_and_none_is_empty() -> None:
    assert len(found()) > 1500
    assert [said for said, forms in catalogue().items() if not forms or not all(forms)] == []


def test_the_catalogue_holds_nothing_unsure_and_nothing_no_longer_said() -> None:
    messages = [message for message in translate.kept() if message.id]
    assert [message.id for message in messages if message.fuzzy] == []
    ids = {message.id if isinstance(message.id, str) else message.id[0] for message in messages}
    assert sorted(ids - set(found())) == []


def test_what_is_filled_in_is_the_same_in_both_languages() -> None:
    wrong = [line for said, forms in catalogue().items() for line in wrong_fillings(said, forms)]
    assert wrong == []


def test_no_template_says_chinese_outside_a_translation() -> None:
    assert [line for name, text in templates() for line in bare_words_of_template(name, text)] == []


def test_no_refusal_and_no_message_is_unmarked() -> None:
    files = source.modules("src/diandan/")
    assert [line for name, text in files for line in bare_sentences(name, text)] == []


def full_width(words: Iterable[str]) -> list[str]:
    """Strings with the marks that docs/ui.md writes half-width."""
    return [
        word for word in words if re.search("[\uff0c\uff1a\uff1b\uff1f\uff01\uff08\uff09]", word)
    ]


def test_punctuation_is_of_one_form() -> None:
    assert full_width(["好的\uff0c谢谢"])
    assert full_width(found()) == []
