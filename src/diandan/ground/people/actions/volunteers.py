"""志愿者: enrolling by one's own act, a guardian's word for minors, 这不是我 and its undoing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from diandan.ground.people import queries
from diandan.ground.people.actor import Actor
from diandan.ground.people.core import is_child, is_minor
from diandan.ground.people.models import ApiToken, Consent, Login, Membership, Person, Volunteer
from diandan.ground.people.policies import check_admin, check_own_act, check_signed_in
from diandan.ground.places.models import Kind, Place
from diandan.ground.places.naming import pinyin_key
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict

from ._lock import lock
from .codes import check_code
from .teams import end_membership

NUMBER_DIGITS = 6
SKILLS_MAX = 20
SKILL_MAX = 30
THAW = "thaw"


@transaction.atomic
def enrol_volunteer(
    *,
    person: Person,
    skills: Iterable[str],
    at: datetime,
    how: str,
    by: Actor,
    guardian_present: bool = False,
) -> Volunteer:
    """Make `person` a volunteer by her own act; a second time only renews her skills.

    Under 18 her guardian must have consented; under 14 the guardian must be there as well.
    """
    check_own_act(by, person)
    wanted = clean_skills(skills)
    person = queries.for_change(person.id)
    found = queries.volunteer_of(person.id)
    if found is not None:
        found.skills = wanted
        found.save(update_fields=["skills"])
        announce(_fact("people.skills_changed", person, at, by))
        return found
    consent = _guardian_consent(person)
    if is_minor(person.born_on, at) and consent is None:
        raise Refusal(
            "guardian_needed", _("您还未满18周岁,请先让监护人用手机号确认同意。"), field="guardian"
        )
    if is_child(person.born_on, at) and not guardian_present:
        raise Refusal(
            "guardian_beside",
            _("未满14周岁,报名和参加服务时都要有监护人陪同。请监护人在场时再报名。"),
            field="guardian",
        )
    volunteer = Volunteer.objects.create(
        person=person,
        number=_next_number(person.home),
        skills=wanted,
        enrolled_at=at,
        enrolled_how=how[:20],
        guardian_consent_at=consent.given_at if consent else None,
    )
    announce(_fact("people.enrolled", person, at, by, number=volunteer.number, how=how[:20]))
    return volunteer


@transaction.atomic
def guardian_consents(
    *, person: Person, guardian: Person, at: datetime, by: Actor, how: str = "code"
) -> Consent:
    """`guardian` (who acts herself, after a code to her own phone) answers for a minor."""
    check_own_act(by, guardian)
    if guardian.id == person.id or is_minor(guardian.born_on, at):
        raise Refusal("not_a_guardian", _("监护人须为成年的另一个人。"), field="guardian")
    person = queries.for_change(person.id)
    if not is_minor(person.born_on, at):
        raise Refusal("no_guardian_needed", _("已满18周岁,不需要监护人同意。"))
    if person.guardian_id not in (None, guardian.id):
        raise conflict("other_guardian", _("这位未成年人已登记了另一位监护人,请到实践站核实。"))
    person.guardian = guardian
    person.save(update_fields=["guardian"])
    consent = _guardian_consent(person) or Consent.objects.create(
        person=person,
        about=Consent.About.GUARDIAN,
        how=how[:20],
        witness=guardian,
        given_at=at,
    )
    announce(_fact("people.guardian_consented", person, at, by))
    return consent


@transaction.atomic
def disown(*, person: Person, at: datetime, by: Actor, why: str = "") -> Person:
    """这不是我: freeze this record, leave its teams, close its doors. The phone becomes free.

    Hours already written stay where they are, frozen, so that whoever wrote them can be asked.
    """
    check_own_act(by, person)
    person = queries.for_change(person.id)
    if person.frozen_at is not None:
        return person
    person.frozen_at = at
    person.frozen_why = " ".join(why.split())[:200]
    person.save(update_fields=["frozen_at", "frozen_why"])
    for membership in Membership.objects.select_related("team", "team__home").filter(
        person=person, left_at=None
    ):
        end_membership(membership, at=at, by=by, why="disowned")
    Volunteer.objects.filter(person=person).update(on_duty=False)
    Login.objects.filter(person=person).update(is_active=False)
    ApiToken.objects.filter(owner=person, revoked_at=None).update(revoked_at=at)
    announce(_fact("people.disowned", person, at, by))
    return person


def thaw(*, person: Person, code: str, at: datetime, by: Actor) -> Person:
    """Give a frozen record back. Two must agree: an administrator, and the person's own phone.

    The code is asked for with purpose `THAW`; it is used up before the record changes.
    """
    home = person.home
    if home is None:
        check_signed_in(by)
        if not by.is_system and not by.is_staff:
            raise Refusal("admin_only", _("只有管理员可以解冻记录。"), status=403)
    else:
        check_admin(by, home)
    if by.person_id == person.id:
        raise Refusal("own_record", _("不能解冻自己的记录,请另一位管理员办理。"), status=403)
    phone = queries.phone_for(person, reader=by, at=at, why="thaw")
    check_code(phone=phone, code=code, purpose=THAW, at=at)
    with transaction.atomic():
        lock(f"person:{person.phone_hash}")
        person = queries.for_change(person.id)
        if queries.by_phone(phone) is not None:
            raise conflict("phone_taken", _("这个手机号已有另一份在用的记录,请先核对是哪一份。"))
        person.frozen_at, person.frozen_why = None, ""
        person.save(update_fields=["frozen_at", "frozen_why"])
        Volunteer.objects.filter(person=person).update(on_duty=True)
        Login.objects.filter(person=person).update(is_active=True)
        announce(_fact("people.thawed", person, at, by))
    return person


@transaction.atomic
def set_on_duty(*, person: Person, on_duty: bool, at: datetime, by: Actor) -> None:
    """Whether offers may come to her now: a rest, for as long as she likes, costs nothing."""
    check_own_act(by, person)
    changed = Volunteer.objects.filter(person=person).exclude(on_duty=on_duty)
    if changed.update(on_duty=on_duty):
        announce(_fact("people.on_duty" if on_duty else "people.resting", person, at, by))


def clean_skills(skills: Iterable[str]) -> list[str]:
    """Short words, each once, in the order given."""
    words = list(dict.fromkeys(w for w in (" ".join(s.split()) for s in skills) if w))
    if len(words) > SKILLS_MAX or any(len(w) > SKILL_MAX for w in words):
        raise Refusal(
            "too_many_skills",
            _("特长最多选 %(n)s 项,每项不超过 %(m)s 个字。") % {"n": SKILLS_MAX, "m": SKILL_MAX},
            field="skills",
        )
    return words


def _guardian_consent(person: Person) -> Consent | None:
    return (
        Consent.objects.filter(person=person, about=Consent.About.GUARDIAN, withdrawn_at=None)
        .order_by("-given_at")
        .first()
    )


def _next_number(home: Place | None) -> str:
    """JN000123: the initials of her centre, then its next number. Public, says nothing of her."""
    prefix = _prefix(home)
    lock(f"volunteer number:{prefix}")
    last = (
        Volunteer.objects.annotate(long=Length("number"))
        .filter(number__startswith=prefix, long=len(prefix) + NUMBER_DIGITS)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    number = int(last[len(prefix) :]) + 1 if last else 1
    return f"{prefix}{number:0{NUMBER_DIGITS}d}"


def _prefix(home: Place | None) -> str:
    if home is None:
        return "DD"
    centre = (
        Place.objects.filter(id__in=home.ancestor_ids, kind__in=(Kind.CENTER, Kind.CITY))
        .order_by("-path")
        .first()
    )
    sound = pinyin_key((centre or home).name).split()[-1]
    letters = "".join(c for c in sound if "a" <= c <= "z")
    return (letters[:2] or "dd").upper()


def _fact(kind: str, person: Person, at: datetime, by: Actor, **data: str) -> Fact:
    return Fact(
        kind,
        at,
        place_id=person.home_id,
        by_id=by.person_id,
        person_id=person.id,
        data=data,
    )
