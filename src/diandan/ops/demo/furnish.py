"""布置: a grown district gets its kinds, staff, teams by the seed's ranks, residents and a menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from diandan.ground.catalogue.actions.items import (
    ItemWords,
    make_item,
    publish_item,
    submit_item,
    take_item,
)
from diandan.ground.catalogue.actions.kinds import load_kinds
from diandan.ground.catalogue.models import Item, ServiceKind
from diandan.ground.catalogue.queries import kinds_of
from diandan.ground.people import queries as people
from diandan.ground.people.models import Person, Role, Team
from diandan.ground.places import queries as places
from diandan.ground.places.actions.grow import grow
from diandan.ground.places.district import SLUGS
from diandan.ground.places.models import Kind, Place

from .cast import Cast, institutes_of, rank_words, stations_of, words_of_cast
from .plans import add_plans

# The numbers printed at the end of `serve`: easy to read aloud, all invented.
RESIDENT, VOLUNTEER, LEADER = "13900100001", "13900100002", "13900100003"
STAFF_PHONES = 13900100010
OTHERS_FROM = 13900200000
STAFF_LOGINS = (
    "admin",
    "dispatch",
    "center",
    "callback",
    "expert",
    "auditor",
    "institute",
    "mediator",
    "station",
    "grid",
)
Tell = Callable[[str], None]


@dataclass(slots=True)
class House:
    """A furnished district, as the month and the stories use it."""

    slug: str
    centre: Place
    institutes: list[Place]
    stations: list[Place]
    cast: Cast
    kinds: dict[str, ServiceKind] = field(default_factory=dict)
    staff: dict[str, list[Person]] = field(default_factory=dict)
    teams: list[Team] = field(default_factory=list)
    residents: list[Person] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made. A story needs a street, a demo a district."""

    institutes: int = 3
    stations: int = 2
    members: int = 4
    residents: int = 16
    every_station_team: bool = True


DEMO_SIZE = Size()
STORY_SIZE = Size(institutes=2, stations=2, members=4, residents=0, every_station_team=False)


def quiet(text: str) -> None:
    """For callers that show no progress."""


def district_of(slug: str) -> str:
    """The district to grow for a place: a city's centre is grown with its city."""
    return slug if slug in SLUGS else slug.partition("-")[0]


def furnish(
    slug: str, *, at: datetime, seed: int, size: Size = DEMO_SIZE, tell: Tell = quiet
) -> House:
    """Grow the district of `slug` and put kinds, people, teams and a menu into it."""
    tell("正在按区划数据建阵地")
    root = grow(district_of(slug), at)
    centre = places.by_slug(slug) if slug != root.slug else first_centre(root)
    tell("正在装入服务类别")
    load_kinds(centre=centre, at=at)
    institutes = institutes_of(centre, size.institutes)
    stations = [s for i in institutes for s in stations_of(i, size.stations)]
    cast = Cast(centre, at=at, seed=seed, phone_from=OTHERS_FROM)
    house = House(slug, centre, institutes, stations, cast)
    house.kinds = {kind.code: kind for kind in kinds_of(centre)}
    tell("正在请工作人员就位")
    _staff(house, with_log_ins=size.residents > 0)
    tell("正在组建志愿服务队")
    _teams(house, size)
    tell("正在登记居民和服务菜单")
    _residents(house, size)
    _menu(house)
    if size.residents:
        add_plans(house)
    return house


def is_furnished(slug: str) -> bool:
    """Whether this district has its demo already: its resident is there."""
    from diandan.ground.places.models import Place

    resident = people.by_phone(RESIDENT)
    if resident is None or resident.home is None:
        return False
    named = Place.objects.filter(slug=slug).first()
    return named is not None and resident.home.path.startswith(named.path)


def first_centre(root: Place) -> Place:
    """The root itself, or a whole city's first centre."""
    if root.kind != Kind.CITY:
        return root
    return places.children(root, Kind.CENTER)[0]


def _staff(house: House, *, with_log_ins: bool) -> None:
    institute = house.institutes[0]
    station = house.stations[0] if house.stations else institute
    centre = house.centre
    headline: tuple[tuple[Role, Place], ...] = (
        (Role.ADMIN, centre),
        (Role.DISPATCHER, centre),
        (Role.CENTER_STAFF, centre),
        (Role.CALLBACK_STAFF, centre),
        (Role.EXPERT, centre),
        (Role.AUDITOR, centre),
        (Role.INSTITUTE_STAFF, institute),
        (Role.MEDIATOR, institute),
        (Role.STATION_STAFF, station),
        (Role.GRID_WORKER, station),
    )
    # Nobody reviews her own: a second pair of eyes at every rung.
    others = [
        (Role.STATION_STAFF, station),
        (Role.INSTITUTE_STAFF, institute),
        (Role.CENTER_STAFF, centre),
        *((Role.INSTITUTE_STAFF, place) for place in house.institutes[1:]),
        *((Role.STATION_STAFF, place) for place in house.stations[1:]),
    ]
    for number, (role, place) in enumerate(headline):
        login = STAFF_LOGINS[number] if with_log_ins else ""
        row = house.cast.staff(role, place, phone=f"{STAFF_PHONES + number + 1}", login=login)
        house.staff.setdefault(role, []).append(row)
    for role, place in others:
        house.staff.setdefault(role, []).append(house.cast.staff(role, place))


