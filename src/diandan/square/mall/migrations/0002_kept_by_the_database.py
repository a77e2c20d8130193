"""Stock moves with its rows and in no other way, and a shelf is never oversold.

As in the ledger's own migration: class 23, so that Django gives an IntegrityError, and ENABLE
ALWAYS, so that a session that calls itself a replica does not pass by.
"""

from __future__ import annotations

from django.db import migrations

FORWARD = """
CREATE FUNCTION mall_stock_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE mall_shelf SET free = free + NEW.count WHERE id = NEW.shelf_id;
    RETURN NEW;
END $$;

CREATE FUNCTION mall_stock_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what moved on a shelf is never changed or deleted (%)', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
    RETURN NULL;
END $$;

CREATE FUNCTION mall_shelf_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.free <> 0 THEN
            RAISE EXCEPTION 'a shelf begins empty' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF pg_trigger_depth() < 2
       OR (NEW.id, NEW.gift_id, NEW.site_id) IS DISTINCT FROM (OLD.id, OLD.gift_id, OLD.site_id)
    THEN
        RAISE EXCEPTION 'stock moves with a row of stock and in no other way'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER mall_stock_counts BEFORE INSERT ON mall_stock_move
    FOR EACH ROW EXECUTE FUNCTION mall_stock_moves();
CREATE TRIGGER mall_stock_final BEFORE UPDATE OR DELETE ON mall_stock_move
    FOR EACH ROW EXECUTE FUNCTION mall_stock_is_final();
CREATE TRIGGER mall_shelf_keeps BEFORE INSERT OR UPDATE ON mall_shelf
    FOR EACH ROW EXECUTE FUNCTION mall_shelf_kept();
ALTER TABLE mall_stock_move ENABLE ALWAYS TRIGGER mall_stock_counts;
ALTER TABLE mall_stock_move ENABLE ALWAYS TRIGGER mall_stock_final;
ALTER TABLE mall_shelf ENABLE ALWAYS TRIGGER mall_shelf_keeps;
"""
BACKWARD = """
DROP TRIGGER mall_stock_counts ON mall_stock_move;
DROP TRIGGER mall_stock_final ON mall_stock_move;
DROP TRIGGER mall_shelf_keeps ON mall_shelf;
DROP FUNCTION mall_stock_moves();
DROP FUNCTION mall_stock_is_final();
DROP FUNCTION mall_shelf_kept();
"""


class Migration(migrations.Migration):
    """Adds the functions and triggers."""

    dependencies = [("mall", "0001_first")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
