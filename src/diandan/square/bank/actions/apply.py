"""申请: what the bank does only on an officer's word; each kind has its own steps and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import vault
from diandan.ground.people.actor import STAFF_ROLES, Actor
from diandan.ground.people.models import Person
from diandan.ground.places.models import Place
from diandan.ground.record.actions.announce import announce
from diandan.kit.refusal import Refusal, conflict, forbidden
from diandan.kit.units import local
from diandan.path.ask.core import clean_words

from ..core import check_no_money, is_of_age
from ..facts import coins_fact
from ..models import Application, Relation
from ..policies import check_decide, check_officer
from ..queries import application_for_change, is_elder, purse
from .effects import EFFECTS

Kind, State = Application.Kind, Application.State
# Two officers after the relative's own word; the others need one who is not who asked.
TWICE = (Kind.INHERIT,)
ELDER_AGE = {
    Application.Basis.ALONE_80: 80,
    Application.Basis.CARE_60: 60,
    Application.Basis.REVIEWED: 60,
}


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked: the fields a kind needs, the others empty."""

    kind: Application.Kind
    centre: Place
    person: Person | None = None
    other: Person | None = None
    relation: str = ""
    basis: str = ""
    minutes: int = 0
    document: str = ""
    note: str = ""


@transaction.atomic
def ask(case: Case, *, by: Actor, at: datetime) -> Application:
    """Keep the application for an officer to look at. The same one waiting is the same one."""
    CHECKS[case.kind](case, by, at)
    document = " ".join(case.document.split())[:60]
    # What belongs to nobody's person, the number of a city's paper, needs no seal.
    note = check_no_money(case.note if case.person else f"{document} {case.note}")
    same = Application.objects.filter(
        kind=case.kind,
        centre=case.centre,
        person=case.person,
        other=case.other,
        relation=case.relation,
        minutes=case.minutes,
        asked_by_id=by.person_id,
        state__in=(State.WAITING, State.CHECKED),
    ).first()
    if same is not None:
        return same
    row = Application.objects.create(
        kind=case.kind,
        centre=case.centre,
        person=case.person,
        other=case.other,
        relation=case.relation,
        basis=case.basis,
        minutes=case.minutes,
        document_enc=vault.seal(case.person.wrapped_key, document) if case.person else b"",
        note=note,
        asked_by_id=by.person_id,
        asked_at=at,
    )
    _announce(row, "asked", by, at)
    return row


@transaction.atomic
def decide(
    application_id: UUID, *, is_granted: bool, text: str, by: Actor, at: datetime
) -> Application:
    """An officer whom it does not concern looks at it; a refusal says why.

    Inheritance takes two of them. What was granted happens at once, in the same transaction.
    """
    row = application_for_change(application_id)
    if row.state not in (State.WAITING, State.CHECKED):
        raise conflict("settled_before", _("这件申请已经处理过了。"))
    officer = check_decide(by, row)
    if not is_granted:
        row.answer = clean_words(text, field="text")[:300]
    else:
        row.answer = check_no_money(text, "text")
    if is_granted and row.kind in TWICE and row.state == State.WAITING:
        row.state, row.checked_by_id, row.checked_at = State.CHECKED, officer, at
        row.save(update_fields=["state", "checked_by", "checked_at", "answer"])
        _announce(row, "checked", by, at)
        return row
    row.state = State.GRANTED if is_granted else State.REFUSED
    row.decided_by_id, row.decided_at = officer, at
    row.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    if is_granted and row.kind in EFFECTS:
        EFFECTS[Kind(row.kind)](row, by, at)
    _announce(row, "granted" if is_granted else "refused", by, at)
    return row


@transaction.atomic
def end_relation(application_id: UUID, *, by: Actor, at: datetime) -> Application:
    """She takes the declared relation back (a divorce); what was given stays given."""
    row = application_for_change(application_id)
    if row.kind != Kind.RELATION or by.person_id not in (row.person_id, row.other_id):
        raise forbidden(_("这件事只能由本人自己确认。"), "own_act_only")
    if row.state == State.GRANTED:
        row.state, row.decided_at = State.ENDED, at
        row.save(update_fields=["state", "decided_at"])
        _announce(row, "ended", by, at)
    return row


