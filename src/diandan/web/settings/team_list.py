"""队伍一览: the tree of teams, closed until opened; and a search through all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from diandan.ground.people import queries
from diandan.ground.people.models import Membership, Team
from diandan.ground.places.naming import pinyin_key
from diandan.web import door

from .page import here, show

PAGE = 50


@dataclass(frozen=True, slots=True)
class Sought:
    """What the administrator narrowed the list to."""

    q: str
    place: str
    sort: str
    rank: str
    leader: str

    @classmethod
    def of(cls, request: HttpRequest) -> Sought:
        """From the address; what is not a choice is no filter."""
        asked = request.GET
        sort, leader = asked.get("sort", ""), asked.get("leader", "")
        return cls(
            q=asked.get("q", "").strip()[:60],
            place=asked.get("place", "").strip()[:60],
            sort=sort if sort in Team.Sort.values else "",
            rank=asked.get("rank", "").strip()[:20],
            leader=leader if leader in ("yes", "no") else "",
        )

    @property
    def anything(self) -> bool:
        """Whether it is a search at all."""
        return any((self.q, self.place, self.sort, self.rank, self.leader))

    def fits(self, team: Team, led: bool) -> bool:
        """Whether the team is one of those sought."""
        return (
            _said_in(self.q, team.name, "")
            and _said_in(self.place, team.home.full_name, team.home.pinyin)
            and self.sort in ("", team.sort)
            and self.rank in ("", team.rank)
            and (not self.leader or (self.leader == "yes") == led)
        )


def _said_in(words: str, name: str, sound: str) -> bool:
    if not words or words in name:
        return True
    typed = words.lower().replace(" ", "")
    return typed.isascii() and typed in (sound or pinyin_key(name))


@require_http_methods(["GET"])
@door.admin_only
def tree(request: HttpRequest) -> HttpResponse:
    """Every team under the place, each below the team it belongs to; a search lists them flat."""
    where = here(request)
    rows = queries.teams_in(where.place.path)
    sizes, leaders = _manned(rows)
    sought = Sought.of(request)
    if sought.anything:
        found = [t for t in rows if sought.fits(t, t.id in leaders)]
        page = Paginator(found, PAGE).get_page(request.GET.get("page"))
        names = queries.masked_names(leaders[t.id] for t in page if t.id in leaders)
        branches = [_row(t, sizes, leaders, names) for t in page]
    else:
        below = _below(rows)
        page = Paginator(below.get(None, []), PAGE).get_page(request.GET.get("page"))
        names = queries.masked_names(leaders.values())
        placed: set[UUID] = set()

        def branch(team: Team) -> dict[str, Any]:
            placed.add(team.id)
            under = [t for t in below.get(team.id, []) if t.id not in placed]
            made = _row(team, sizes, leaders, names)
            return made | {"below": [branch(t) for t in under]}

        branches = [branch(t) for t in page]
    return show(
        request,
        "settings/teams.html",
        "teams",
        where,
        teams=branches,
        total=len(rows),
        sought=sought,
        page=page,
        sorts=[{"value": v, "label": label} for v, label in Team.Sort.choices],
        ranks=sorted({t.rank for t in rows}),
        homes=sorted({t.home.name for t in rows}),
        xlsx_url=reverse("settings_export", args=["teams", "xlsx"]),
        csv_url=reverse("settings_export", args=["teams", "csv"]),
    )


def _manned(rows: list[Team]) -> tuple[dict[UUID, int], dict[UUID, UUID]]:
    """How many are in each team, and who leads it."""
    sizes: dict[UUID, int] = {}
    leaders: dict[UUID, UUID] = {}
    for m in Membership.objects.filter(team__in=rows, left_at=None):
        sizes[m.team_id] = sizes.get(m.team_id, 0) + 1
        if m.duty == Membership.Duty.LEADER:
            leaders[m.team_id] = m.person_id
    return sizes, leaders


def _below(rows: list[Team]) -> dict[UUID | None, list[Team]]:
    """Teams by the team above them; one whose upper team is not here stands at the top."""
    known = {t.id for t in rows}
    found: dict[UUID | None, list[Team]] = {}
    for t in rows:
        found.setdefault(t.parent_id if t.parent_id in known else None, []).append(t)
    return found


def _row(
    team: Team, sizes: dict[UUID, int], leaders: dict[UUID, UUID], names: dict[UUID, str]
) -> dict[str, Any]:
    leader = (
        _("队长 %(name)s") % {"name": names.get(leaders[team.id], "")}
        if team.id in leaders
        else _("还没有队长")
    )
    return {
        "name": team.name,
        "href": reverse("settings_team", args=[team.id]),
        "rank": team.rank,
        "mode": team.get_mode_display(),
        "sort": team.get_sort_display(),
        "home": team.home.name,
        "note": _("%(n)d 人 · %(leader)s") % {"n": sizes.get(team.id, 0), "leader": leader},
        "below": [],
    }
