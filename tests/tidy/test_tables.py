"""Tables obey the floors as imports do: a foreign key points to its own room or one below."""

from __future__ import annotations

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import ForeignObject

from tests.tidy import source

pytestmark = pytest.mark.tidy


def upward(links: list[tuple[str, str]]) -> list[str]:
    """Links (from module, to module) that point up the floors or along the path."""
    height = source.ranks()
    return [
        f"{below} → {above}"
        for below, above in links
        if source.rank_of(above, height) > source.rank_of(below, height)
    ]


def links() -> list[tuple[str, str]]:
    """Every foreign key, one-to-one and many-to-many of our own tables."""
    return [
        (model.__module__, field.related_model.__module__)
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("diandan.")
        for field in model._meta.get_fields()
        if (isinstance(field, ForeignObject) or (field.many_to_many and not field.auto_created))
        and not isinstance(field.related_model, str)
        and field.related_model is not None
    ]


def test_the_rule_sees_an_upward_key() -> None:
    assert upward([("diandan.path.ask.models", "diandan.path.dispatch.models")])
    assert upward([("diandan.ground.places.models", "diandan.ground.people.models")])
    assert upward([("diandan.ground.notify.models", "diandan.path.ask.models")])
    assert not upward([("diandan.path.dispatch.models", "diandan.path.ask.models")])
    assert not upward([("diandan.path.ask.models", "django.contrib.auth.models")])


def test_every_room_with_tables_has_its_place_in_the_order() -> None:
    height = source.ranks()
    modules = {below for below, _ in links()}
    assert modules
    assert [m for m in sorted(modules) if source.rank_of(m, height) == (-1, 0)] == []


def test_foreign_keys_point_down() -> None:
    assert upward(links()) == []


@pytest.mark.django_db
def test_every_change_of_a_table_has_its_migration() -> None:
    said = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=said, verbosity=1)
    except SystemExit:
        pytest.fail(said.getvalue())
