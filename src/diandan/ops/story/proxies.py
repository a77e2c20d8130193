"""代点: what the desk takes down for somebody, at its own page, as any clerk would."""

from __future__ import annotations

from datetime import date

from diandan.ground.people.models import Role
from diandan.ground.places.models import Place
from diandan.path.ask.models import Request

from .walker import Given, Page, Walker
from .world import World


def where(page: Page, place: Place) -> dict[str, Given]:
    """The place as a clerk gives it: picked from a short list, written where there are many."""
    if any("place" in form.names for form in page.forms):
        return {"place": str(place.id)}
    return {"place_words": place.name}


def take_down(
    world: World,
    clerk: Walker,
    channel: str,
    words: str,
    kind: str,
    *,
    home: Place | None = None,
    consent: str = "本人当面同意",
    visit: str = "",
    **more: str,
) -> Request:
    """One proxy order through any of the desk's doors; returns the request."""
    given: dict[str, Given] = {
        "channel": channel,
        "name": world.house.cast.name(),
        "phone": "",
        "words": words,
        "kind": str(world.house.kinds[kind].id),
        "consent_note": consent,
        "read_back": "yes",
        **more,
    }
    asked = f"/desk/new/?channel={channel}" + (f"&visit={visit}" if visit else "")
    form = clerk.get(asked)
    given |= where(form, home or world.station)
    done = clerk.press(form, "/desk/new/", fields=given)
    number = done.find(r"([A-Z]{2}\d{6}-\d{4,})")
    return Request.objects.get(number=number)


def arrange_standing(
    world: World, title: str, words: str, kind: str, rhythm: str, *, from_on: date, born: str = ""
) -> str:
    """定期服务 for a named elder who agreed; returns what the desk's list says of it."""
    clerk = world.staff(Role.STATION_STAFF)
    form = clerk.get("/desk/standing/new")
    given: dict[str, Given] = {
        "name": world.house.cast.name(),
        "phone": "",
        **where(form, world.station),
        "title": title,
        "words": words,
        "kind": str(world.house.kinds[kind].id),
        "rhythm": rhythm,
        "from_on": from_on.isoformat(),
        "consent_note": "本人当面同意每次上门",
    }
    if born:
        given["born_on"] = born
    listed = clerk.press(form, "/desk/standing/new", fields=given)
    listed.find(title)
    return title