def _teams(house: House, size: Size) -> None:
    slug = district_of(house.slug)
    words, ranks = words_of_cast(), rank_words(slug)
    cast, centre = house.cast, house.centre
    top = cast.team(
        centre, f"{centre.name}新时代文明实践{ranks['top']}", members=2, rank=ranks["top"]
    )
    named: list[tuple[str, list[str]]] = [
        (name, skills.split(",")) for name, skills in words["specialty"].get(slug, [])
    ]
    for name, skills in named:
        house.teams.append(
            cast.team(
                centre,
                name,
                skills=skills,
                members=size.members,
                rank=ranks["skilled"],
                sort=Team.Sort.SPECIALTY,
                parent=top,
            )
        )
    is_first = True
    for row in words["skilled"]:
        for number, name in enumerate(row["names"]):
            home = [centre, *house.institutes][number % (1 + len(house.institutes))]
            house.teams.append(
                cast.team(
                    home,
                    name,
                    skills=row["skills"],
                    members=size.members,
                    rank=ranks["skilled"],
                    sort=row["sort"],
                    mode=Team.Mode.MOBILE if number % 2 else Team.Mode.STATIONED,
                    parent=top,
                    leader_phone=LEADER if is_first else "",
                )
            )
            is_first = False
    _place_teams(house, size, top, ranks)


def _place_teams(house: House, size: Size, top: Team, ranks: dict[str, str]) -> None:
    """A team at every institute and station; members only where the demo looks closely."""
    all_institutes = (
        institutes_of(house.centre, 99) if size.every_station_team else house.institutes
    )
    for institute in all_institutes:
        near = institute in house.institutes
        above = house.cast.team(
            institute,
            f"{institute.name}{ranks['institute']}",
            members=size.members if near else 2,
            rank=ranks["institute"],
            parent=top,
        )
        house.teams.append(above)
        for station in stations_of(institute, 999 if size.every_station_team else size.stations):
            house.teams.append(
                house.cast.team(
                    station,
                    f"{station.name}{ranks['station'].removeprefix('社区')}",
                    members=size.members if station in house.stations else 0,
                    rank=ranks["station"],
                    parent=above,
                )
            )


def _residents(house: House, size: Size) -> None:
    homes = house.stations or house.institutes
    for number in range(size.residents):
        phone = RESIDENT if number == 0 else ""
        home = homes[0] if number == 0 else house.cast.random.choice(homes)
        house.residents.append(house.cast.person(home, phone=phone))
    if size.residents:
        _volunteer_to_show(house)


def _volunteer_to_show(house: House) -> None:
    """One plain member whose number is printed: she joins the first team, as herself."""
    from diandan.ground.people.actions.teams import join_team
    from diandan.ground.people.actions.volunteers import enrol_volunteer

    team, cast = _team_of_leader(), house.cast
    who = cast.person(team.home, phone=VOLUNTEER)
    enrol_volunteer(person=who, skills=team.skills, how="demo", at=cast.at, by=cast.actor(who))
    join_team(team=team, person=who, at=cast.at, by=cast.actor(who))


def _team_of_leader() -> Team:
    leader = people.by_phone(LEADER)
    assert leader is not None
    return people.memberships_of(leader.id)[0].team


def _menu(house: House) -> None:
    """制单: written by one, published by another; the teams that can, take items up beforehand."""
    maker, publisher = house.staff[Role.CENTER_STAFF][:2]
    at, cast = house.cast.at, house.cast
    for row in words_of_cast()["item"]:
        kind = house.kinds[row["kind"]]
        words = ItemWords(title=row["title"], kind=kind, about=row["about"])
        item = make_item(place=house.centre, words=words, by=cast.actor(maker), at=at)
        submit_item(item, by=cast.actor(maker), at=at)
        publish_item(item, by=cast.actor(publisher), at=at)
        house.items.append(item)
        able = [t for t in house.teams if set(kind.skills) <= set(t.skills)]
        for team in able[:4]:
            leaders = people.leaders_of(team)
            if leaders:
                take_item(item, team=team, by=cast.actor(leaders[0]), at=at)


def add_clubs(house: House) -> None:
    """Where the article counts clubs, the first of them, with its members; the rest are a list."""
    wanted = words_of_cast()["clubs"].get(district_of(house.slug), [])
    for name in wanted[:1]:
        house.teams.append(
            house.cast.team(
                house.stations[0],
                name,
                skills=("文艺",),
                members=8,
                rank="社团",
                sort=Team.Sort.CLUB,
            )
        )


def log_ins() -> list[str]:
    """One line for each kind of person of the demo: how to come in as her."""
    from .cast import password_of

    lines = [
        f"  居民      手机 {RESIDENT}(验证码显示在这个窗口)",
        f"  志愿者    手机 {VOLUNTEER}",
        f"  队长      手机 {LEADER}",
    ]
    first = people.by_phone(f"{STAFF_PHONES + 1}")
    if first is None:
        return []
    for number, login in enumerate(STAFF_LOGINS):
        row = people.by_phone(f"{STAFF_PHONES + number + 1}")
        grant = row.grants.filter(revoked_at=None).first() if row else None
        if row is None or grant is None:
            continue
        label = f"{grant.place.name}{grant.get_role_display()}"
        lines.append(
            f"  {label}  登录名 {login}  密码 {password_of(login)}  (手机 {STAFF_PHONES + number + 1})"
        )
    return ["演示账号 (demo log-ins):", *lines]
