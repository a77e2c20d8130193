"""双积分 in a demo, where the place's article tells of it: a branch, households, entries of a month."""

from __future__ import annotations

from datetime import timedelta

from diandan.ground.people.actions import consents
from diandan.ground.people.models import Consent, Person, Role
from diandan.kit.units import local
from diandan.square.dual_points.actions import roll
from diandan.square.dual_points.actions.boards import confirm_listing, propose_listing
from diandan.square.dual_points.actions.enter import (
    Deed,
    decide,
    propose_household,
    propose_member,
)
from diandan.square.dual_points.actions.object import object_to
from diandan.square.dual_points.models import Branch, Household, PartyMember, RuleItem
from diandan.square.dual_points.rulebook import rules_for

from .furnish import House

HOUSES = 6
DEEDS = (
    ("r-clean", "月初庭院评比,三人小组当场打分"),
    ("r-wedding", "红白理事会记录:婚礼六桌"),
    ("r-peace", "邻里两家地界的事,由他说和"),
    ("r-litter", "两次劝导后仍倒在沟边,两人在场"),
    ("r-work", "带着三户种青贮玉米,村委会核实"),
)


def keep_conduct(house: House) -> None:
    """Everything by those whose act it is; nothing where the article tells of no such system."""
    if house.slug not in rules_for(house.centre).places:
        return
    at, cast = house.cast.at, house.cast
    head = cast.actor(house.staff[Role.ADMIN][0])
    roll.adopt(centre=house.centre, by=head, at=at)
    station = house.stations[0]
    branch = roll.found_branch(place=station, name=f"{station.name}党支部", by=head, at=at)
    posts = (
        PartyMember.Duty.SECRETARY,
        PartyMember.Duty.COMMITTEE,
        PartyMember.Duty.MEMBER,
        PartyMember.Duty.MEMBER,
    )
    members = [cast.person(station) for _post in posts]
    for who, duty in zip(members, posts, strict=True):
        roll.enter_member(branch=branch, person=who, duty=duty, by=head, at=at)
    _members(house, branch, members)
    _households(house)


def _item(house: House, code: str) -> RuleItem:
    return RuleItem.objects.get(centre=house.centre, code=code, retired_at=None)


def _members(house: House, branch: Branch, members: list[Person]) -> None:
    secretary, second, one, two = members
    at, cast = house.cast.at + timedelta(days=1), house.cast
    deeds = (
        (one, "p-lead", "支部会议记录:领办机井维修并办结"),
        (two, "p-absent", "七月组织生活签名册"),
    )
    for who, code, words in deeds:
        deed = Deed(_item(house, code), local(at).date(), words)
        row = propose_member(deed, branch=branch, person=who, by=cast.actor(secretary), at=at)
        decide(row.id, is_confirmed=True, text="", by=cast.actor(second), at=at)
        if code == "p-absent":
            object_to(row.id, text="那天在旗里住院,有病历", by=cast.actor(who), at=at)


def _households(house: House) -> None:
    at, cast = house.cast.at + timedelta(days=1), house.cast
    one, two = (cast.actor(who) for who in house.staff[Role.STATION_STAFF][:2])
    near = [p for p in house.residents if p.home_id == house.stations[0].id][:HOUSES]
    for number, who in enumerate(near, 1):
        place = house.stations[0]
        home = roll.enter_household(
            place=place, number=f"{number:03d}", head=who, by=one, at=house.cast.at
        )
        code, words = DEEDS[number % len(DEEDS)]
        deed = Deed(_item(house, code), local(at).date(), words)
        row = propose_household(deed, household=home, by=one, at=at)
        if number != len(near):
            decide(row.id, is_confirmed=True, text="", by=two, at=at)
    if near:
        _red(house, Household.objects.get(place=house.stations[0], number="001"), near[0])


def _red(house: House, home: Household, head: Person) -> None:
    at, cast = house.cast.at + timedelta(days=1), house.cast
    one, two = (cast.actor(who) for who in house.staff[Role.STATION_STAFF][:2])
    row = propose_listing(
        centre=house.centre,
        colour="red",
        reason="婚事新办,六桌办完,带了个好头",
        household=home,
        by=one,
        at=at,
    )
    confirm_listing(row.id, by=two, at=at)
    consents.give(
        person=head, about=Consent.About.RED_BOARD, how="demo", at=at, by=cast.actor(head)
    )
