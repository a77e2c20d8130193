"""Every variable is typed, named once and explained; a wrong value says so by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from diandan.config import env


def test_unset_and_empty_both_mean_the_default() -> None:
    assert env.PORT.number({}) == 8600
    assert env.PORT.number({"DIANDAN_PORT": " "}) == 8600
    assert env.PORT.number({"DIANDAN_PORT": "9000"}) == 9000


@pytest.mark.parametrize(("word", "meant"), [("1", True), ("YES", True), ("0", False), ("", False)])
def test_flags(word: str, meant: bool) -> None:
    assert env.DEMO.flag({"DIANDAN_DEMO": word}) is meant


@pytest.mark.parametrize(("variable", "word"), [(env.PORT, "many"), (env.DEMO, "maybe")])
def test_a_wrong_value_is_named(variable: env.Variable, word: str) -> None:
    read = variable.number if variable is env.PORT else variable.flag
    with pytest.raises(env.EnvTrouble, match=f"{variable.name}='{word}'"):
        read({variable.name: word})


def test_relative_paths_count_from_the_project() -> None:
    assert env.HOME.path({}) == env.root() / ".diandan"
    assert env.HOME.path({"DIANDAN_HOME": "/srv/centre"}) == Path("/srv/centre")
    assert env.KEY_FILE.path({}) is None


def test_every_variable_is_listed_once_and_explained() -> None:
    declared = [value for value in vars(env).values() if isinstance(value, env.Variable)]
    assert sorted(declared, key=lambda v: v.name) == sorted(env.VARIABLES, key=lambda v: v.name)
    assert len({variable.name for variable in env.VARIABLES}) == len(env.VARIABLES)
    for variable in env.VARIABLES:
        assert len(variable.meaning) > 20, variable.name
        assert variable.meaning.endswith((".", ")")), variable.name
