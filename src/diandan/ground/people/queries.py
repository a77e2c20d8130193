"""人的读取: every read of people that pages and other rooms need; private strings leave a trace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from diandan.kit.refusal import missing
from diandan.kit.units import local

from . import vault
from .actor import Actor, Grant
from .core import clean_phone, mask_name, mask_phone
from .models import (
    Consent,
    Invitation,
    Membership,
    Person,
    Reading,
    Role,
    RoleGrant,
    Team,
    Volunteer,
)

__all__ = ["mask_name", "mask_phone"]
LEADING = (Membership.Duty.LEADER, Membership.Duty.DEPUTY)


def actor_for(person_id: UUID, at: datetime, scopes: frozenset[str] | None = None) -> Actor:
    """What this person holds at `at`. A frozen or unknown person holds nothing."""
    row = (
        Person.objects.filter(id=person_id)
        .values_list("frozen_at", "volunteer__enrolled_at")
        .first()
    )
    if row is None:
        raise missing(_("没有找到这个人。"), "no_such_person")
    frozen_at, enrolled_at = row
    if frozen_at is not None:
        return Actor(person_id=person_id, is_frozen=True, scopes=scopes)
    grants = tuple(
        Grant(Role(role), place_id, path)
        for role, place_id, path in active_grants(at)
        .filter(person_id=person_id)
        .order_by("place__path", "role")
        .values_list("role", "place_id", "place__path")
    )
    teams = list(
        Membership.objects.filter(
            person_id=person_id, left_at=None, team__closed_at=None
        ).values_list("team_id", "duty")
    )
    return Actor(
        person_id=person_id,
        grants=grants,
        leads=frozenset(team_id for team_id, duty in teams if duty in LEADING),
        member_of=frozenset(team_id for team_id, _duty in teams),
        is_volunteer=enrolled_at is not None,
        scopes=scopes,
    )


def active_grants(at: datetime) -> QuerySet[RoleGrant]:
    """Role grants in force on the local day of `at`."""
    day = local(at).date()
    return RoleGrant.objects.filter(
        Q(until_on=None) | Q(until_on__gte=day), revoked_at=None, from_on__lte=day
    )


def person(person_id: UUID) -> Person:
    """The person, or a refusal."""
    found = Person.objects.select_related("home").filter(id=person_id).first()
    if found is None:
        raise missing(_("没有找到这个人。"), "no_such_person")
    return found


def for_change(person_id: UUID) -> Person:
    """The person's row, locked for this transaction."""
    found = Person.objects.select_for_update().filter(id=person_id).first()
    if found is None:
        raise missing(_("没有找到这个人。"), "no_such_person")
    return found


def by_phone(phone: str) -> Person | None:
    """The living record of this phone. Raises the refusal of `clean_phone` for a wrong one."""
    key = vault.phone_key(clean_phone(phone))
    return Person.objects.select_related("home").filter(phone_hash=key, frozen_at=None).first()


def by_name(name: str, path_prefix: str) -> list[Person]:
    """Unfrozen persons of exactly this name whose home lies under `path_prefix`."""
    return list(
        Person.objects.select_related("home").filter(
            name_hash=vault.name_key(name), home__path__startswith=path_prefix, frozen_at=None
        )[:50]
    )


def name_for(
    person: Person, *, reader: Actor, at: datetime, why: str, request_id: UUID | None = None
) -> str:
    """Her whole name; that somebody else read it is written down."""
    return _read(person, "name", person.name_enc, reader, at, why, request_id)


def phone_for(
    person: Person, *, reader: Actor, at: datetime, why: str, request_id: UUID | None = None
) -> str:
    """Her phone (E.164); that somebody else read it is written down."""
    return _read(person, "phone", person.phone_enc, reader, at, why, request_id)


def door_for(
    person: Person, *, reader: Actor, at: datetime, why: str, request_id: UUID | None = None
) -> str:
    """Her door (building, flat); that somebody else read it is written down."""
    return _read(person, "door", person.door_enc, reader, at, why, request_id)


def masked_name(person: Person) -> str:
    """张**, for readers who need to tell people apart but not to know them. Leaves no trace."""
    return mask_name(vault.unseal(person.wrapped_key, person.name_enc))


def masked_phone(person: Person) -> str:
    """138****1234. Leaves no trace."""
    return mask_phone(vault.unseal(person.wrapped_key, person.phone_enc))


def person_names(ids: Iterable[UUID], *, reader: Actor, at: datetime, why: str) -> dict[UUID, str]:
    """Whole names for a list a staff member works on; the readings are written in bulk."""
    people = Person.objects.filter(id__in=set(ids)).only("id", "wrapped_key", "name_enc")
    names = {p.id: vault.unseal(p.wrapped_key, p.name_enc) for p in people}
    Reading.objects.bulk_create(
        Reading(person_id=pid, reader_id=reader.person_id, field="name", why=why[:60], at=at)
        for pid, name in names.items()
        if name and pid != reader.person_id
    )
    return names


