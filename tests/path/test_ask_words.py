"""What a resident types: cleaned, titled, and never a door in a title."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diandan.kit.refusal import Refusal
from diandan.path.ask.core import WORDS_MAX, clean_words, public_words, title_of


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("厨房水管漏水,很急。请快来", "厨房水管漏水,很急"),
        ("我住3幢2单元201室,水管漏", "我住…,水管漏"),
        ("电话13812345678,想理发", "电话…,想理发"),
        ("手机138 1234 5678", "手机…"),
        ("12-3-401 门锁坏了", "… 门锁坏了"),
        ("请2个人来搬东西", "请2个人来搬东西"),
    ],
)
def test_a_title_holds_no_phone_and_no_door(typed: str, title: str) -> None:
    assert title_of(typed) == title


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    typed = f"水{text}"
    once = clean_words(typed)
    assert clean_words(once) == once
    assert len(title_of(once)) <= 24


@given(st.from_regex(r"1[3-9]\d{9}", fullmatch=True))
def test_no_phone_survives(phone: str) -> None:
    assert phone not in public_words(f"打我电话{phone}谢谢")


def test_too_long_is_said_with_both_figures() -> None:
    with pytest.raises(Refusal) as no:
        clean_words("水" * (WORDS_MAX + 1))
    assert str(WORDS_MAX) in no.value.sentence
    assert str(WORDS_MAX + 1) in no.value.sentence
