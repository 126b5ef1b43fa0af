"""The database itself keeps the solidarity fund: fed by resolutions, out of contributions not spent elsewhere, paid when agreed to."""

from django.db import migrations

DECIDED = "what goes into the solidarity fund comes from a passed resolution"
KEPT = "the solidarity fund is only ever added to"
OVERDRAWN = "more than this contribution brought"
NOT_AGREED = "aid is paid once the other co-ops have agreed"
OVERPAID = "more comes back than was lent"
UNDECIDED = """NOT EXISTS (
    SELECT 1 FROM decisions_proposal p WHERE p.id = NEW.resolution_id AND p.state = 'passed' AND p.collective_id IS NULL)"""
SPENT = """(SELECT coalesce(sum(s.cents), 0) FROM federation_source s WHERE s.payment_id = NEW.payment_id)
    + (SELECT coalesce(sum(f.cents), 0) FROM federation_fundsource f WHERE f.payment_id = NEW.payment_id)
    + NEW.cents > (SELECT p.cents FROM federation_duespayment p WHERE p.id = NEW.payment_id)"""
ONLY_SPENT = """(SELECT coalesce(sum(s.cents), 0) FROM federation_source s WHERE s.payment_id = NEW.payment_id)
    + NEW.cents > (SELECT p.cents FROM federation_duespayment p WHERE p.id = NEW.payment_id)"""
CHANGED = """NEW.ref <> OLD.ref OR NEW.collective_id <> OLD.collective_id OR NEW.cents <> OLD.cents OR NEW.currency <> OLD.currency
    OR NEW.form <> OLD.form OR NEW.resolution_id <> OLD.resolution_id OR OLD.paid_on IS NOT NULL"""
TOO_EARLY = f"NEW.paid_on IS NOT NULL AND {UNDECIDED}"
TOO_MUCH = """(SELECT coalesce(sum(r.cents), 0) FROM federation_repayment r WHERE r.aid_id = NEW.aid_id) + NEW.cents
    > (SELECT coalesce(sum(a.cents), 0) FROM federation_aidrequest a
       WHERE a.id = NEW.aid_id AND a.form = 'loan' AND a.paid_on IS NOT NULL)"""
# name, table, moment, when the database refuses it ("": always), and why
GUARDS = (
    ("fund_endowment_decided", "federation_endowment", "INSERT", UNDECIDED, DECIDED),
    ("fund_endowment_same", "federation_endowment", "UPDATE", "", KEPT),
    ("fund_endowment_stays", "federation_endowment", "DELETE", "", KEPT),
    ("fund_source_left", "federation_fundsource", "INSERT", SPENT, OVERDRAWN),
    ("fund_source_same", "federation_fundsource", "UPDATE", "", KEPT),
    ("fund_source_stays", "federation_fundsource", "DELETE", "", KEPT),
    ("fund_aid_unpaid", "federation_aidrequest", "INSERT", "NEW.paid_on IS NOT NULL", NOT_AGREED),
    ("fund_aid_same", "federation_aidrequest", "UPDATE", CHANGED, KEPT),
    ("fund_aid_agreed", "federation_aidrequest", "UPDATE", TOO_EARLY, NOT_AGREED),
    ("fund_aid_stays", "federation_aidrequest", "DELETE", "", KEPT),
    ("fund_repayment_fits", "federation_repayment", "INSERT", TOO_MUCH, OVERPAID),
    ("fund_repayment_same", "federation_repayment", "UPDATE", "", KEPT),
    ("fund_repayment_stays", "federation_repayment", "DELETE", "", KEPT),
)
EXPENSES = "groups_source_left"  # of migration 0007: an expense leaves what the fund has taken
SQLITE = "CREATE TRIGGER {name} BEFORE {moment} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"
POSTGRES = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {when} THEN RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation'; END IF;
    RETURN {row};
END $$;
CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
"""


def put(editor, name, table, moment, when, why):
    shape = POSTGRES if editor.connection.vendor == "postgresql" else SQLITE
    row = "OLD" if moment == "DELETE" else "NEW"
    editor.execute(shape.format(name=name, table=table, moment=moment, when=when or "1 = 1", why=why, row=row), params=None)


def take(editor, name, table):
    drop = f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}()" if editor.connection.vendor == "postgresql" else f"DROP TRIGGER {name}"
    editor.execute(drop, params=None)


def forwards(apps, editor):
    take(editor, EXPENSES, "federation_source")
    put(editor, EXPENSES, "federation_source", "INSERT", SPENT, OVERDRAWN)
    for guard in GUARDS:
        put(editor, *guard)


def backwards(apps, editor):
    for name, table, *_rest in GUARDS:
        take(editor, name, table)
    take(editor, EXPENSES, "federation_source")
    put(editor, EXPENSES, "federation_source", "INSERT", ONLY_SPENT, OVERDRAWN)


class Migration(migrations.Migration):
    dependencies = [("federation", "0009_solidarity")]
    operations = [migrations.RunPython(forwards, backwards)]
