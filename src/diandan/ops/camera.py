"""相机: takes the demo's named pages with the system's Chromium, small enough to keep."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diandan.config import env

from . import house

PHONE, DESK = (390, 844), (1440, 900)
# A phone's page is taken whole, a desk's as it opens.
TALLEST = 2400


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, who looks (a role, "resident", "leader", ""), where, at what size."""

    name: str
    who: str
    path: Callable[[dict[str, str]], str]
    size: tuple[int, int] = PHONE
    elder: bool = False


def _at(path: str) -> Callable[[dict[str, str]], str]:
    return lambda found: path.format(**found)


SHOTS: tuple[Shot, ...] = (
    Shot("resident-home", "resident", _at("/")),
    Shot("resident-home-elder", "resident", _at("/"), elder=True),
    Shot("resident-order", "resident", _at("/order?words=厨房水管漏水")),
    Shot("resident-menu", "resident", _at("/menu")),
    Shot("resident-requests", "resident", _at("/requests")),
    Shot("resident-follow", "resident", _at("/r/{key}")),
    Shot("resident-messages", "resident", _at("/messages")),
    Shot("resident-unmet", "", _at("/unmet")),
    Shot("sign-in", "", _at("/me/sign-in")),
    Shot("site", "", _at("/s/{station}")),
    Shot("sites", "", _at("/s/")),
    Shot("volunteer-today", "leader", _at("/v/")),
    Shot("volunteer-offers", "leader", _at("/v/offers")),
    Shot("volunteer-offer", "leader", _at("/v/offers/{offer}")),
    Shot("volunteer-tasks", "leader", _at("/v/tasks")),
    Shot("volunteer-calendar", "leader", _at("/v/calendar")),
    Shot("desk-overview", "dispatcher", _at("/desk/"), DESK),
    Shot("desk-request", "dispatcher", _at("/desk/requests/{request}/"), DESK),
    Shot("desk-job", "dispatcher", _at("/desk/jobs/{job}/"), DESK),
    Shot("desk-merge", "dispatcher", _at("/desk/merge/"), DESK),
    Shot("desk-merge-side", "dispatcher", _at("/desk/merge/?ids={like}"), DESK),
    Shot("desk-new", "station_staff", _at("/desk/new/"), DESK),
    Shot("desk-visits", "station_staff", _at("/desk/visits/"), DESK),
    Shot("desk-standing", "station_staff", _at("/desk/standing/"), DESK),
    Shot("settings", "admin", _at("/desk/settings/"), DESK),
    Shot("settings-flow", "admin", _at("/desk/settings/flow"), DESK),
    Shot("settings-teams", "admin", _at("/desk/settings/teams"), DESK),
)


def take_all(slug: str, only: str, into: str) -> int:
    """Fill a throw-away district, serve it, take every picture; 0 when all were taken."""
    chromium = env.CHROMIUM.text() or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        raise house.Trouble("没有找到 Chromium。请先运行:apt-get install chromium fonts-noto-cjk")
    from .story.stage import Stage

    folder = Path(into) if into else env.root() / "docs" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    with Stage(slug) as stage:
        stage.serve()
        from .demo import fill

        fill(slug, days=8, a_tick=0.9, until=stage.now())
        stage.await_server()
        found, people = _subjects()
        # Playwright runs an event loop, beside which Django refuses the database.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        return _take(
            stage.url, chromium, folder, [s for s in SHOTS if only in s.name], found, people
        )


def _subjects() -> tuple[dict[str, str], dict[str, str]]:
    """Which rows the pages show, and the people who look, by role."""
    from diandan.ground.people.models import RoleGrant
    from diandan.ground.people.queries import by_phone, leaders_of
    from diandan.path.ask.models import Request
    from diandan.path.bundle.models import Job
    from diandan.path.dispatch.models import Offer

    from .demo.furnish import LEADER, RESIDENT

    people = {g.role: str(g.person_id) for g in RoleGrant.objects.order_by("-from_on", "-id")}
    resident, leader = by_phone(RESIDENT), by_phone(LEADER)
    assert resident is not None
    assert leader is not None
    people |= {"resident": str(resident.id), "leader": str(leader.id)}
    own = Request.objects.filter(requester=resident).order_by("-placed_at").first()
    row = own or Request.objects.filter(is_private=False).latest("placed_at")
    people["resident"] = str(row.requester_id)
    offers = Offer.objects.filter(team__isnull=False).select_related("team")
    offer = offers.filter(state=Offer.State.OPEN).first() or offers.latest("offered_at")
    assert offer.team is not None
    people["leader"] = str(leaders_of(offer.team)[0].id)
    waiting = Request.objects.filter(state__in=("placed", "taken_up"), is_private=False).first()
    job = Job.objects.filter(state__in=("ready", "offered", "escalated")).first()
    found = {
        "key": row.follow_key,
        "station": str(row.place_id),
        "offer": str(offer.id),
        "request": str((waiting or row).id),
        "like": str((waiting or row).id),
        "job": str((job or Job.objects.latest("made_at")).id),
    }
    return found, people


def _take(
    base: str,
    chromium: str,
    folder: Path,
    shots: list[Shot],
    found: dict[str, str],
    people: dict[str, str],
) -> int:
    from playwright.sync_api import sync_playwright

    wrong = 0
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for shot in shots:
            width, height = shot.size
            view = browser.new_context(
                viewport={"width": width, "height": height},
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
                reduced_motion="reduce",
            )
            status = _one(view, base, shot, folder, found, people)
            view.close()
            wrong += status != 200
            print(f"{'✓' if status == 200 else '✗'} {shot.name} ({status})", flush=True)
        browser.close()
    total = sum(p.stat().st_size for p in folder.glob("*.png"))
    print(f"{len(shots)} 张,共 {total / 1e6:.1f} MB,在 {folder}", file=sys.stderr)
    return 1 if wrong else 0


def _one(
    view: Any, base: str, shot: Shot, folder: Path, found: dict[str, str], people: dict[str, str]
) -> int:
    page = view.new_page()
    if shot.who:
        page.goto(f"{base}/me/demo")
        token = page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value")
        page.request.post(
            f"{base}/me/demo",
            form={"csrfmiddlewaretoken": token, "person": people[shot.who]},
            headers={"Referer": f"{base}/me/demo"},
        )
    if shot.elder:
        view.add_cookies([{"name": "elder", "value": "1", "url": base}])
    answer = page.goto(base + shot.path(found), wait_until="networkidle")
    target = folder / f"{shot.name}.png"
    whole = shot.size == PHONE
    tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    clip = {"x": 0, "y": 0, "width": shot.size[0], "height": tall if whole else shot.size[1]}
    page.screenshot(path=target, clip=clip, full_page=True, animations="disabled")
    return int(answer.status) if answer else 0
