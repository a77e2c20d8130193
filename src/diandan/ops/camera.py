"""相机: takes the demo's named pages with the system's Chromium, small enough to keep.

Every page it photographs is also put before axe, so that a picture is of a page without a fault.
"""

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

PHONE, DESK = (390, 844), (1366, 768)
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
    Shot("volunteer-tasks", "goer", _at("/v/tasks")),
    Shot("volunteer-calendar", "goer", _at("/v/calendar")),
    Shot("volunteer-job", "captain", _at("/v/jobs/{engaged}")),
    Shot("volunteer-task", "goer", _at("/v/tasks/{task}")),
    Shot("volunteer-offers-elder", "leader", _at("/v/offers"), elder=True),
    Shot("volunteer-hours", "goer", _at("/v/hours")),
    Shot("volunteer-record", "goer", _at("/v/record")),
    Shot("volunteer-mall", "goer", _at("/v/mall")),
    Shot("volunteer-points", "goer", _at("/v/points")),
    Shot("volunteer-stars", "goer", _at("/v/stars")),
    Shot("volunteer-bank", "goer", _at("/v/bank")),
    Shot("volunteer-turn", "captain", _at("/v/turn")),
    Shot("desk-overview", "dispatcher", _at("/desk/"), DESK),
    Shot("desk-request", "dispatcher", _at("/desk/requests/{request}/"), DESK),
    Shot("desk-job", "dispatcher", _at("/desk/jobs/{job}/"), DESK),
    Shot("desk-merge", "dispatcher", _at("/desk/merge/"), DESK),
    Shot("desk-merge-side", "dispatcher", _at("/desk/merge/?ids={like}"), DESK),
    Shot("desk-new", "station_staff", _at("/desk/new/"), DESK),
    Shot("desk-visits", "station_staff", _at("/desk/visits/"), DESK),
    Shot("desk-standing", "station_staff", _at("/desk/standing/"), DESK),
    Shot("desk-hours", "station_staff", _at("/desk/hours/"), DESK),
    Shot("desk-doubts", "station_staff", _at("/desk/doubts/"), DESK),
    Shot("desk-certificates", "station_staff", _at("/desk/certificates/"), DESK),
    Shot("desk-bank", "station_staff", _at("/desk/bank/"), DESK),
    Shot("desk-counter", "station_staff", _at("/desk/mall/"), DESK),
    Shot("desk-twins", "station_staff", _at("/desk/twins/"), DESK),
    Shot("desk-stars", "admin", _at("/desk/stars/"), DESK),
    Shot("settings-mall", "admin", _at("/desk/settings/mall"), DESK),
    Shot("settings-pairings", "admin", _at("/desk/pairings/"), DESK),
    Shot("settings", "admin", _at("/desk/settings/"), DESK),
    Shot("settings-flow", "admin", _at("/desk/settings/flow"), DESK),
    Shot("settings-teams", "admin", _at("/desk/settings/teams"), DESK),
    Shot("settings-people", "admin", _at("/desk/settings/people"), DESK),
    Shot("settings-menu", "admin", _at("/desk/settings/menu"), DESK),
    Shot("settings-promises", "admin", _at("/desk/settings/promises"), DESK),
    Shot("settings-plans", "admin", _at("/desk/plans/"), DESK),
)


def take_all(slug: str, only: str, into: str) -> int:
    """Fill a throw-away district, serve it, take every picture; 0 when all are without fault."""
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
    found = _going(people) | {
        "key": row.follow_key,
        "station": str(row.place_id),
        "offer": str(offer.id),
        "request": str((waiting or row).id),
        "like": str((waiting or row).id),
        "job": str((job or Job.objects.latest("made_at")).id),
    }
    return found, people


def _going(people: dict[str, str]) -> dict[str, str]:
    """A visit ahead, its team's leader and the member who goes; the newest one where none is."""
    from diandan.ground.people.queries import leaders_of
    from diandan.path.engage.models import Task

    rows = Task.objects.select_related("engagement__job", "engagement__team")
    ahead = rows.filter(state=Task.State.CONFIRMED, engagement__ended_at=None)
    task = ahead.order_by("allocated_at").first() or rows.latest("allocated_at")
    people["goer"] = str(task.person_id)
    people["captain"] = str(leaders_of(task.engagement.team)[0].id)
    return {"task": str(task.id), "engaged": str(task.engagement.job_id)}


def _take(
    base: str,
    chromium: str,
    folder: Path,
    shots: list[Shot],
    found: dict[str, str],
    people: dict[str, str],
) -> int:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    wrong = 0
    axe = Axe()
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
            faults = _one(view, base, shot, folder, found, people, axe)
            view.close()
            wrong += bool(faults)
            print(f"{'✗' if faults else '✓'} {shot.name}", *faults, sep="\n    ", flush=True)
        browser.close()
    total = sum(p.stat().st_size for p in folder.glob("*.png"))
    judged = f"{wrong} 页有毛病" if wrong else "每页 axe 都没有挑出毛病"
    print(f"{len(shots)} 张,共 {total / 1e6:.1f} MB,在 {folder};{judged}", file=sys.stderr)
    return 1 if wrong else 0


def _one(
    view: Any,
    base: str,
    shot: Shot,
    folder: Path,
    found: dict[str, str],
    people: dict[str, str],
    axe: Any,
) -> list[str]:
    """Take one picture; what is wrong with the page, in words."""
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
    if answer is None or answer.status != 200:
        return [f"HTTP {answer.status if answer else 0}"]
    return faults_of(page, axe)


def faults_of(page: Any, axe: Any) -> list[str]:
    """What axe finds on the page as it stands, each with the first place where it is."""
    found = axe.run(page).response["violations"]
    said = [f"{v['id']}: {v['help']} · {v['nodes'][0]['html'][:160]}" for v in found]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        said.append("too-wide: the page is wider than its screen")
    return said
