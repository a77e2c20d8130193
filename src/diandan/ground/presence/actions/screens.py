"""场地屏幕: who runs a site opens a screen there; its address is shown once and can be ended."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.kit.ids import readable
from diandan.kit.refusal import forbidden, missing

from ..models import Screen

KEY_LENGTH = 20


@transaction.atomic
def open_screen(place: Place, *, label: str, by: Actor, at: datetime) -> tuple[Screen, str]:
    """The screen and the key of its address, which nobody can read again."""
    if by.person_id is None:
        raise forbidden(_("请先登录。"))
    key = readable(KEY_LENGTH)
    row = Screen.objects.create(
        place=place,
        key=_hash(key),
        label=label.strip()[:40],
        opened_by_id=by.person_id,
        opened_at=at,
    )
    return row, key


@transaction.atomic
def end_screen(screen_id: UUID, *, place: Place, by: Actor, at: datetime) -> None:
    """Its address shows nothing from now on; ending it twice is ending it once."""
    row = Screen.objects.select_for_update().filter(id=screen_id, place=place).first()
    if row is None:
        raise missing(_("没有找到这块屏幕。"))
    if row.ended_at is None:
        row.ended_at, row.ended_by_id = at, by.person_id
        row.save(update_fields=["ended_at", "ended_by"])


def screen_at(place_id: int, key: str) -> Screen:
    """The screen behind an address, or a Refusal that says what to do."""
    row = (
        Screen.objects.filter(place_id=place_id, key=_hash(key), ended_at=None)
        .select_related("place")
        .first()
    )
    if row is None:
        raise missing(_("这块屏幕已经停用。请工作人员在「到场码」页重新开一块。"), "screen_ended")
    return row


def screens_of(place: Place) -> list[Screen]:
    """Those that show the site's code now, the newest first."""
    return list(Screen.objects.filter(place=place, ended_at=None).order_by("-opened_at"))


def _hash(key: str) -> str:
    return vault.search_hash(f"screen:{key}")
