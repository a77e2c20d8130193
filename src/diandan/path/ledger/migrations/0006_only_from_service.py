"""Hours and points come from a visit that took place, and from nowhere else: the database asks.

`books_may_serve` wants a task of the person, an attendance from end to end or a declaration, and
no more than was given; `books_comes_from` closes every other way into minutes and points. A
second person is somebody else than the volunteer, her team's leader and who said the minutes, and
holds a role. The year index moves with postings, in the same statement. domain.md §5-1, §5-2.
"""

from __future__ import annotations

from django.db import migrations

FORWARD = """
CREATE FUNCTION books_may_serve(n transfer, d account, c account)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE t task; seen attendance; said declaration; present numeric;
BEGIN
    SELECT * INTO t FROM task WHERE id = n.task_id;
    IF n.phase = 'direct' OR t.id IS NULL THEN
        PERFORM books_no('a service is a visit of somebody, and stands on notice first');
    END IF;
    IF c.person_id IS DISTINCT FROM t.person_id OR d.owner <> 'system' THEN
        PERFORM books_no('a service goes from the source to whom it was of');
    END IF;
    IF n.phase <> 'pending' THEN
        RETURN;
    END IF;
    SELECT * INTO seen FROM attendance WHERE task_id = t.id;
    SELECT * INTO said FROM declaration WHERE task_id = t.id;
    IF seen.out_at IS NOT NULL THEN
        present := extract(epoch FROM seen.out_at - seen.in_at) / 60;
    ELSE
        present := said.minutes;
    END IF;
    IF present IS NULL THEN
        PERFORM books_no('nobody was seen there');
    END IF;
    -- 30 minutes is what the widest rounding adds (志愿山城), 15 points an hour what the widest
    -- factor gives (海南); exactly how much is worked out again by `diandan books check`.
    IF n.ledger = 'minutes' AND n.amount > present + 30 THEN
        PERFORM books_no('more minutes than were given');
    ELSIF n.ledger = 'points' AND n.amount > (present + 30) THEN
        PERFORM books_no('more points than the minutes bring');
    END IF;
    IF c.grade = 'verified' AND (seen.out_at IS NULL OR seen.in_proof = '' OR seen.out_proof = '')
    THEN
        PERFORM books_no('verified minutes have a proof at both ends');
    END IF;
    IF EXISTS (SELECT 1 FROM transfer o WHERE o.task_id = t.id AND o.ledger = n.ledger
               AND o.reason = 'service' AND o.phase = 'pending' AND NOT EXISTS (
                   SELECT 1 FROM transfer v WHERE v.settles_id = o.id AND v.phase = 'voiding')) THEN
        PERFORM books_no('a visit is counted once');
    END IF;
END $$;

CREATE FUNCTION books_comes_from(n transfer, d account, c account)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF n.reason = 'correct' AND n.corrects_id IS NULL THEN
        PERFORM books_no('a correction names what it corrects');
    END IF;
    IF n.reason = 'merge' AND NOT EXISTS (
        SELECT 1 FROM person_merge m WHERE m.gone_id = d.person_id AND m.kept_id = c.person_id) THEN
        PERFORM books_no('only the two records of one human being are joined');
    END IF;
    IF n.ledger NOT IN ('minutes', 'points') THEN
        RETURN;
    END IF;
    IF n.reason = 'service' THEN
        PERFORM books_may_serve(n, d, c);
    ELSIF d.owner = 'system' THEN
        PERFORM books_no('hours and points come from a service and from nowhere else');
    ELSIF n.ledger = 'minutes' AND c.owner IN ('person', 'family')
          AND n.reason NOT IN ('merge', 'correct') THEN
        PERFORM books_no('hours are not handed on');
    END IF;
END $$;

CREATE FUNCTION books_second_person() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE t task; team uuid;
BEGIN
    SELECT * INTO t FROM task WHERE id = NEW.task_id;
    SELECT e.team_id INTO team FROM engagement e WHERE e.id = t.engagement_id;
    IF NEW.by_id = t.person_id
       OR EXISTS (SELECT 1 FROM declaration x WHERE x.task_id = t.id AND x.by_id = NEW.by_id)
       OR EXISTS (SELECT 1 FROM membership m WHERE m.team_id = team AND m.person_id = NEW.by_id
                  AND m.left_at IS NULL AND m.duty IN ('leader', 'deputy')) THEN
        PERFORM books_no('the second person is somebody else');
    END IF;
    IF NOT EXISTS (SELECT 1 FROM role_grant g WHERE g.person_id = NEW.by_id
                   AND g.revoked_at IS NULL) THEN
        PERFORM books_no('the second person holds a role');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION books_declared() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE t task; j job;
BEGIN
    SELECT * INTO t FROM task WHERE id = NEW.task_id;
    SELECT b.* INTO j FROM job b JOIN engagement e ON e.job_id = b.id WHERE e.id = t.engagement_id;
    IF NEW.by_id = t.person_id THEN
        PERFORM books_no('nobody says her own minutes');
    END IF;
    IF NEW.minutes > j.minutes OR NEW.planned <> j.minutes THEN
        PERFORM books_no('no more minutes than the visit was to take');
    END IF;
    IF j.state NOT IN ('served', 'closed') THEN
        PERFORM books_no('the visit has not taken place');
    END IF;
    IF EXISTS (SELECT 1 FROM attendance a WHERE a.task_id = t.id AND a.out_at IS NOT NULL) THEN
        PERFORM books_no('who checked in and out has her minutes');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION books_objected() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.settled_at IS NOT NULL AND OLD.settled_at IS NULL AND EXISTS (
        SELECT 1 FROM transfer x JOIN task t ON t.id = x.task_id
        WHERE x.id = NEW.transfer_id AND t.person_id = NEW.settled_by_id) THEN
        PERFORM books_no('nobody settles what is said against her own hours');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION books_length_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.minutes IS DISTINCT FROM OLD.minutes AND EXISTS (
        SELECT 1 FROM transfer x JOIN task t ON t.id = x.task_id
        JOIN engagement e ON e.id = t.engagement_id WHERE e.job_id = OLD.id) THEN
        PERFORM books_no('hours stand on this plan: its length is not changed any more');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION books_year_of(task_ uuid, at_ timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE begun timestamptz;
BEGIN
    SELECT coalesce(a.in_at, j.starts_at, at_) INTO begun
    FROM task t JOIN engagement e ON e.id = t.engagement_id JOIN job j ON j.id = e.job_id
    LEFT JOIN attendance a ON a.task_id = t.id WHERE t.id = task_;
    RETURN extract(year FROM coalesce(begun, at_) AT TIME ZONE 'Asia/Shanghai');
END $$;

CREATE FUNCTION books_add_year(centre_ bigint, person_ uuid, year_ int, grade_ text, more bigint)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO year_minutes (centre_id, person_id, year, grade, minutes)
    VALUES (centre_, person_, year_, grade_, more)
    ON CONFLICT (centre_id, year, person_id, grade)
    DO UPDATE SET minutes = year_minutes.minutes + excluded.minutes;
$$;

CREATE FUNCTION books_count_year() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE d account; c account; y record;
BEGIN
    IF NEW.ledger <> 'minutes' OR NEW.phase NOT IN ('posting', 'direct') THEN
        RETURN NULL;
    END IF;
    SELECT * INTO d FROM account WHERE id = NEW.debit_id;
    SELECT * INTO c FROM account WHERE id = NEW.credit_id;
    IF NEW.reason = 'merge' THEN
        FOR y IN SELECT * FROM year_minutes WHERE centre_id = d.centre_id
                 AND person_id = d.person_id AND grade = d.grade AND minutes <> 0 LOOP
            PERFORM books_add_year(d.centre_id, c.person_id, y.year, d.grade, y.minutes);
            PERFORM books_add_year(d.centre_id, d.person_id, y.year, d.grade, -y.minutes);
        END LOOP;
    ELSIF NEW.reason = 'service' AND c.person_id IS NOT NULL THEN
        PERFORM books_add_year(c.centre_id, c.person_id, books_year_of(NEW.task_id, NEW.at),
                               c.grade, NEW.amount);
    ELSIF NEW.reason = 'correct' AND d.person_id IS NOT NULL AND NEW.task_id IS NOT NULL THEN
        PERFORM books_add_year(d.centre_id, d.person_id, books_year_of(NEW.task_id, NEW.at),
                               d.grade, -NEW.amount);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION books_year_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        PERFORM books_no('the year''s minutes move with a posting and in no other way');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION books_from() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE d account; c account;
BEGIN
    SELECT * INTO d FROM account WHERE id = NEW.debit_id;
    SELECT * INTO c FROM account WHERE id = NEW.credit_id;
    PERFORM books_comes_from(NEW, d, c);
    -- 这不是我: while her record is frozen for it, nothing of it is posted.
    IF NEW.phase = 'posting' AND EXISTS (
        SELECT 1 FROM person p WHERE p.id = c.person_id AND p.frozen_at IS NOT NULL
        AND p.frozen_why NOT IN ('forgotten', 'merged')) THEN
        PERFORM books_no('her record is frozen');
    END IF;
    RETURN NEW;
END $$;

-- After `transfer_moves` by name, so that one book and settlement are looked at first.
CREATE TRIGGER transfer_moves_from BEFORE INSERT ON transfer
    FOR EACH ROW EXECUTE FUNCTION books_from();
CREATE TRIGGER transfer_year AFTER INSERT ON transfer
    FOR EACH ROW EXECUTE FUNCTION books_count_year();
CREATE TRIGGER confirmation_second BEFORE INSERT ON confirmation
    FOR EACH ROW EXECUTE FUNCTION books_second_person();
CREATE TRIGGER declaration_said BEFORE INSERT ON declaration
    FOR EACH ROW EXECUTE FUNCTION books_declared();
CREATE TRIGGER declaration_final BEFORE UPDATE OR DELETE ON declaration
    FOR EACH ROW EXECUTE FUNCTION books_are_final();
CREATE TRIGGER objection_other BEFORE UPDATE ON objection
    FOR EACH ROW EXECUTE FUNCTION books_objected();
CREATE TRIGGER job_length_kept BEFORE UPDATE OF minutes ON job
    FOR EACH ROW EXECUTE FUNCTION books_length_kept();
CREATE TRIGGER rule_choice_final BEFORE UPDATE OR DELETE ON rule_choice
    FOR EACH ROW EXECUTE FUNCTION books_are_final();
CREATE TRIGGER person_merge_final BEFORE UPDATE OR DELETE ON person_merge
    FOR EACH ROW EXECUTE FUNCTION books_are_final();
CREATE TRIGGER year_minutes_kept BEFORE INSERT OR UPDATE OR DELETE ON year_minutes
    FOR EACH ROW EXECUTE FUNCTION books_year_kept();
"""
TRIGGERS = (
    ("transfer", "transfer_moves_from"),
    ("transfer", "transfer_year"),
    ("confirmation", "confirmation_second"),
    ("declaration", "declaration_said"),
    ("declaration", "declaration_final"),
    ("objection", "objection_other"),
    ("job", "job_length_kept"),
    ("rule_choice", "rule_choice_final"),
    ("person_merge", "person_merge_final"),
    ("year_minutes", "year_minutes_kept"),
)
TABLES = ("declaration", "rule_choice", "person_merge")
FORWARD += "".join(
    f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};\n" for table, name in TRIGGERS
) + "".join(
    f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION books_are_final();\n"
    f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_not_emptied;\n"
    for table in TABLES
)
BACKWARD = (
    "".join(f"DROP TRIGGER {name} ON {table};\n" for table, name in TRIGGERS)
    + "".join(f"DROP TRIGGER {table}_not_emptied ON {table};\n" for table in TABLES)
    + """
DROP FUNCTION books_from();
DROP FUNCTION books_year_kept();
DROP FUNCTION books_count_year();
DROP FUNCTION books_add_year(bigint, uuid, int, text, bigint);
DROP FUNCTION books_year_of(uuid, timestamptz);
DROP FUNCTION books_length_kept();
DROP FUNCTION books_objected();
DROP FUNCTION books_declared();
DROP FUNCTION books_second_person();
DROP FUNCTION books_comes_from(transfer, account, account);
DROP FUNCTION books_may_serve(transfer, account, account);
"""
)


class Migration(migrations.Migration):
    """Adds the functions and triggers."""

    dependencies = [
        ("ledger", "0005_declared_rules_and_years"),
        ("people", "0004_families_and_merges"),
        ("fulfil", "0001_first"),
        ("bundle", "0001_first"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
