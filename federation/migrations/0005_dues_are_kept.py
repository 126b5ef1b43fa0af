"""The database itself keeps dues: terms and reliefs only by a passed resolution of the assembly; what is written is not written again."""

from django.db import migrations

WHY = "dues change only by a passed resolution of the assembly"
KEPT = "dues are only ever added"
UNDECIDED = """NOT EXISTS (
    SELECT 1 FROM decisions_proposal p WHERE p.id = NEW.resolution_id AND p.state = 'passed' AND p.collective_id IS NULL)"""
SAME_CALL = """
    NEW.ref = OLD.ref AND NEW.collective_id = OLD.collective_id AND NEW.year = OLD.year AND NEW.month = OLD.month
    AND NEW.cents = OLD.cents AND NEW.currency = OLD.currency AND NEW.due_on = OLD.due_on AND NEW.terms_id = OLD.terms_id"""
# table, moment, when the database refuses it, and why
GUARDS = (
    ("federation_duesterms", "INSERT", UNDECIDED, WHY),
    ("federation_duesrelief", "INSERT", UNDECIDED, WHY),
    ("federation_duesterms", "UPDATE", "", KEPT),
    ("federation_duesterms", "DELETE", "", KEPT),
    ("federation_duesrelief", "UPDATE", "", KEPT),
    ("federation_duesrelief", "DELETE", "", KEPT),
    ("federation_duespayment", "UPDATE", "", KEPT),
    ("federation_duespayment", "DELETE", "", KEPT),
    ("federation_duescall", "UPDATE", f"NOT ({SAME_CALL})", KEPT),
    ("federation_duescall", "DELETE", "", KEPT),
    ("federation_filedaccounts", "UPDATE", "OLD.confirmed_at IS NOT NULL", KEPT),
    ("federation_filedaccounts", "DELETE", "OLD.confirmed_at IS NOT NULL", KEPT),
)


def name_of(table, moment):
    return f"{table}_{moment.lower()}_kept"


def forwards(apps, editor):
    for table, moment, when, why in GUARDS:
        name = name_of(table, moment)
        if editor.connection.vendor == "postgresql":
            returned = "OLD" if moment == "DELETE" else "NEW"
            refusal = f"RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation';"
            body = f"IF {when} THEN {refusal} END IF;" if when else refusal
            editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN {returned}; END $$;"
                f"CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();",
                params=None,
            )
        else:
            condition = f"WHEN {when} " if when else ""
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE {moment} ON {table} {condition}BEGIN SELECT RAISE(ABORT, '{why}'); END", params=None
            )


def backwards(apps, editor):
    for table, moment, _when, _why in GUARDS:
        name = name_of(table, moment)
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();", params=None)
        else:
            editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("federation", "0004_dues")]
    operations = [migrations.RunPython(forwards, backwards)]
