"""Ways through doors and actions: people who do what a page or an API lets them try."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from diandan.ground.people.actions.merge import merge_people
from diandan.ground.people.actions.volunteers import disown
from diandan.ground.people.actor import SYSTEM
from diandan.ground.people.models import Role
from diandan.path.bundle.models import Job
from diandan.path.ledger.actions.choose import choose_rules
from diandan.path.ledger.actions.correct import correct
from diandan.path.ledger.actions.declare import A_DAY, declare
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.actions.join import draw_from_pool
from diandan.path.ledger.actions.move import Move, move
from diandan.path.ledger.actions.notice import confirm, object_to, post_due, settle_objection
from diandan.path.ledger.models import Objection, Reason, Transfer
from tests import factories as make

from .adversary_world import Fraud, own

WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)


def the_same_fact_heard_thrice(f: Fraud) -> None:
    for _n in range(3):
        earn(f.task.id, at=f.at)


def an_administrators_bulk_entry(f: Fraud) -> None:
    """Hours for people who never said yes (四川: events of 50-500 for an inspection)."""
    admin = make.staff(Role.ADMIN, f.centre)[1]
    for _n in range(3):
        task = f.missed_visit(agreed=False)
        f.no(lambda task=task: declare(task.id, minutes=60, why="补", by=admin, at=f.at))


def more_in_a_day_than_anybody_remembers(f: Fraud) -> None:
    done = 0
    for n in range(A_DAY + 1):
        task = f.missed_visit()
        Job.objects.filter(id=task.engagement.job_id).update(
            starts_at=f.at - timedelta(days=1, minutes=61 * (n + 1))
        )
        before = len(f.noes)
        f.no(lambda task=task: declare(task.id, minutes=60, why="补", by=f.heads, at=f.at))
        done += len(f.noes) == before
    assert done <= A_DAY


def declared_by_an_officer_alone(f: Fraud) -> None:
    declare(f.missed_visit().id, minutes=60, why="忘了签退", by=f.keeps, at=f.at)


def declared_by_the_volunteer_herself(f: Fraud) -> None:
    declare(f.missed_visit().id, minutes=60, why="忘了", by=own(f.member), at=f.at)


def declared_beyond_the_plan(f: Fraud) -> None:
    declare(f.missed_visit().id, minutes=300, why="忘了", by=f.leads, at=f.at)


def an_event_that_never_met(f: Fraud) -> None:
    declare(f.missed_visit(met=False).id, minutes=60, why="都来了", by=f.keeps, at=f.at)


def declared_for_a_visit_still_ahead(f: Fraud) -> None:
    task = f.missed_visit()
    Job.objects.filter(id=task.engagement.job_id).update(state="allocated")
    declare(task.id, minutes=60, why="先记上", by=f.keeps, at=f.at)


def declared_a_season_later(f: Fraud) -> None:
    task = f.missed_visit()
    declare(task.id, minutes=60, why="想起来了", by=f.keeps, at=f.at + 12 * WEEK)


def declared_while_she_was_elsewhere(f: Fraud) -> None:
    task = f.missed_visit()
    begun = Job.objects.get(id=task.engagement.job_id).starts_at
    assert begun is not None
    f.attend(f.another_task(), begun=begun, out="")
    declare(task.id, minutes=60, why="也去了", by=f.keeps, at=f.at)


def declared_and_confirmed_by_one(f: Fraud) -> None:
    task = f.missed_visit()
    declare(task.id, minutes=60, why="忘了", by=f.keeps, at=f.at)
    confirm(task.id, by=f.keeps, at=f.at)


def declared_and_confirmed_by_the_leader(f: Fraud) -> None:
    task = f.missed_visit()
    declare(task.id, minutes=60, why="忘了", by=f.leads, at=f.at)
    confirm(task.id, by=f.leads, at=f.at)


def her_own_hours_confirmed(f: Fraud) -> None:
    confirm(f.another(days=3).id, by=own(f.member), at=f.at)


def an_officer_who_is_the_volunteer(f: Fraud) -> None:
    actor = make.staff(Role.STATION_STAFF, f.there.station)[1]
    task = f.another(days=3)
    confirm(task.id, by=type(actor)(person_id=f.member.id, grants=actor.grants), at=f.at)


def another_places_officer(f: Fraud) -> None:
    confirm(f.another(days=3).id, by=make.staff(Role.STATION_STAFF, f.there.other)[1], at=f.at)


def a_frozen_officer(f: Fraud) -> None:
    frozen = type(f.keeps)(person_id=f.officer.id, grants=f.keeps.grants, is_frozen=True)
    confirm(f.another(days=3).id, by=frozen, at=f.at)


def confirmed_twice(f: Fraud) -> None:
    """The second word changes nothing: her hour is hers once."""
    for by in (f.keeps, f.heads):
        confirm(f.task.id, by=by, at=f.at)


def posted_before_the_notice_is_over(f: Fraud) -> None:
    post_due(at=f.at + HOUR)
    assert not Transfer.objects.filter(phase="posting").exists()
    f.noes.append("notice")


def posted_over_an_open_objection(f: Fraud) -> None:
    object_to(f.row().id, kind=Objection.Kind.WRONG, text="", by=f.heads, at=f.at)
    post_due(at=f.at + 4 * WEEK)
    assert not Transfer.objects.filter(phase="posting").exists()


def an_objection_settled_by_its_party(f: Fraud) -> None:
    said = object_to(f.row().id, kind=Objection.Kind.WRONG, text="", by=f.heads, at=f.at)
    for by in (f.heads, own(f.member), f.leads):
        f.no(lambda by=by: settle_objection(said.id, is_upheld=False, text="没事", by=by, at=f.at))


def a_record_frozen_by_not_me(f: Fraud) -> None:
    """这不是我: what was made in her name is posted no more."""
    disown(person=f.member, at=f.at, by=own(f.member), why="不是我报的名")
    post_due(at=f.at + 4 * WEEK)
    assert not Transfer.objects.filter(phase="posting", credit__person=f.member).exists()
    f.noes.append("frozen")


def a_correction_for_more_than_there_was(f: Fraud) -> None:
    row = f.posted()
    correct(uuid4(), transfer_id=row.id, amount=600, by=f.heads, at=f.at, why="多给点")


def a_correction_of_a_correction(f: Fraud) -> None:
    made = correct(uuid4(), transfer_id=f.posted().id, amount=20, by=f.heads, at=f.at, why="早退")
    correct(uuid4(), transfer_id=made.id, amount=20, by=f.heads, at=f.at, why="又不早退了")


def her_own_correction(f: Fraud) -> None:
    actor = type(f.heads)(person_id=f.member.id, grants=f.heads.grants)
    correct(uuid4(), transfer_id=f.posted().id, amount=1, by=actor, at=f.at, why="改")


def a_correction_below_nought(f: Fraud) -> None:
    correct(uuid4(), transfer_id=f.posted().id, amount=-60, by=f.heads, at=f.at, why="加")


def a_gift_ring(f: Fraud) -> None:
    """Points may go round; they do not become more."""
    f.posted()
    mine, hers = f.account(f.member), f.account(f.leader)
    for one, two in ((mine, hers), (hers, mine)) * 3:
        move(Move(uuid4(), one, two, 10, Reason.GIFT), by=SYSTEM, at=f.at + 2 * WEEK)


def a_gift_of_hours(f: Fraud) -> None:
    row = f.posted()
    hers = f.minutes_of(f.leader)
    move(Move(uuid4(), row.credit, hers, 60, Reason.GIFT), by=SYSTEM, at=f.at)


def more_points_than_she_has(f: Fraud) -> None:
    f.posted()
    move(
        Move(uuid4(), f.account(f.member), f.account(f.leader), 11, Reason.GIFT),
        by=SYSTEM,
        at=f.at,
    )


def the_same_key_for_another_move(f: Fraud) -> None:
    f.posted()
    key, mine, shop = uuid4(), f.account(f.member), f.account(None)
    move(Move(key, mine, shop, 1, Reason.REDEEM), by=SYSTEM, at=f.at)
    move(Move(key, shop, mine, 1, Reason.GIVE_BACK), by=SYSTEM, at=f.at)


def a_file_that_calls_hours_verified(f: Fraud) -> None:
    """Another system's export of six hundred verified minutes: her record says so, no book does."""
    from diandan.ground.people.queries import volunteer_of
    from diandan.square.certificate.actions.bring import bring

    volunteer = volunteer_of(f.member.id)
    assert volunteer is not None
    file = (
        "schema,volunteer_number,record_id,date,content,grade,minutes\n"
        f"diandan-record/1,{volunteer.number},r1,2026-01-05,理发,verified,600\n"
    ).encode()
    done = bring(
        file, group="service", source="外地", centre=f.centre, by=f.heads, at=f.at, dry_run=False
    )
    assert done.is_written, done.troubles


