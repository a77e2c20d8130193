"""A database for a story or a proof is cast from a mould, and a mould is whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import diandan
from diandan.ops import house, mould

NAME = f"cast_{os.getpid()}"


@pytest.fixture
def base() -> Iterator[str]:
    """The tests' server; what was cast on it is thrown out again."""
    address = os.environ["DATABASE_URL"]
    yield address
    house.throw_out(address, NAME)


def test_what_is_cast_has_every_table_and_nothing_of_the_one_before(base: str) -> None:
    with psycopg.connect(mould.cast(base, NAME), autocommit=True) as first:
        applied = {
            f"{app}/{name}"
            for app, name in first.execute("SELECT app, name FROM django_migrations").fetchall()
        }
        first.execute("CREATE TABLE of_a_story (n int)")
    ours = {
        f"{file.parents[1].name}/{file.stem}"
        for file in Path(diandan.__file__).parent.rglob("migrations/*.py")
        if file.stem != "__init__"
    }
    assert ours
    assert ours <= applied
    with psycopg.connect(mould.cast(base, NAME)) as second:
        assert second.execute("SELECT to_regclass('of_a_story')").fetchone() == (None,)


def test_a_mould_that_could_not_be_made_is_not_cast_from(
    base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = f"{NAME}_mould_"
    monkeypatch.setattr(mould, "NAMED", named)

    def broken(_address: str) -> None:
        raise house.Trouble("no room")

    monkeypatch.setattr(mould, "_migrate", broken)
    with pytest.raises(house.Trouble, match="no room"):
        mould.cast(base, NAME)
    monkeypatch.setattr(mould, "_migrate", lambda _address: None)
    mould.cast(base, NAME)
    monkeypatch.setattr(mould, "_digest", lambda: "another")
    mould.cast(base, NAME)
    with psycopg.connect(base, autocommit=True) as connection:
        left = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (named,)
        ).fetchall()
        connection.execute(f'DROP DATABASE "{named}another"')
    assert left == [(f"{named}another",)]
