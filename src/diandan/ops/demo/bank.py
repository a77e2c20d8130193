"""时间银行 in a demo: elders of the bank, volunteers who joined, a fund, and something in the queue."""

from __future__ import annotations

from datetime import date

from diandan.ground.people import queries as people
from diandan.ground.people.actions.register import edit_person
from diandan.ground.people.models import Person, Role
from diandan.square.bank.actions.apply import Case, ask, decide
from diandan.square.bank.actions.join import join
from diandan.square.bank.core import COIN
from diandan.square.bank.models import Application, Relation
from diandan.square.bank.rulebook import rules_for

from .furnish import RESIDENT, VOLUNTEER, House

ELDERS, ALONE, SAVERS = 6, 3, 24
Kinds, Basis = Application.Kind, Application.Basis


def open_bank(house: House) -> None:
    """Everything by the people whose act it is, on the demo's first day."""
    elders = [
        _born(house, elder, date(1938 + number * 2, 3 + number, 12))
        for number, elder in enumerate(house.residents[:ELDERS])
    ]
    for number, elder in enumerate(elders):
        _register(house, elder, Basis.ALONE_80 if number < ALONE else Basis.REVIEWED)
    _fill(house, elders[0])
    for number, found in enumerate(_savers(house)):
        saver = _born(house, found, date(1962 + number, 1 + number % 12, 20))
        join(
            person=saver,
            centre=house.centre,
            read=rules_for(house.centre).version,
            by=house.cast.actor(saver),
            at=house.cast.at,
        )
    _relations(house)


def _born(house: House, person: Person, day: date) -> Person:
    return edit_person(person=person, born_on=day, by=house.cast.actor(person), at=house.cast.at)


def _savers(house: House) -> list[Person]:
    found = {
        member.person_id: member.person
        for team in house.teams
        for member in people.members_of(team)
    }
    shown = people.by_phone(VOLUNTEER)
    first = [shown] if shown is not None else []
    return [*first, *(p for p in found.values() if p not in first)][:SAVERS]


def _register(house: House, elder: Person, basis: Application.Basis) -> None:
    case = Case(kind=Kinds.ELDER, centre=house.centre, person=elder, basis=basis)
    _two_people(house, case)


def _fill(house: House, elder: Person) -> None:
    """The fund, and twenty coins out of it for the first elder."""
    paper = "演示文号〔2026〕1号"
    _two_people(
        house, Case(kind=Kinds.FUND, centre=house.centre, minutes=200 * COIN, document=paper)
    )
    _two_people(house, Case(kind=Kinds.ISSUE, centre=house.centre, person=elder, minutes=20 * COIN))


def _two_people(house: House, case: Case) -> None:
    one, two = house.staff[Role.CENTER_STAFF][:2]
    row = ask(case, by=house.cast.actor(one), at=house.cast.at)
    decide(row.id, is_granted=True, text="", by=house.cast.actor(two), at=house.cast.at)


def _relations(house: House) -> None:
    """The printed volunteer's mother is the printed resident; another's relation still waits."""
    child, mother = people.by_phone(VOLUNTEER), people.by_phone(RESIDENT)
    assert child is not None
    assert mother is not None
    officer = house.cast.actor(house.staff[Role.CENTER_STAFF][0])
    pairs = ((child, mother, Relation.PARENT), (mother, child, Relation.CHILD))
    for person, other, relation in pairs:
        case = Case(
            kind=Kinds.RELATION,
            centre=house.centre,
            person=person,
            other=other,
            relation=relation,
        )
        row = ask(case, by=house.cast.actor(person), at=house.cast.at)
        if person == child:
            decide(row.id, is_granted=True, text="看过户口簿", by=officer, at=house.cast.at)