def a_pool_that_is_empty(f: Fraud) -> None:
    from diandan.ground.people.actions.families import found_family

    found_family(person=f.member, name="一家", at=f.at, by=own(f.member))
    draw_from_pool(uuid4(), person=f.member, amount=500, by=own(f.member), at=f.at)


def two_records_joined_by_an_administrator(f: Fraud) -> None:
    admin = make.staff(Role.ADMIN, f.centre)[1]
    merge_people(kept=f.leader, phone="13800000000", code="1", at=f.at, by=admin)


def a_strangers_record_joined_to_hers(f: Fraud) -> None:
    stranger = make.volunteer("另一个人", f.there.station)
    from diandan.ground.people import vault

    phone = vault.unseal(stranger.wrapped_key, stranger.phone_enc)
    merge_people(kept=f.member, phone=phone, code="000000", at=f.at, by=own(f.member))


def rules_from_yesterday_on(f: Fraud) -> None:
    admin = make.staff(Role.ADMIN, f.centre)[1]
    choose_rules(
        f.centre,
        preset="kunshan",
        changes={"points_per_hour": 1000},
        from_on=f.at.date() - timedelta(days=1),
        by=admin,
        at=f.at,
    )


WAYS: tuple[Callable[[Fraud], object], ...] = (
    the_same_fact_heard_thrice,
    an_administrators_bulk_entry,
    more_in_a_day_than_anybody_remembers,
    declared_by_an_officer_alone,
    declared_by_the_volunteer_herself,
    declared_beyond_the_plan,
    an_event_that_never_met,
    declared_for_a_visit_still_ahead,
    declared_a_season_later,
    declared_while_she_was_elsewhere,
    declared_and_confirmed_by_one,
    declared_and_confirmed_by_the_leader,
    her_own_hours_confirmed,
    an_officer_who_is_the_volunteer,
    another_places_officer,
    a_frozen_officer,
    confirmed_twice,
    posted_before_the_notice_is_over,
    posted_over_an_open_objection,
    an_objection_settled_by_its_party,
    a_record_frozen_by_not_me,
    a_correction_for_more_than_there_was,
    a_correction_of_a_correction,
    her_own_correction,
    a_correction_below_nought,
    a_gift_ring,
    a_gift_of_hours,
    more_points_than_she_has,
    the_same_key_for_another_move,
    a_file_that_calls_hours_verified,
    a_pool_that_is_empty,
    two_records_joined_by_an_administrator,
    a_strangers_record_joined_to_hers,
    rules_from_yesterday_on,
)
