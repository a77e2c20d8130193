"""志愿者端: plain rows of offers and tasks for templates. Nothing here says whose door it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from diandan.ground.people.models import Team
from diandan.ground.places.models import Kind, Place
from diandan.kit.units import distance_m, local
from diandan.path.bundle.models import Job
from diandan.path.dispatch.models import Offer, PersonAsk
from diandan.path.engage.models import Engagement, Task
from diandan.web.shared.words import ByWhen, StateWords, say_when

NEAR_M = 500
LONG_UNASKED_DAYS = 30
SOON = timedelta(hours=1)
TONES = {
    Task.State.PROPOSED: ("wait", "clock"),
    Task.State.CONFIRMED: ("good", "circle-check"),
    Task.State.ON_WAY: ("good", "navigation"),
    Task.State.CHECKED_IN: ("good", "hand-helping"),
    Task.State.CHECKED_OUT: ("good", "circle-check"),
}


def cell(place: Place) -> str:
    """Roughly where: the station; a grid of a few houses says the station above it."""
    if place.kind == Kind.GRID and place.parent is not None:
        return place.parent.name
    return place.name


def when(job: Job, at: datetime) -> str:
    """The hour, or that it is still to be agreed."""
    if job.starts_at is None:
        return _("时间待约,%(when)s前办好") % {"when": say_when(job.promise_at, at)}
    start = say_when(job.starts_at, at)
    if job.ends_at is None:
        return start
    end = local(job.ends_at)
    if end.date() == local(job.starts_at).date():
        return _("%(start)s到%(end)s") % {"start": start, "end": _hour(end)}
    return _("%(start)s到%(end)s") % {"start": start, "end": say_when(job.ends_at, at)}


def _hour(then: datetime) -> str:
    if then.minute:
        return _("%(hour)d点%(minute)02d分") % {"hour": then.hour, "minute": then.minute}
    return _("%(hour)d点") % {"hour": then.hour}


def how_far(metres: int | None) -> str:
    """Rounded to half a kilometre, so that it leads to no door."""
    if metres is None:
        return _("距离不详")
    if metres < NEAR_M:
        return _("不到 500 米")
    return _("约 %(km)s 公里") % {"km": f"{max(1, round(metres / NEAR_M)) * NEAR_M / 1000:g}"}


def metres_from(team: Team | None, job: Job) -> int | None:
    """From the team's home to the station; None when a position is unknown."""
    if team is None:
        return None
    a, b = team.home, job.place
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return None
    return distance_m(a.lat, a.lon, b.lat, b.lon)


def why_us(offer: Offer, team: Team | None) -> str:
    """Why this team was asked, in one line, from the figures kept with the offer."""
    if offer.why.get("open"):
        return _("开放抢单:本中心会做这件事的队伍都可以接,先到先得")
    said = [_("已有队伍接单,想请一支队伍备勤")] if offer.role == Offer.Role.BACKUP else []
    able = [s for s in offer.job.skills if team is not None and s in team.skills]
    if able:
        said.append(_("会%(skills)s") % {"skills": "、".join(able)})
    if offer.why.get("distance_m") is not None:
        said.append(_("离你们%(far)s") % {"far": how_far(offer.why["distance_m"])})
    load = offer.why.get("load", 0)
    said.append(_("本周已有 %(n)d 项任务") % {"n": load} if load else _("本周还没有任务"))
    if offer.why.get("days_since_asked", 0) >= LONG_UNASKED_DAYS:
        said.append(_("最近一个月没有麻烦过你们"))
    return _(",").join(said)


def until(offer: Offer, at: datetime) -> ByWhen:
    """By when to answer."""
    said = _("%(when)s前回复") % {"when": say_when(offer.expires_at, at)}
    soon = offer.expires_at - at < SOON
    return ByWhen(offer.expires_at, said, late=at >= offer.expires_at, tone="wait", count=soon)


def offer_row(offer: Offer, at: datetime, team: Team | None = None) -> dict[str, Any]:
    """One offer in a list: kind, not words; station, not street."""
    job, team = offer.job, team or offer.team
    far = offer.why.get("distance_m")
    return {
        "href": f"/v/offers/{offer.id}",
        "kind": job.kind.name,
        "icon": job.kind.icon,
        "is_urgent": job.urgency == "urgent",
        "where": cell(job.place),
        "far": how_far(far if far is not None else metres_from(team, job)),
        "when": when(job, at),
        "minutes": job.minutes,
        "headcount": job.headcount,
        "team": team.name if team else "",
        "is_backup": offer.role == Offer.Role.BACKUP,
        "until": until(offer, at),
        "why": why_us(offer, team),
        "state": offer.get_state_display(),
    }


def ask_row(ask: PersonAsk, at: datetime) -> dict[str, Any]:
    """One ask of hers in a list: kind, not words; station, not street."""
    job = ask.job
    return {
        "href": f"/v/asks/{ask.id}",
        "kind": job.kind.name,
        "icon": job.kind.icon,
        "is_urgent": job.urgency == "urgent",
        "where": cell(job.place),
        "far": how_far(ask.why.get("distance_m")),
        "when": when(job, at),
        "minutes": job.minutes,
        "headcount": job.headcount,
        "state": ask.get_state_display(),
        "agreed": ask.state == PersonAsk.State.AGREED,
    }


def why_me(ask: PersonAsk) -> str:
    """Why she was asked, in one line, from the figures kept with the ask."""
    said = [_("您打开了「可以接单」")]
    if ask.job.skills:
        said.append(_("您会%(skills)s") % {"skills": "、".join(ask.job.skills)})
    if ask.why.get("distance_m") is not None:
        said.append(_("离您住的社区%(far)s") % {"far": how_far(ask.why["distance_m"])})
    load = ask.why.get("load", 0)
    said.append(_("本周您有 %(n)d 项任务") % {"n": load} if load else _("本周您还没有任务"))
    if ask.why.get("days_since_asked", 0) >= LONG_UNASKED_DAYS:
        said.append(_("最近一个月没有麻烦过您"))
    return _(",").join(said)


def task_row(task: Task, at: datetime) -> dict[str, Any]:
    """One task in a list."""
    job = task.engagement.job
    return {
        "href": f"/v/tasks/{task.id}",
        "kind": job.kind.name,
        "icon": job.kind.icon,
        "where": cell(job.place),
        "when": when(job, at),
        "minutes": job.minutes,
        "team": task.engagement.team.name,
        "state": task_state(task),
        "is_asked": task.state == Task.State.PROPOSED,
    }


def task_state(task: Task) -> StateWords:
    """Where her own part stands."""
    tone, icon = TONES.get(Task.State(task.state), ("plain", "circle-dot"))
    return StateWords(str(task.get_state_display()), tone, icon)


def engagement_row(row: Engagement, at: datetime) -> dict[str, Any]:
    """One job a team has in hand, for its leader."""
    job = row.job
    return {
        "href": f"/v/jobs/{job.id}",
        "kind": job.kind.name,
        "icon": job.kind.icon,
        "where": cell(job.place),
        "when": when(job, at),
        "team": row.team.name,
        "needs_people": job.state == "engaged",
        "headcount": job.headcount,
        "state": StateWords(
            str(job.get_state_display()) if job.state != "engaged" else _("等您配单"),
            "wait" if job.state == "engaged" else "good",
        ),
    }
