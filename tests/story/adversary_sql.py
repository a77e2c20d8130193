"""Ways through the tables: statements as the application's own role, past every action."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

from diandan.ground.people.models import PersonMerge
from diandan.path.bundle.models import Job
from diandan.path.engage.models import Task
from diandan.path.fulfil.models import Attendance
from diandan.path.grade.models import RaterRole, Rating
from diandan.path.ledger.actions.earn import earn
from diandan.path.ledger.models import Confirmation, Declaration, Objection, RuleChoice, Transfer
from tests import factories as make

from .adversary_world import Fraud

WEEK = timedelta(days=7)


def balanced_rows_without_a_visit(f: Fraud) -> None:
    f.insert(task=None)


def balanced_rows_beside_a_real_visit(f: Fraud) -> None:
    f.insert(task=f.task, phase="pending", notice_until=f.at + WEEK)


def a_gift_of_hours_from_the_source(f: Fraud) -> None:
    f.insert(reason="gift")


def points_issued_from_the_source(f: Fraud) -> None:
    row = f.row("points")
    f.insert(ledger="points", debit=row.debit, credit=row.credit, reason="issue")


def a_correction_of_nothing(f: Fraud) -> None:
    f.insert(reason="correct")


def an_amount_below_nought(f: Fraud) -> None:
    f.insert(amount=-60)


def hours_turned_into_points(f: Fraud) -> None:
    f.insert(credit=f.row("points").credit)


def another_centres_books(f: Fraud) -> None:
    f.insert(centre=f.there.city)


def posting_before_the_notice_is_over(f: Fraud) -> None:
    row = f.row()
    f.insert(phase="posting", settles=row, amount=row.amount, task=f.task, at=f.at)


def posting_while_an_objection_is_open(f: Fraud) -> None:
    row = f.row()
    Objection.objects.create(transfer=row, kind="wrong", by=f.head, at=f.at)
    f.insert(phase="posting", settles=row, amount=row.amount, task=f.task, at=f.at + 4 * WEEK)


def a_larger_amount_in_place(f: Fraud) -> None:
    f.sql("UPDATE transfer SET amount = 6000 WHERE ledger = 'minutes'")


def a_row_taken_out(f: Fraud) -> None:
    f.sql("DELETE FROM transfer WHERE ledger = 'points'")


def a_balance_written_by_hand(f: Fraud) -> None:
    f.sql("UPDATE account SET posted = posted + 6000 WHERE owner = 'person'")


def an_account_that_begins_rich(f: Fraud) -> None:
    f.sql(
        "INSERT INTO account (id, ledger, grade, owner, purpose, has_floor, opened_at, posted,"
        " held, coming, centre_id, person_id) SELECT gen_random_uuid(), ledger, grade, owner,"
        " 'rich', true, opened_at, 6000, 0, 0, centre_id, person_id FROM account"
        " WHERE owner = 'person' LIMIT 1"
    )


def an_account_without_a_floor(f: Fraud) -> None:
    f.sql("UPDATE account SET has_floor = false, owner = 'system' WHERE owner = 'person'")


def as_a_replica_without_triggers(f: Fraud) -> None:
    f.sql("SET LOCAL session_replication_role = replica")
    f.sql("UPDATE account SET posted = posted + 6000 WHERE owner = 'person'")


def a_trigger_switched_off(f: Fraud) -> None:
    f.sql("SET CONSTRAINTS ALL IMMEDIATE")
    f.sql("ALTER TABLE transfer DISABLE TRIGGER ALL")
    f.insert(task=None)


def the_books_emptied(f: Fraud) -> None:
    f.sql("SET CONSTRAINTS ALL IMMEDIATE")
    f.sql("TRUNCATE transfer, account CASCADE")


def a_rule_written_anew(f: Fraud) -> None:
    f.sql(
        "CREATE OR REPLACE FUNCTION books_no(said text) RETURNS void LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN; END $$"
    )
    f.sql("UPDATE account SET posted = posted + 6000 WHERE owner = 'person'")


def a_trigger_of_her_own(f: Fraud) -> None:
    """A balance may change at the depth of a trigger; this one stands on a table of her own."""
    f.sql("CREATE TEMPORARY TABLE mine (n int)")
    f.sql(
        "CREATE FUNCTION pg_temp.rich() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " UPDATE account SET posted = posted + 6000 WHERE owner = 'person'; RETURN NEW; END $$"
    )
    f.sql("CREATE TRIGGER rich BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION pg_temp.rich()")
    f.sql("INSERT INTO mine VALUES (1)")


def the_year_index_written_by_hand(f: Fraud) -> None:
    f.sql(
        "INSERT INTO year_minutes (centre_id, year, person_id, grade, minutes)"
        " VALUES (%s, 2026, %s, 'verified', 6000)",
        f.centre.id,
        f.member.id,
    )


def a_longer_stay_written_afterwards(f: Fraud) -> None:
    Attendance.objects.filter(task=f.task).update(out_at=f.at + WEEK)


def a_longer_plan_written_afterwards(f: Fraud) -> None:
    Job.objects.filter(id=f.job.id).update(minutes=600)


def a_stay_moved_to_another_person(f: Fraud) -> None:
    other = make.member(f.team, "顶替的人")
    Task.objects.filter(id=f.task.id).update(person=other)


def a_visit_made_of_rows(f: Fraud) -> None:
    """Task, attendance with both codes and the rating, all inserted; no act was ever announced."""
    request = make.request(f.there.station, f.kind)
    job = make.served(request, f.team, f.member)
    task = Task.objects.get(engagement__job=job)
    begun = f.at - timedelta(days=3)
    Attendance.objects.create(
        task=task,
        in_at=begun,
        in_proof="served_code",
        out_at=begun + timedelta(hours=1),
        out_proof="served_code",
    )
    Rating.objects.create(
        request=request, role=RaterRole.RESIDENT, score=5, by=request.requester, at=f.at
    )


def a_rating_made_of_a_row(f: Fraud) -> None:
    task = f.another(days=3)
    request = task.engagement.job.bonds.get().request
    Rating.objects.create(
        request=request, role=RaterRole.RESIDENT, score=5, by=request.requester, at=f.at
    )


def her_own_word_as_second_person(f: Fraud) -> None:
    task = f.another(days=3)
    Confirmation.objects.create(task=task, by=f.member, at=f.at)


def her_leaders_word_as_second_person(f: Fraud) -> None:
    task = f.another(days=3)
    Confirmation.objects.create(task=task, by=f.leader, at=f.at)


def a_passers_word_as_second_person(f: Fraud) -> None:
    task = f.another(days=3)
    Confirmation.objects.create(task=task, by=make.person("路人"), at=f.at)


def an_officers_word_forged(f: Fraud) -> None:
    task = f.another(days=3, out="")
    Confirmation.objects.create(task=task, by=f.officer, at=f.at)


def her_own_declaration(f: Fraud) -> None:
    task = f.missed_visit()
    Declaration.objects.create(task=task, minutes=60, planned=60, why="x", by=f.member, at=f.at)


def a_declaration_longer_than_the_plan(f: Fraud) -> None:
    task = f.missed_visit()
    Declaration.objects.create(task=task, minutes=600, planned=600, why="x", by=f.leader, at=f.at)


def a_declaration_and_a_word_forged(f: Fraud) -> None:
    task = f.missed_visit()
    Declaration.objects.create(task=task, minutes=60, planned=60, why="x", by=f.leader, at=f.at)
    Confirmation.objects.create(task=task, by=f.officer, at=f.at)
    earn(task.id, at=f.at)


def an_objection_taken_away(f: Fraud) -> None:
    Objection.objects.create(transfer=f.row(), kind="wrong", by=f.head, at=f.at)
    f.sql("DELETE FROM objection")


def an_objection_settled_by_the_volunteer(f: Fraud) -> None:
    row = Objection.objects.create(transfer=f.row(), kind="wrong", by=f.head, at=f.at)
    Objection.objects.filter(id=row.id).update(
        settled_at=f.at, settled_by=f.member, is_upheld=False
    )


def two_strangers_joined_by_rows(f: Fraud) -> None:
    """Her hours would move to a friend: nothing new is made, and the join is not hers."""
    friend = make.volunteer("朋友", f.there.station)
    PersonMerge.objects.create(gone=f.member, kept=friend, by=friend, at=f.at)


def rules_made_for_days_gone_by(f: Fraud) -> None:
    task = f.another(minutes=60, days=3)
    RuleChoice.objects.create(
        centre=f.centre,
        preset="standard",
        changes={"points_per_hour": 60},
        from_on=date(2026, 1, 1),
        by=f.head,
        at=f.at,
    )
    earn(task.id, at=f.at)


def a_posted_hour_posted_again(f: Fraud) -> None:
    from diandan.path.ledger.actions.notice import post_due

    row = f.row()
    post_due(at=f.at + 2 * WEEK)
    f.insert(
        phase="posting", settles=row, amount=row.amount, task=f.task, at=f.at + 3 * WEEK, id=uuid4()
    )


def the_chain_rewritten(f: Fraud) -> None:
    from diandan.path.ledger.actions.chain import link_new

    link_new(at=f.at)
    f.sql("UPDATE transfer_link SET digest = ''")
    assert Transfer.objects.exists()


WAYS: tuple[Callable[[Fraud], object], ...] = (
    balanced_rows_without_a_visit,
    balanced_rows_beside_a_real_visit,
    a_gift_of_hours_from_the_source,
    points_issued_from_the_source,
    a_correction_of_nothing,
    an_amount_below_nought,
    hours_turned_into_points,
    another_centres_books,
    posting_before_the_notice_is_over,
    posting_while_an_objection_is_open,
    a_larger_amount_in_place,
    a_row_taken_out,
    a_balance_written_by_hand,
    an_account_that_begins_rich,
    an_account_without_a_floor,
    as_a_replica_without_triggers,
    a_trigger_switched_off,
    the_books_emptied,
    a_rule_written_anew,
    a_trigger_of_her_own,
    the_year_index_written_by_hand,
    a_longer_stay_written_afterwards,
    a_longer_plan_written_afterwards,
    a_stay_moved_to_another_person,
    a_visit_made_of_rows,
    a_rating_made_of_a_row,
    her_own_word_as_second_person,
    her_leaders_word_as_second_person,
    a_passers_word_as_second_person,
    an_officers_word_forged,
    her_own_declaration,
    a_declaration_longer_than_the_plan,
    a_declaration_and_a_word_forged,
    an_objection_taken_away,
    an_objection_settled_by_the_volunteer,
    two_strangers_joined_by_rows,
    rules_made_for_days_gone_by,
    a_posted_hour_posted_again,
    the_chain_rewritten,
)
