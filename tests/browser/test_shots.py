"""拍照: `diandan shots` names a page's faults, and every surface is photographed at its size."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from diandan.ops.camera import DESK, PHONE, SHOTS, faults_of

GOOD = "<!doctype html><html lang='zh'><title>好</title><main><h1>好</h1><p>没有毛病。</p></main>"


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        (GOOD, ""),
        (GOOD + "<main><img src='x.png'></main>", "image-alt"),
        (GOOD.replace("<p>", "<p style='color:#ddd;background:#fff'>"), "color-contrast"),
        (GOOD.replace("<p>", "<p style='width:3000px'>"), "too-wide"),
    ],
)
def test_a_fault_is_named(chromium: Browser, html: str, fault: str) -> None:
    page = chromium.new_page(viewport={"width": PHONE[0], "height": PHONE[1]})
    page.set_content(html)
    said = faults_of(page, Axe())
    page.close()
    assert any(line.startswith(fault) for line in said) if fault else said == []


@pytest.mark.parametrize(
    ("surface", "size"),
    [("resident", PHONE), ("volunteer", PHONE), ("desk", DESK), ("settings", DESK)],
)
def test_every_surface_at_its_size(surface: str, size: tuple[int, int]) -> None:
    own = [shot for shot in SHOTS if shot.name.startswith(surface)]
    assert len(own) > 4
    assert {shot.size for shot in own} == {size}
    assert len({shot.name for shot in SHOTS}) == len(SHOTS)
