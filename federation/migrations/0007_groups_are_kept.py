"""The database itself keeps what groups spend: mandates by passed resolutions, two signatures of others, no cent without its source."""

from django.db import migrations

DECIDED = "a mandate and its budget come from a passed resolution of the assembly"
KEPT = "what a group spent is only ever added to"
OVER_BUDGET = "the budget of this mandate is used up"
NOT_BY_ASKER = "who asks for an expense does not sign it"
UNSIGNED = "an expense is paid after two signatures, out of contributions that arrived"
OVERDRAWN = "more than this contribution brought"
UNDECIDED = """NOT EXISTS (
    SELECT 1 FROM decisions_proposal p WHERE p.id = NEW.resolution_id AND p.state = 'passed' AND p.collective_id IS NULL)"""
TOO_MUCH = """(SELECT coalesce(sum(e.cents), 0) FROM federation_expense e WHERE e.mandate_id = NEW.mandate_id AND e.state <> 'withdrawn')
    + NEW.cents > (SELECT m.cents FROM federation_mandate m WHERE m.id = NEW.mandate_id)"""
CHANGED = """NEW.ref <> OLD.ref OR NEW.mandate_id <> OLD.mandate_id OR NEW.cents <> OLD.cents OR NEW.currency <> OLD.currency
    OR NEW.sha256 <> OLD.sha256 OR NEW.title <> OLD.title OR NEW.payee <> OLD.payee OR NEW.asked_by_id <> OLD.asked_by_id
    OR OLD.state IN ('paid', 'withdrawn')"""
NOT_COVERED = """NEW.state IN ('signed', 'paid') AND (SELECT count(*) FROM federation_signature s WHERE s.expense_id = NEW.id) < 2
    OR NEW.state = 'paid' AND (SELECT coalesce(sum(s.cents), 0) FROM federation_source s WHERE s.expense_id = NEW.id) <> NEW.cents"""
OWN = "EXISTS (SELECT 1 FROM federation_expense e WHERE e.id = NEW.expense_id AND e.asked_by_id = NEW.person_id)"
SPENT = """(SELECT coalesce(sum(s.cents), 0) FROM federation_source s WHERE s.payment_id = NEW.payment_id)
    + NEW.cents > (SELECT p.cents FROM federation_duespayment p WHERE p.id = NEW.payment_id)"""
# name, table, moment, when the database refuses it ("": always), and why
GUARDS = (
    ("groups_mandate_decided", "federation_mandate", "INSERT", UNDECIDED, DECIDED),
    ("groups_mandate_same", "federation_mandate", "UPDATE", "", KEPT),
    ("groups_mandate_stays", "federation_mandate", "DELETE", "", KEPT),
    ("groups_expense_in_budget", "federation_expense", "INSERT", TOO_MUCH, OVER_BUDGET),
    ("groups_expense_same", "federation_expense", "UPDATE", CHANGED, KEPT),
    ("groups_expense_covered", "federation_expense", "UPDATE", NOT_COVERED, UNSIGNED),
    ("groups_expense_stays", "federation_expense", "DELETE", "", KEPT),
    ("groups_signature_of_another", "federation_signature", "INSERT", OWN, NOT_BY_ASKER),
    ("groups_signature_same", "federation_signature", "UPDATE", "", KEPT),
    ("groups_signature_stays", "federation_signature", "DELETE", "", KEPT),
    ("groups_source_left", "federation_source", "INSERT", SPENT, OVERDRAWN),
    ("groups_source_same", "federation_source", "UPDATE", "", KEPT),
    ("groups_source_stays", "federation_source", "DELETE", "", KEPT),
)
SQLITE = "CREATE TRIGGER {name} BEFORE {moment} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"
POSTGRES = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {when} THEN RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation'; END IF;
    RETURN {row};
END $$;
CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
"""


def forwards(apps, editor):
    shape = POSTGRES if editor.connection.vendor == "postgresql" else SQLITE
    for name, table, moment, when, why in GUARDS:
        row = "OLD" if moment == "DELETE" else "NEW"
        editor.execute(shape.format(name=name, table=table, moment=moment, when=when or "1 = 1", why=why, row=row), params=None)


def backwards(apps, editor):
    for name, table, *_rest in GUARDS:
        drop = (
            f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}()"
            if editor.connection.vendor == "postgresql"
            else f"DROP TRIGGER {name}"
        )
        editor.execute(drop, params=None)


class Migration(migrations.Migration):
    dependencies = [("federation", "0006_groups")]
    operations = [migrations.RunPython(forwards, backwards)]
