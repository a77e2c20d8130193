"""人的写法: phones, names, masks and sealed strings, for any text at all."""

from __future__ import annotations

from datetime import date

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from diandan.ground.people import vault
from diandan.ground.people.core import age_on, clean_name, clean_phone, mask_name, mask_phone
from diandan.kit.refusal import Refusal

# Written by number: an editor or a formatter must not quietly turn them into ASCII.
WIDE = {ord(c): 0xFEE0 + ord(c) for c in "0123456789+"}


@pytest.mark.parametrize(
    "text",
    [
        "13800001234",
        "138 0000 1234",
        "+86 138-0000-1234",
        "86 13800001234",
        "138.0000.1234",
        "13800001234".translate(WIDE),
        "+8613800001234".translate(WIDE),
        "0086 138 0000 1234",
        "\u200b13800001234\u202c",
        " (138)00001234 ",
    ],
)
def test_one_phone_in_many_hands(text: str) -> None:
    assert clean_phone(text) == "+8613800001234"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1380000123",
        "138000012345",
        "12345678901",
        "025-52281234",
        "abc",
        "138o0001234",
        "+8613800001234;ext=5",
        "1" * 10000,
        "<script>",
        "١٣٨٠٠٠٠١٢٣٤x",
        "\x00",
    ],
)
def test_a_wrong_phone_is_told_how_to_write_it(text: str) -> None:
    with pytest.raises(Refusal, match="例如 138 0000 0000") as told:
        clean_phone(text)
    assert told.value.code == "wrong_phone"


def test_the_wide_digits_are_really_wide() -> None:
    assert "+138".translate(WIDE) == "\uff0b\uff11\uff13\uff18"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+852 9123 4567", "+85291234567"),
        ("+853 6612 3456", "+85366123456"),
        ("+886 912 345 678", "+886912345678"),
        ("+1 (415) 555-2671", "+14155552671"),
        ("+852 9123 4567".translate(WIDE), "+85291234567"),
    ],
)
def test_from_elsewhere_with_its_plus(text: str, number: str) -> None:
    assert clean_phone(text) == number


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("00852 9123 4567", r"\+852 9123 4567"),
        ("852 9123 4567", r"\+852 9123 4567"),
        ("00886912345678", r"\+886 912 345 678"),
        ("+852 2123 4567", r"例如 \+852"),  # a telephone on a wall
        ("9123 4567", r"例如 \+852"),
        ("0912345678", r"例如 \+852"),
    ],
)
def test_from_elsewhere_without_it_is_told_how(text: str, right: str) -> None:
    with pytest.raises(Refusal, match=right) as told:
        clean_phone(text)
    assert told.value.code == "wrong_phone"


@given(st.text(max_size=60))
def test_any_text_is_a_phone_or_a_refusal(text: str) -> None:
    try:
        phone = clean_phone(text)
    except Refusal:
        return
    assert clean_phone(phone) == phone


@given(st.integers(0, 99_999_999))
def test_every_mobile_survives_and_is_masked(n: int) -> None:
    phone = clean_phone(f"139{n:08d}")
    assert phone == f"+86139{n:08d}"
    shown = mask_phone(phone)
    assert shown == f"139****{n % 10_000:04d}"


@given(st.text(max_size=60))
def test_any_text_is_a_name_or_a_refusal(text: str) -> None:
    try:
        name = clean_name(text)
    except Refusal:
        return
    assert clean_name(name) == name
    assert 1 <= len(name) <= 40
    shown = mask_name(name)
    assert shown.endswith("**")
    assert len(shown) <= 4


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三丰", "张**"), ("张三", "张**"), ("欧阳修", "欧阳**"), ("欧阳", "欧**"), ("", "")],
)
def test_masks(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@given(st.text(max_size=200))
def test_what_is_sealed_opens_again_and_only_with_its_key(text: str) -> None:
    key = vault.new_key()
    sealed = vault.seal(key, text)
    assert vault.unseal(key, sealed) == text
    assert vault.unseal(memoryview(key), memoryview(sealed)) == text
    assert vault.unseal(b"", sealed) == ""
    if text:
        assert text.encode() not in sealed or len(text.encode()) < 3
        assert vault.seal(key, text) != sealed
        with pytest.raises(InvalidTag):
            vault.unseal(vault.new_key(), sealed)


def test_ages_turn_on_the_birthday() -> None:
    assert age_on(date(2008, 3, 5), date(2026, 3, 4)) == 17
    assert age_on(date(2008, 3, 5), date(2026, 3, 5)) == 18
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18