def _announce(row: Application, happened: str, by: Actor, at: datetime) -> None:
    announce(
        coins_fact(
            f"application_{happened}",
            centre=row.centre,
            person_id=row.asked_by_id,
            minutes=row.minutes,
            by=by,
            at=at,
            application=str(row.id),
            about=row.kind,
        )
    )


def _check_relation(case: Case, by: Actor, _at: datetime) -> None:
    if case.person is None or by.person_id != case.person.id:
        raise forbidden(_("这件事只能由本人自己确认。"), "own_act_only")
    _check_other(case)


def _check_other(case: Case) -> None:
    if case.relation not in Relation.values:
        raise Refusal("relation", _("请选择是什么亲属。"), field="relation")
    if case.other is None or case.person is None or case.other.id == case.person.id:
        raise Refusal(
            "no_such_relative",
            _("没有找到这位亲属。请核对姓名和手机号;没有登记过的,请先到实践站登记。"),
            field="phone",
        )


def _check_inherit(case: Case, by: Actor, _at: datetime) -> None:
    if case.person is None or by.person_id != case.person.id:
        raise forbidden(_("这件事只能由本人自己确认。"), "own_act_only")
    _check_other(case)
    if len(case.document.strip()) < 4:
        raise Refusal(
            "document_needed",
            _("请填写证明文件的编号(死亡证明或公证书、亲属关系证明)。"),
            field="document",
        )


def _check_elder(case: Case, by: Actor, at: datetime) -> None:
    person = case.person
    if person is None:
        raise Refusal("no_such_person", _("没有找到这个人。"), field="phone")
    near = person.home is not None and by.holds(STAFF_ROLES, person.home.path)
    if not (near or by.person_id == person.id or by.holds(STAFF_ROLES, case.centre.path)):
        raise forbidden(_("您只能替本辖区的居民登记。"), "outside_your_place")
    if case.basis not in Application.Basis.values:
        raise Refusal("basis", _("请选择依据。"), field="basis")
    years = ELDER_AGE[Application.Basis(case.basis)]
    if not is_of_age(person.born_on, local(at).date(), years):
        raise Refusal(
            "too_young_to_use",
            _("按登记的出生日期,这位居民未满%(age)d岁(或没有登记出生日期)。") % {"age": years},
            field="basis",
        )
    if is_elder(person.id, case.centre):
        raise conflict("elder_before", _("这位老人已经登记为服务对象。"))


def _check_issue(case: Case, by: Actor, _at: datetime) -> None:
    check_officer(by, case.centre)
    _check_minutes(case)
    key = (Application.Basis.ALONE_80, Application.Basis.CARE_60)
    if (
        case.person is None
        or not Application.objects.filter(
            kind=Kind.ELDER,
            state=State.GRANTED,
            person=case.person,
            centre=case.centre,
            basis__in=key,
        ).exists()
    ):
        raise Refusal(
            "not_a_key_elder", _("只能向已登记的重点空巢独居老人发放,请先登记。"), field="phone"
        )


def _check_fund(case: Case, by: Actor, _at: datetime) -> None:
    check_officer(by, case.centre)
    _check_minutes(case)
    if len(case.document.strip()) < 4:
        raise Refusal("document_needed", _("请填写批准补充基金的文号。"), field="document")


def _check_minutes(case: Case) -> None:
    if case.minutes <= 0:
        raise Refusal("minutes", _("请填写时长,要大于零。"), field="minutes")


def _check_never(_case: Case, _by: Actor, _at: datetime) -> None:
    raise forbidden(_("这一类由系统提出,不能申请。"))


CHECKS = {
    Kind.RELATION: _check_relation,
    Kind.INHERIT: _check_inherit,
    Kind.ELDER: _check_elder,
    Kind.ISSUE: _check_issue,
    Kind.FUND: _check_fund,
    Kind.RIGHT: _check_never,
    Kind.SHORTFALL: _check_never,
}


def balance_left(person: Person, centre: Place, at: datetime) -> int:
    """What an heir would receive: what is hers and not held for an order."""
    account = purse(person, centre, at)
    account.refresh_from_db()
    return account.available
