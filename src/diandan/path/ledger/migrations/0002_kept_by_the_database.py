"""The database itself keeps the books: no code path can edit, overdraw, unbalance or cross them.

Raised with class 23 so that Django gives an IntegrityError. ENABLE ALWAYS, so that not even a
session that calls itself a replica passes by. Only the owner of the tables, by changing them
(DDL), could; the hash chain and `diandan books check` are there to show it.
"""

from __future__ import annotations

from django.db import migrations

FORWARD = """
CREATE FUNCTION books_no(said text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', said USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION books_are_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM books_no(format('the books are never changed or deleted (table %s, %s)',
                            TG_TABLE_NAME, TG_OP));
    RETURN NULL;
END $$;

CREATE FUNCTION books_account_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF (NEW.posted, NEW.held, NEW.coming) IS DISTINCT FROM (0::bigint, 0::bigint, 0::bigint) THEN
            PERFORM books_no('an account begins empty');
        END IF;
        RETURN NEW;
    END IF;
    -- Depth 1 is a statement of a session; the transfer's own trigger comes at depth 2.
    IF pg_trigger_depth() < 2 THEN
        PERFORM books_no('a balance moves with a transfer and in no other way');
    END IF;
    IF to_jsonb(NEW) - '{posted,held,coming}'::text[]
       IS DISTINCT FROM to_jsonb(OLD) - '{posted,held,coming}'::text[] THEN
        PERFORM books_no('an account keeps its owner, ledger and floor');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION books_may_post(p transfer, d account, c account, moment timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF moment < p.notice_until THEN
        PERFORM books_no('the notice period is not over');
    END IF;
    IF EXISTS (SELECT 1 FROM objection o JOIN transfer t ON t.id = o.transfer_id
               WHERE o.settled_at IS NULL
                 AND (t.id = p.id OR (t.task_id = p.task_id AND p.task_id IS NOT NULL))) THEN
        PERFORM books_no('an objection is open');
    END IF;
    IF p.reason <> 'service' THEN
        RETURN;
    END IF;
    IF p.ledger = 'minutes' THEN
        IF c.grade = 'declared' AND NOT EXISTS (
            SELECT 1 FROM confirmation k
            WHERE k.task_id = p.task_id AND k.by_id <> c.person_id) THEN
            PERFORM books_no('declared minutes need a second person');
        END IF;
    ELSIF NOT EXISTS (SELECT 1 FROM transfer m WHERE m.task_id = p.task_id
                      AND m.ledger = 'minutes' AND m.phase = 'posting') THEN
        PERFORM books_no('what a service brings is posted with its minutes, not before');
    END IF;
END $$;

CREATE FUNCTION books_may_correct(n transfer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE p transfer; done bigint;
BEGIN
    SELECT * INTO p FROM transfer WHERE id = n.corrects_id;
    IF p.phase NOT IN ('direct', 'posting') OR p.corrects_id IS NOT NULL
       OR p.debit_id <> n.credit_id OR p.credit_id <> n.debit_id THEN
        PERFORM books_no('a correction runs against a posted transfer between the same accounts');
    END IF;
    SELECT coalesce(sum(amount), 0) INTO done FROM transfer WHERE corrects_id = p.id;
    IF done + n.amount > p.amount THEN
        PERFORM books_no('a correction takes back no more than was moved');
    END IF;
END $$;

CREATE FUNCTION books_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE d account; c account; p transfer;
BEGIN
    -- Both accounts, the lower id first, so that no two transfers wait for each other.
    PERFORM 1 FROM account WHERE id IN (NEW.debit_id, NEW.credit_id) ORDER BY id FOR NO KEY UPDATE;
    SELECT * INTO d FROM account WHERE id = NEW.debit_id;
    SELECT * INTO c FROM account WHERE id = NEW.credit_id;
    IF (d.ledger, d.grade, d.centre_id) IS DISTINCT FROM (c.ledger, c.grade, c.centre_id)
       OR (d.ledger, d.centre_id) IS DISTINCT FROM (NEW.ledger, NEW.centre_id) THEN
        PERFORM books_no('a transfer stays in one ledger of one centre');
    END IF;
    IF NEW.settles_id IS NOT NULL THEN
        SELECT * INTO p FROM transfer WHERE id = NEW.settles_id;
        IF p.phase IS DISTINCT FROM 'pending'
           OR (p.debit_id, p.credit_id, p.amount, p.reason) IS DISTINCT FROM
              (NEW.debit_id, NEW.credit_id, NEW.amount, NEW.reason)
           OR p.task_id IS DISTINCT FROM NEW.task_id THEN
            PERFORM books_no('a pending transfer is settled as it stands');
        END IF;
        IF EXISTS (SELECT 1 FROM transfer WHERE settles_id = p.id) THEN
            PERFORM books_no('this pending transfer is settled');
        END IF;
        IF NEW.phase = 'posting' THEN
            PERFORM books_may_post(p, d, c, NEW.at);
        END IF;
    END IF;
    IF NEW.corrects_id IS NOT NULL THEN
        PERFORM books_may_correct(NEW);
    END IF;
    IF NEW.phase = 'pending' THEN
        UPDATE account SET held = held + NEW.amount WHERE id = d.id;
        UPDATE account SET coming = coming + NEW.amount WHERE id = c.id;
    ELSIF NEW.phase = 'voiding' THEN
        UPDATE account SET held = held - NEW.amount WHERE id = d.id;
        UPDATE account SET coming = coming - NEW.amount WHERE id = c.id;
    ELSIF NEW.phase = 'posting' THEN
        UPDATE account SET held = held - NEW.amount, posted = posted - NEW.amount WHERE id = d.id;
        UPDATE account SET coming = coming - NEW.amount, posted = posted + NEW.amount
            WHERE id = c.id;
    ELSE
        UPDATE account SET posted = posted - NEW.amount WHERE id = d.id;
        UPDATE account SET posted = posted + NEW.amount WHERE id = c.id;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION books_objection_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.settled_at IS NOT NULL
       OR (NEW.transfer_id, NEW.kind, NEW.by_id, NEW.at) IS DISTINCT FROM
          (OLD.transfer_id, OLD.kind, OLD.by_id, OLD.at) THEN
        PERFORM books_no('an objection is settled once, and stays what it was');
    END IF;
    IF NEW.settled_at IS NOT NULL AND NEW.settled_by_id IS NOT DISTINCT FROM OLD.by_id THEN
        PERFORM books_no('nobody settles her own objection');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER transfer_moves BEFORE INSERT ON transfer
    FOR EACH ROW EXECUTE FUNCTION books_move();
CREATE TRIGGER transfer_final BEFORE UPDATE OR DELETE ON transfer
    FOR EACH ROW EXECUTE FUNCTION books_are_final();
CREATE TRIGGER account_kept BEFORE INSERT OR UPDATE ON account
    FOR EACH ROW EXECUTE FUNCTION books_account_kept();
CREATE TRIGGER account_stays BEFORE DELETE ON account
    FOR EACH ROW EXECUTE FUNCTION books_are_final();
CREATE TRIGGER confirmation_final BEFORE UPDATE OR DELETE ON confirmation
    FOR EACH ROW EXECUTE FUNCTION books_are_final();
CREATE TRIGGER objection_kept BEFORE UPDATE ON objection
    FOR EACH ROW EXECUTE FUNCTION books_objection_kept();
CREATE TRIGGER objection_stays BEFORE DELETE ON objection
    FOR EACH ROW EXECUTE FUNCTION books_are_final();
CREATE TRIGGER transfer_link_final BEFORE UPDATE OR DELETE ON transfer_link
    FOR EACH ROW EXECUTE FUNCTION books_are_final();
CREATE TRIGGER day_root_final BEFORE UPDATE OR DELETE ON day_root
    FOR EACH ROW EXECUTE FUNCTION books_are_final();
"""
TABLES = ("account", "transfer", "confirmation", "objection", "transfer_link", "day_root")
ROW_TRIGGERS = {
    "account": ("account_kept", "account_stays"),
    "transfer": ("transfer_moves", "transfer_final"),
    "confirmation": ("confirmation_final",),
    "objection": ("objection_kept", "objection_stays"),
    "transfer_link": ("transfer_link_final",),
    "day_root": ("day_root_final",),
}
FORWARD += "".join(
    f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION books_are_final();\n"
    + "".join(
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};\n"
        for name in (*ROW_TRIGGERS[table], f"{table}_not_emptied")
    )
    for table in TABLES
)
BACKWARD = "".join(
    f"DROP TRIGGER {name} ON {table};\n"
    for table in TABLES
    for name in (*ROW_TRIGGERS[table], f"{table}_not_emptied")
) + """
DROP FUNCTION books_objection_kept();
DROP FUNCTION books_move();
DROP FUNCTION books_may_correct(transfer);
DROP FUNCTION books_may_post(transfer, account, account, timestamptz);
DROP FUNCTION books_account_kept();
DROP FUNCTION books_are_final();
DROP FUNCTION books_no(text);
"""


class Migration(migrations.Migration):
    """Adds the functions and triggers."""

    dependencies = [("ledger", "0001_first")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