def masked_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """张** for each, in one query."""
    people = Person.objects.filter(id__in=set(ids)).only("id", "wrapped_key", "name_enc")
    return {p.id: masked_name(p) for p in people}


def published_names(
    ids: Iterable[UUID], about: Consent.About = Consent.About.PUBLISH
) -> dict[UUID, str]:
    """Whole names of those who agreed to this publication; nobody else is in the answer."""
    agreed = Consent.objects.filter(
        person_id__in=set(ids), about=about, withdrawn_at=None
    ).select_related("person")
    return {
        c.person_id: vault.unseal(c.person.wrapped_key, c.person.name_enc)
        for c in agreed
        if c.person.frozen_at is None
    }


def _read(
    person: Person,
    field: str,
    sealed: vault.Stored,
    reader: Actor,
    at: datetime,
    why: str,
    request_id: UUID | None,
) -> str:
    text = vault.unseal(person.wrapped_key, sealed)
    if text and reader.person_id != person.id:
        Reading.objects.create(
            person_id=person.id,
            reader_id=reader.person_id,
            field=field,
            why=why[:60],
            request_id=request_id,
            at=at,
        )
    return text


def teams_in(path_prefix: str) -> list[Team]:
    """Open teams whose home lies under `path_prefix`, by place then name."""
    return list(
        Team.objects.select_related("home", "parent")
        .filter(home__path__startswith=path_prefix, closed_at=None)
        .order_by("home__path", "name")
    )


def team(team_id: UUID) -> Team:
    """The team with its home, or a refusal."""
    found = Team.objects.select_related("home", "parent").filter(id=team_id).first()
    if found is None:
        raise missing(_("没有找到这支队伍。"), "no_such_team")
    return found


def leaders_of(team: Team) -> list[Person]:
    """队长 first, then 副队长."""
    rows = (
        Membership.objects.select_related("person")
        .filter(team=team, left_at=None, duty__in=LEADING)
        .order_by("joined_at")
    )
    return [m.person for m in sorted(rows, key=lambda m: m.duty != Membership.Duty.LEADER)]


def members_of(team: Team) -> list[Membership]:
    """Everybody in the team now, leaders first, with person."""
    order = {Membership.Duty.LEADER: 0, Membership.Duty.DEPUTY: 1}
    rows = (
        Membership.objects.select_related("person")
        .filter(team=team, left_at=None)
        .order_by("joined_at")
    )
    return sorted(rows, key=lambda m: order.get(Membership.Duty(m.duty), 2))


def memberships_of(person_id: UUID) -> list[Membership]:
    """Her teams now."""
    return list(
        Membership.objects.select_related("team", "team__home")
        .filter(person_id=person_id, left_at=None)
        .order_by("joined_at")
    )


def volunteer_of(person_id: UUID) -> Volunteer | None:
    """Her volunteer row."""
    return Volunteer.objects.filter(person_id=person_id).first()


def invitations_for(person: Person) -> list[Invitation]:
    """Invitations to her phone that wait for her own answer."""
    if not person.phone_hash:
        return []
    return list(
        Invitation.objects.select_related("team", "place")
        .filter(phone_hash=person.phone_hash, answered_at=None)
        .order_by("invited_at")
    )


def consents_of(person_id: UUID) -> list[Consent]:
    """Every consent she gave, newest first, withdrawn ones too."""
    return list(Consent.objects.filter(person_id=person_id).order_by("-given_at"))


def has_consent(person_id: UUID, about: Consent.About) -> bool:
    """Whether a consent about this stands."""
    return Consent.objects.filter(person_id=person_id, about=about, withdrawn_at=None).exists()


def grants_in(path_prefix: str, at: datetime) -> list[RoleGrant]:
    """Role grants in force under `path_prefix`, with person and place."""
    return list(
        active_grants(at)
        .select_related("person", "place")
        .filter(place__path__startswith=path_prefix)
        .order_by("place__path", "role", "from_on")
    )


def staff_of(path: str, roles: Iterable[Role], at: datetime) -> list[Person]:
    """Who holds one of `roles` exactly at the place with `path`: whose queue it is."""
    return [
        g.person
        for g in active_grants(at)
        .select_related("person")
        .filter(place__path=path, role__in=list(roles), person__frozen_at=None)
        .order_by("from_on", "id")
    ]


@dataclass(frozen=True, slots=True)
class Own:
    """What a person sees of her own record."""

    name: str
    phone: str
    door: str


def own(person: Person) -> Own:
    """Her own strings, for her own page. Never call it for somebody else."""
    key = person.wrapped_key
    return Own(
        name=vault.unseal(key, person.name_enc),
        phone=vault.unseal(key, person.phone_enc),
        door=vault.unseal(key, person.door_enc),
    )


def by_calendar_key(key: str) -> Person | None:
    """Whose calendar feed this secret address is."""
    return Person.objects.filter(calendar_key=key, frozen_at=None).first() if key else None


def readings_of(person_id: UUID, limit: int = 50) -> list[Reading]:
    """Who read her private strings, newest first."""
    return list(Reading.objects.filter(person_id=person_id).order_by("-at")[:limit])
