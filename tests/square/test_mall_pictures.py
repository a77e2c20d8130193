"""礼品照片: painted again without where and when it was taken; what is no picture is refused."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from diandan.kit.refusal import Refusal
from diandan.square.mall import pictures
from diandan.square.mall.actions.gifts import show_picture
from diandan.square.mall.pictures import redrawn
from diandan.square.mall.queries import picture_of
from tests.square.mall_world import Mall
from tests.web.street_world import browser

pytestmark = pytest.mark.django_db
MODEL, ARTIST = 0x0110, 0x013B


def photo(kind: str = "JPEG", size: tuple[int, int] = (1200, 900)) -> bytes:
    made = Image.new("RGB", size, "#1f7a5c")
    exif = Image.Exif()
    exif[MODEL], exif[ARTIST] = "某某手机", "欧阳秀英"
    out = io.BytesIO()
    made.save(out, kind, exif=exif)
    return out.getvalue() + b"<script>alert(1)</script>"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_is_kept(kind: str) -> None:
    kept = redrawn(photo(kind))
    with Image.open(io.BytesIO(kept)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (800, 600))
        assert not shown.getexif()
    assert "欧阳秀英".encode() not in kept
    assert b"script" not in kept


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"GIF89a" + b"0" * 99, "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (photo()[:700], "not_a_picture"),
        (b"\xff" * (pictures.BYTES_MAX + 1), "too_big"),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as no:
        redrawn(content)
    assert no.value.code == code


def test_more_points_than_a_photograph_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "POINTS_MAX", 100)
    with pytest.raises(Refusal) as no:
        redrawn(photo())
    assert no.value.code == "too_big"


@pytest.fixture
def mall(at: datetime, settings: Any, still_clock: Any) -> Mall:
    del still_clock
    settings.DIANDAN_PLACE = "jiangning"
    return Mall(at, slug="jiangning")


def test_the_keeper_puts_it_on_the_page_and_takes_it_away(mall: Mall) -> None:
    keeper, phone = browser(mall.head), browser(mall.her)
    own = f"/desk/settings/mall/{mall.gift.id}"
    assert "放照片" in said(keeper.get(own))
    assert "gift-small" not in said(phone.get("/v/mall"))
    put = f"{own}/picture"
    wrong = keeper.post(put, {"picture": SimpleUploadedFile("a.svg", b"<svg/>")}, follow=True)
    assert "认不出这张照片" in said(wrong)
    done = keeper.post(put, {"picture": SimpleUploadedFile("a.jpg", photo())}, follow=True)
    assert "去掉照片" in said(done)
    listed = said(phone.get("/v/mall"))
    address = listed.split('class="gift-small" src="')[1].split('"')[0]
    shown = phone.get(address)
    assert (shown["Content-Type"], shown.content[:2]) == ("image/jpeg", b"\xff\xd8")
    assert "gift-picture" in said(phone.get(f"/v/mall/{mall.gift.id}"))
    assert "已去掉照片" in said(keeper.post(put, follow=True))
    assert picture_of(mall.gift.id) == b""
    assert phone.get(address).status_code == 404


def test_only_who_keeps_the_catalogue(mall: Mall) -> None:
    with pytest.raises(Refusal):
        show_picture(mall.gift.id, photo(), by=mall.serves, at=mall.at)


def said(page: Any) -> str:
    return str(page.content.decode())
