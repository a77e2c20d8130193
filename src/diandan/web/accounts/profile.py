"""我的: her own record, home, notices, language and 长辈版."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from diandan.ground.people import queries
from diandan.ground.people.actions.register import edit_person
from diandan.ground.people.core import is_minor, say_phone
from diandan.ground.people.models import Person
from diandan.ground.places import queries as places
from diandan.ground.places.models import Kind, Place
from diandan.kit.refusal import Refusal
from diandan.web import door
from diandan.web.accounts.forms import NoticesForm, ProfileForm

HOMES = (Kind.STATION, Kind.GRID)


@require_http_methods(["GET"])
@door.signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """我的: who I am here, and what I can do about it."""
    person = door.me(request)
    own = queries.own(person)
    volunteer = queries.volunteer_of(person.id)
    context = {
        "own": own,
        "phone": say_phone(own.phone),
        "home": _home_words(person),
        "volunteer": volunteer,
        "skills": "、".join(volunteer.skills) if volunteer else "",
        "teams": [_team_row(m) for m in queries.memberships_of(person.id)],
        "invitations": len(queries.invitations_for(person)),
        "is_staff": door.actor(request).is_staff,
        "minor": is_minor(person.born_on, door.now(request)),
    }
    return render(request, "accounts/mine.html", context)


@require_http_methods(["GET", "POST"])
@door.signed_in
def profile(request: HttpRequest) -> HttpResponse:
    """Change name, door and birthday."""
    person = door.me(request)
    own = queries.own(person)
    form = ProfileForm(
        request.POST or None,
        initial={"name": own.name, "door": own.door, "born_on": person.born_on},
    )
    if request.method == "POST" and form.is_valid():
        try:
            edit_person(
                person=person,
                by=door.actor(request),
                at=door.now(request),
                name=form.cleaned_data["name"],
                door=form.cleaned_data["door"],
                born_on=form.cleaned_data["born_on"],
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _saved(request, "profile")
    context = {"form": form, "home": _home_words(person)}
    return render(request, "accounts/profile.html", context)


@require_http_methods(["GET", "POST"])
@door.signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Choose the community she lives in, by a few characters of its name."""
    person = door.me(request)
    if request.method == "POST":
        place = _chosen_place(request.POST.get("place", ""))
        edit_person(person=person, by=door.actor(request), at=door.now(request), home=place)
        return _saved(request, "home")
    words = request.GET.get("q", "")[:40]
    centre = door.centre()
    found = places.search(centre, words, limit=30) if centre and words.strip() else []
    context = {
        "q": words,
        "found": _place_rows([p for p in found if p.kind in HOMES]),
        "home": _home_words(person),
        "next": door.next_page(request, ""),
    }
    return render(request, "accounts/home.html", context)


@require_http_methods(["GET", "POST"])
@door.signed_in
def notices(request: HttpRequest) -> HttpResponse:
    """Channel, quiet hours, digest and language."""
    person = door.me(request)
    names = ("channel", "quiet_from", "quiet_until", "digest", "language")
    form = NoticesForm(request.POST or None, initial={n: getattr(person, n) for n in names})
    if request.method == "POST" and form.is_valid():
        try:
            edit_person(
                person=person,
                by=door.actor(request),
                at=door.now(request),
                **{n: form.cleaned_data[n] for n in names},
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            response = _saved(request, "notices")
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"])
            return response
    return render(request, "accounts/notices.html", {"form": form})


@require_POST
def elder(request: HttpRequest) -> HttpResponse:
    """长辈版 on or off: a mode of the same pages, kept on this device and in her record."""
    on = request.POST.get("elder") == "on"
    by = door.actor(request)
    if by.person_id is not None and not by.is_frozen:
        edit_person(person=door.me(request), by=by, at=door.now(request), elder_mode=on)
    response = HttpResponseRedirect(door.next_page(request, "/"))
    door.set_elder(response, on)
    return response


def _chosen_place(word: str) -> Place:
    if not re.fullmatch(r"[0-9]{1,18}", word):
        raise Refusal("no_such_place", _("没有找到这个社区,请重新查找。"), status=404)
    return places.by_id(int(word))


def _saved(request: HttpRequest, form_id: str) -> HttpResponse:
    messages.success(request, _("已保存。"), extra_tags=f"done:{form_id}")
    return HttpResponseRedirect(door.next_page(request))


def _home_words(person: Person) -> str:
    if person.home is None:
        return ""
    line = [p.name for p in places.line_of(person.home) if p.kind in (Kind.INSTITUTE, *HOMES)]
    line.reverse()
    return " ".join(line) or person.home.name


def _place_rows(found: list[Place]) -> list[dict[str, Any]]:
    above = Place.objects.in_bulk({p.parent_id for p in found if p.parent_id})
    return [
        {"id": p.id, "name": p.name, "above": above[p.parent_id].name if p.parent_id else ""}
        for p in found
    ]


def _team_row(membership: Any) -> dict[str, str]:
    return {"name": membership.team.name, "duty": membership.get_duty_display()}
