"""Districts: counts against the division data, idempotence, and what a place did by itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from diandan.ground.places import divisions, queries
from diandan.ground.places.actions.add import SiteWords, add
from diandan.ground.places.actions.close import close, reopen
from diandan.ground.places.actions.grow import grow, grow_counted
from diandan.ground.places.actions.rename import rename
from diandan.ground.places.district import SLUGS, read_district
from diandan.ground.places.models import FormerName, Kind, Level, Place
from diandan.ground.places.naming import short_name
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from tests.conftest import SHARED

pytestmark = pytest.mark.django_db

# Towns and communities of each place in the division data of 2023-06-30, counted by hand once.
EXPECTED = {
    "jiangning": (10, 207),
    "suzhou": (91, 2017),
    "taixing": (17, 368),
    "hongta": (11, 105),
    "qindu": (12, 186),
    "jian": (21, 350),
    "chengde": (23, 390),
    "xiyang": (10, 232),
    "shexian": (28, 193),
    "baiyintala": (1, 13),
    "daxing": (22, 752),
}


def kinds_under(place: Place) -> Counter[str]:
    """How many places of each kind stand under `place`."""
    return Counter(queries.subtree(place).values_list("kind", flat=True))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_district_has_every_town_and_community_of_the_data(slug, at):
    root = grow(slug, at)
    found = kinds_under(root)
    assert (found[Kind.INSTITUTE], found[Kind.STATION]) == EXPECTED[slug]
    for row in queries.subtree(root).select_related("parent"):
        above = row.parent.path if row.parent else "/"
        assert row.path == f"{above}{row.id}/"
        assert row.pinyin
        assert row.position_source == ("demo" if row.lat is not None else "")


@pytest.mark.parametrize("slug", ["jiangning", "baiyintala", "suzhou"])
def test_a_second_run_changes_nothing(slug, at):
    first = grow_counted(slug, at)
    before = list(Place.objects.order_by("id").values())
    facts = FactRow.objects.count()
    second = grow_counted(slug, at)
    assert (second.added, second.renamed, second.retired) == (0, 0, 0)
    assert second.same == first.added
    assert list(Place.objects.order_by("id").values()) == before
    assert FactRow.objects.count() == facts


def test_where_the_data_and_the_article_differ_the_page_says_so(at):
    root = grow("jiangning", at)
    sentences = queries.differences(root)
    assert any("207 个村(社区)" in s and "201" in s and "2019年" in s for s in sentences)
    rows = {row.kind: row for row in queries.counts(root)}
    assert (rows["station"].now, rows["station"].material) == (207, 201)
    assert (rows["specialty_platform"].now, rows["trade_platform"].now) == (5, 2)
    assert rows["member_unit"].now == rows["member_unit"].material == 39


def test_nothing_is_said_where_they_agree(at):
    assert grow("hongta", at).about["differences"] == []


def test_baiyintala_has_one_institute_and_its_grid_cells(at):
    root = grow("baiyintala", at)
    found = kinds_under(root)
    assert (found[Kind.INSTITUTE], found[Kind.STATION], found[Kind.GRID]) == (1, 13, 232)
    per_station = Counter(
        queries.subtree(root).filter(kind=Kind.GRID).values_list("parent__name", flat=True)
    )
    assert max(per_station.values()) - min(per_station.values()) <= 1


def test_suzhou_is_one_tree_of_ten_centres(at):
    root = grow("suzhou", at)
    assert root.kind == Kind.CITY
    centers = queries.children(root, Kind.CENTER)
    assert len(centers) == 10
    station = Place.objects.filter(kind=Kind.STATION).order_by("id")[100]
    assert queries.center_of(station) in centers
    assert queries.ancestor_at(station, Level.CITY) == root


def test_a_functional_zone_is_not_a_place_unless_its_name_says_so():
    folder = Path(settings.DIANDAN_DIVISIONS)
    naiman = divisions.read_counties(folder, "150525")[0]
    assert "大沁他拉街道办事处" in [s.name for s in naiman.streets]
    assert [z.name for z in naiman.zones] == ["国有六号农场"]


@pytest.mark.shared
@pytest.mark.parametrize("slug", SLUGS)
def test_the_package_and_the_shared_copy_hold_the_same_rows(slug):
    district = read_district(slug)
    prefix = district.city_code or district.centers[0].code
    package = divisions.read_counties(Path(settings.DIANDAN_DIVISIONS), prefix)
    shared = divisions.read_counties(SHARED / "data" / "divisions", prefix)
    assert package == shared


@pytest.mark.parametrize(
    ("official", "short"),
    [
        ("富强西里社区居委会", "富强西里社区"),
        ("寺照社区居民委员会", "寺照社区"),
        ("梁家沟村村委会", "梁家沟村"),
        ("黄草坝村民委员会", "黄草坝村"),
        ("大榆树沟村村民委员会", "大榆树沟村"),
        ("孟和浩来嘎查", "孟和浩来嘎查"),
        ("扶苏路社区", "扶苏路社区"),
        ("黄桥种猪场生活区", "黄桥种猪场生活区"),
    ],
)
def test_short_names(official, short):
    assert short_name(official) == short


def test_a_name_the_data_changed_is_taken_over_and_the_old_one_kept(at):
    root = grow("hongta", at)
    street = queries.children(root, Kind.INSTITUTE)[0]
    Place.objects.filter(id=street.id).update(name="旧街道", official_name="旧街道")
    again = grow_counted("hongta", at)
    assert again.renamed == 1
    former = FormerName.objects.get(place=street)
    assert (former.name, former.until_on) == ("旧街道", at.date())
    assert queries.search(root, "旧街道")[0].id == street.id


def test_what_a_place_renamed_added_or_closed_by_itself_stays(at):
    root = grow("hongta", at)
    street, other = queries.children(root, Kind.INSTITUTE)[:2]
    rename(street.id, "玉兴街道(新)", at=at)
    own = add(street, SiteWords("聂耳广场", Kind.POINT), at=at)
    station = queries.children(other, Kind.STATION)[0]
    close(station.id, at=at)
    again = grow_counted("hongta", at)
    assert (again.added, again.renamed, again.retired) == (0, 0, 0)
    assert Place.objects.get(id=street.id).name == "玉兴街道(新)"
    assert own.path == f"{street.path}{own.id}/"
    assert station not in queries.children(other)
    reopen(station.id, at=at)
    assert station in queries.children(other)


def test_refusals_of_add_and_close(at):
    root = grow("hongta", at)
    street = queries.children(root, Kind.INSTITUTE)[0]
    station = queries.children(street, Kind.STATION)[0]
    cases = [
        (station, SiteWords("某街道", Kind.INSTITUTE), "wrong_parent"),
        (street, SiteWords(station.name, Kind.STATION), "name_taken"),
        (street, SiteWords("   ", Kind.STATION), "name_missing"),
        (street, SiteWords("长" * 81, Kind.STATION), "name_too_long"),
        (street, SiteWords("a\x00b", Kind.STATION), "name_unreadable"),
        (street, SiteWords("新站", Kind.STATION, lat=102.5, lon=24.3), "position_outside"),
        (street, SiteWords("新站", Kind.STATION, lat=24.3), "half_position"),
        (street, SiteWords("新站", Kind.STATION, region_code="12ab"), "bad_code"),
        (street, SiteWords("新站", Kind.STATION, region_code=station.region_code), "code_taken"),
    ]
    before = Place.objects.count()
    for parent, words, code in cases:
        with pytest.raises(Refusal) as refused:
            add(parent, words, at=at)
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        close(street.id, at=at)
    assert refused.value.code == "has_open_places"
    assert Place.objects.count() == before


def test_an_unknown_district_is_refused_in_words(at):
    with pytest.raises(Refusal) as refused:
        grow("atlantis", at)
    assert "jiangning" in refused.value.sentence


def test_ancestor_at_falls_to_the_next_higher_rung(at):
    root = grow("baiyintala", at)
    grid = Place.objects.filter(kind=Kind.GRID).first()
    point = Place.objects.filter(kind=Kind.POINT).first()
    assert grid is not None
    assert point is not None
    assert queries.ancestor_at(grid, Level.GRID) == grid
    assert queries.ancestor_at(grid, Level.STATION).id == grid.parent_id
    assert queries.ancestor_at(grid, Level.INSTITUTE).name == "白音他拉苏木"
    assert queries.ancestor_at(point, Level.STATION).kind == Kind.INSTITUTE
    assert queries.ancestor_at(root, Level.STATION) == root
    assert queries.ancestor_at(grid, Level.CITY) == root


def test_search_by_name_initials_and_sound(at):
    root = grow("jiangning", at)
    for text in ("东山街道", "dsjd", "dongshanjiedao", "东山"):
        assert queries.search(root, text)[0].name.startswith("东山")
    assert queries.search(root, "  ") == []
    assert queries.search(root, "没有这样的地方") == []
    other = grow("hongta", at)
    assert all(p.path.startswith(other.path) for p in queries.search(other, "街道"))


def test_nearest_agrees_with_looking_at_every_station(at, django_assert_max_num_queries):
    root = grow("jiangning", at)
    from diandan.kit.units import distance_m

    stations = list(queries.subtree(root).filter(kind=Kind.STATION))
    for lat, lon in [(31.95, 118.84), (31.70, 118.60), (32.40, 119.30)]:
        best = min(distance_m(lat, lon, s.lat, s.lon) for s in stations)
        with django_assert_max_num_queries(4):
            near = queries.nearest(lat, lon, under=root, limit=3)
        assert near[0].distance_m == best
        assert len(near) == 3


def test_demo_positions_lie_inside_the_county(at):
    from shapely.geometry import Point

    from diandan.ground.places import scatter

    root = grow("daxing", at)
    site = read_district("daxing").centers[0]
    area = scatter.outline("110115", site.position)
    rows = queries.subtree(root).filter(kind__in=[Kind.INSTITUTE, Kind.STATION])
    assert all(area.buffer(1e-4).contains(Point(r.lon, r.lat)) for r in rows)


def test_the_start_of_the_tree_takes_one_query_a_level(at, django_assert_num_queries):
    root = grow("hongta", at)
    station = Place.objects.filter(kind=Kind.STATION, path__startswith=root.path)[0]
    with django_assert_num_queries(1):
        queries.line_of(station)
    with django_assert_num_queries(1):
        queries.counts(root)
