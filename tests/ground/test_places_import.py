"""A place's own tables: every bad row by line, column and reason; all or nothing; idempotent."""

from __future__ import annotations

import argparse
import io

import pytest
import xlsxwriter

from diandan.ground.people.actions import import_people, import_teams
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Invitation, Membership, Person, Team, Volunteer
from diandan.ground.places import queries
from diandan.ground.places.actions import import_sites
from diandan.ground.places.actions.grow import grow
from diandan.ground.places.models import Kind, Place
from diandan.ground.places.sheet import read_sheet, template
from diandan.ground.record.models import FactRow
from diandan.kit.refusal import Refusal
from diandan.ops import importing, places

pytestmark = pytest.mark.django_db

GOOD = """名称,类型,上级,区划代码,纬度,经度,坐标系,电话,地址,开放时间
聂耳广场,实践点,玉兴街道,,24.3500,102.5500,,0877-1234567,聂耳路 1 号,每天 8:00–22:00
新平社区,实践站,新城街道,530402099001,,,,,,
新城街道,实践所,,530402099000,24.36,102.56,GCJ-02,,,
第1网格,网格,新平社区,,,,,,,
"""

BAD = """名称,类型,上级,区划代码,纬度,经度,坐标系,电话,地址,开放时间
,实践点,玉兴街道,,,,,,,
甲,广场,玉兴街道,,,,,,,
乙,实践点,没有街道,,,,,,,
丙,实践点,玉兴街道,12ab,,,,,,
丁,实践点,玉兴街道,,北纬,102.5,,,,
戊,实践点,玉兴街道,,102.5,24.3,,,,
己,实践点,玉兴街道,,24.3,,,,,
庚,实践点,玉兴街道,,24.3,102.5,火星,,,
辛,实践点,玉兴街道,,,,,,,
辛,实践点,玉兴街道,,,,,,,
壬,实践所,玉兴街道,,,,,,,
"""


@pytest.fixture
def center(at) -> Place:
    return grow("hongta", at)


def sites(center, text, at, **more):
    content = text if isinstance(text, bytes) else text.encode()
    return import_sites.import_sites(center, content, at=at, **({"dry_run": False} | more))


def workbook(text: str) -> bytes:
    """The csv `text` as an xlsx, with numbers as numbers, as a spreadsheet would save it."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for i, line in enumerate(text.splitlines()):
            for j, cell in enumerate(line.split(",")):
                sheet.write(i, j, float(cell) if cell.isdigit() else cell)
    return target.getvalue()


@pytest.mark.parametrize(
    "encode", [str.encode, lambda t: t.encode("gb18030"), lambda t: t.encode("utf-8-sig"), workbook]
)
def test_a_good_table_in_every_form(center, at, encode):
    content = encode(GOOD)
    dry = sites(center, content, at, dry_run=True)
    assert (dry.new, dry.changed, dry.same, dry.troubles) == (4, 0, 0, [])
    assert not Place.objects.filter(name="聂耳广场").exists()
    first = sites(center, content, at)
    assert (first.new, first.changed, first.same, first.is_written) == (4, 0, 0, True)
    square = Place.objects.get(name="聂耳广场")
    assert (square.parent.name, square.phone) == ("玉兴街道", "0877-1234567")
    assert square.position_source == "own"
    street = Place.objects.get(name="新城街道")
    assert abs(street.lat - 24.36) < 0.01
    assert street.lat != 24.36
    station = Place.objects.get(name="新平社区")
    assert station.path.startswith(street.path)
    assert Place.objects.get(name="第1网格").parent_id == station.id
    before = list(Place.objects.order_by("id").values())
    facts = FactRow.objects.count()
    again = sites(center, content, at)
    assert (again.new, again.changed, again.same) == (0, 0, 4)
    assert list(Place.objects.order_by("id").values()) == before
    assert FactRow.objects.count() == facts


def test_every_bad_row_is_named_by_line_column_and_reason(center, at):
    before = Place.objects.count()
    done = sites(center, BAD, at)
    assert [(t.line, t.column) for t in done.troubles] == [
        (2, "名称"),
        (3, "类型"),
        (4, "上级"),
        (5, "区划代码"),
        (6, "纬度"),
        (7, "纬度"),
        (8, "纬度"),
        (9, "坐标系"),
        (11, "名称"),
        (12, "上级"),
    ]
    assert str(done.troubles[0]) == "第 2 行 · 名称:必填,不能为空"
    assert "第 10 行重复" in done.troubles[8].reason
    assert not done.is_written
    assert Place.objects.count() == before


def test_one_bad_row_keeps_the_good_ones_out(center, at):
    done = sites(center, GOOD + "甲,广场,,,,,,,,\n", at)
    assert [t.line for t in done.troubles] == [6]
    assert not Place.objects.filter(name="聂耳广场").exists()


def test_a_code_finds_a_renamed_place_again(center, at):
    street = queries.children(center, Kind.INSTITUTE)[0]
    row = f"名称,类型,区划代码,电话\n玉兴新街道,实践所,{street.region_code},0877-1\n"
    done = sites(center, row, at)
    assert (done.new, done.changed) == (0, 1)
    street.refresh_from_db()
    assert (street.name, street.phone) == ("玉兴新街道", "0877-1")
    assert queries.search(center, "玉兴街道")[0].id == street.id


def test_a_place_of_another_centre_is_out_of_reach(center, at):
    other = grow("baiyintala", at)
    station = Place.objects.filter(path__startswith=other.path, kind=Kind.STATION).first()
    assert station is not None
    table = f"名称,类型,上级,区划代码\n抢来的站,实践站,玉兴街道,{station.region_code}\n"
    done = sites(center, table, at)
    assert [t.column for t in done.troubles] == ["区划代码"]
    done = sites(center, "名称,类型,上级\n新点,实践点,白音他拉苏木\n", at)
    assert [t.column for t in done.troubles] == ["上级"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n,,\n", "empty_file"),
        ("名称,上级\n甲,\n".encode(), "column_missing"),
        ("名称,类型,名称\n甲,站,乙\n".encode(), "column_twice"),
        ("名称,类型,联糸电话\n甲,站,1\n".encode(), "column_unknown"),
        (b"PK\x03\x04 not a workbook", "unreadable_file"),
        (b"\xff\xfe\x00\x01", "unreadable_file"),
        (b"\xd0\xcf\x11\xe0 old", "unreadable_file"),
        (b"x" * (10 * 1024 * 1024 + 1), "file_too_big"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(center, at, content, code):
    with pytest.raises(Refusal) as refused:
        sites(center, content, at)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "columns", [import_sites.COLUMNS, import_teams.COLUMNS, import_people.COLUMNS]
)
def test_a_template_is_understood_and_waits_for_its_rows(columns):
    with pytest.raises(Refusal) as no:
        read_sheet(template(columns), columns)
    assert no.value.code == "empty_file"  # every column was known; nothing was filled in


def test_line_numbers_count_blank_and_broken_lines(center, at):
    table = '名称,类型,地址\n\n甲点,实践点,"一行\n两行"\n\n乙点,无,\n'
    done = sites(center, table, at)
    assert [(t.line, t.column) for t in done.troubles] == [(6, "类型")]


TEAMS = """队伍名称,所属阵地,上级队伍,层级,方式,类别,技能,每周最多接单,简介
玉兴街道水电队,玉兴街道,红塔区总队,支队,流动,专业,水电维修、开锁,5,修水管
红塔区总队,,,总队,常驻,综合,,,
"""


def test_teams_come_with_their_tree_and_without_members(center, at):
    def run(text, dry_run=False):
        return import_teams.import_teams(center, text.encode(), at=at, by=SYSTEM, dry_run=dry_run)

    assert run(TEAMS, dry_run=True).new == 2
    assert Team.objects.count() == 0
    assert run(TEAMS).new == 2
    team = Team.objects.get(name="玉兴街道水电队")
    assert (team.parent.name, team.rank, team.mode) == ("红塔区总队", "支队", "mobile")
    assert (team.skills, team.week_cap) == (["水电维修", "开锁"], 5)
    assert Membership.objects.count() == 0
    again = run(TEAMS)
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    assert run(TEAMS.replace(",5,", ",6,")).changed == 1
    bad = run(
        "队伍名称,所属阵地,上级队伍,方式,每周最多接单\n"
        "甲队,没有街道,,,\n乙队,,无此队,,\n丙队,,,飞行,\n丁队,,,,很多\n戊队,,己队,,\n己队,,戊队,,\n"
    )
    assert [(t.line, t.column) for t in bad.troubles] == [
        (2, "所属阵地"),
        (3, "上级队伍"),
        (4, "方式"),
        (5, "每周最多接单"),
        (6, "上级队伍"),
        (7, "上级队伍"),
    ]
    assert Team.objects.count() == 2


def test_imported_people_are_only_invited(center, at):
    import_teams.import_teams(center, TEAMS.encode(), at=at, by=SYSTEM, dry_run=False)
    table = (
        "姓名,手机号,队伍,阵地\n张秀英,13800000001,玉兴街道水电队,\n李强,138 0000 0002,,玉兴街道\n"
    )

    def run(text):
        content = workbook(text) if "x" in text else text.encode()
        return import_people.import_people(center, content, at=at, by=SYSTEM, dry_run=False)

    people = (Person.objects.count(), Volunteer.objects.count(), Membership.objects.count())
    assert run(table).new == 2
    assert Invitation.objects.count() == 2
    assert people == (Person.objects.count(), Volunteer.objects.count(), Membership.objects.count())
    again = run(table)
    assert (again.new, again.same) == (0, 2)
    bad = run("姓名,手机号,队伍\n张三,123,\n,13800000003,\n王五,13800000004,无此队\n")
    assert [(t.line, t.column) for t in bad.troubles] == [(2, "手机号"), (3, "姓名"), (4, "队伍")]
    assert Invitation.objects.count() == 2


def command(module, *words: str) -> int:
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return module.run(parser.parse_args(words))


def test_the_commands(center, at, tmp_path, capsys):
    file = tmp_path / "阵地.csv"
    file.write_text(BAD, encoding="utf-8")
    assert command(importing, str(file), "--place", "hongta", "--dry-run") == 1
    out = capsys.readouterr().out
    assert "第 3 行 · 类型:没有“广场”这种类型" in out
    assert "有误 10" in out
    assert "未写入" in out
    file.write_text(GOOD, encoding="utf-8")
    assert command(importing, str(file), "--place", "hongta") == 0
    assert "新增 4" in capsys.readouterr().out
    assert command(importing, str(file), "--place", "atlantis") == 1
    assert command(importing, str(tmp_path / "none.csv"), "--place", "hongta") == 1
    blank = tmp_path / "t.xlsx"
    assert command(importing, str(blank), "--template", "people") == 0
    assert command(importing, str(blank), "--place", "hongta") == 1
    assert "只有表头" in capsys.readouterr().err
    assert command(places, "grow", "jiangning") == 0
    assert command(places, "counts", "jiangning") == 0
    assert "实践站 207;材料(2019年)写“201个社区实践站”" in capsys.readouterr().out
    assert command(places, "grow", "atlantis") == 1
