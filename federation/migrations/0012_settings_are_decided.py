"""The database refuses a setting that no passed resolution set, but for an emergency of 72 hours, and keeps every one."""

from django.db import migrations

WHY, KEPT = "a setting needs a passed resolution of the assembly", "settings are only ever added"
DECIDED = """
    NOT EXISTS (SELECT 1 FROM decisions_proposal p
                WHERE p.id = NEW.decision_id AND p.state = 'passed' AND p.collective_id IS NULL AND ({cases}))
"""
ON_POSTGRES = DECIDED.format(
    cases="p.manner <> 'urgent' AND NEW.until IS NULL OR p.manner = 'urgent' AND NEW.until <= p.decided_at + interval '72 hours'"
)
ON_SQLITE = DECIDED.format(
    cases="p.manner <> 'urgent' AND NEW.until IS NULL "
    "OR p.manner = 'urgent' AND NEW.until IS NOT NULL AND julianday(NEW.until) <= julianday(p.decided_at) + 3.00001"
)
TABLE = "federation_federationpolicy"


def guards(vendor):
    yield "federation_policy_decided", "INSERT", ON_POSTGRES if vendor == "postgresql" else ON_SQLITE, WHY
    yield "federation_policy_edited", "UPDATE", "", KEPT
    yield "federation_policy_removed", "DELETE", "", KEPT


def forwards(apps, editor):
    for name, moment, when, why in guards(editor.connection.vendor):
        if editor.connection.vendor == "postgresql":
            refusal = f"RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation';"
            body = f"IF {when} THEN {refusal} END IF;" if when else refusal
            editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$;"
                f"CREATE TRIGGER {name} BEFORE {moment} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {name}();",
                params=None,
            )
        else:
            condition = f"WHEN {when} " if when else ""
            editor.execute(
                f"CREATE TRIGGER {name} BEFORE {moment} ON {TABLE} {condition}BEGIN SELECT RAISE(ABORT, '{why}'); END", params=None
            )


def backwards(apps, editor):
    for name, _moment, _when, _why in guards(editor.connection.vendor):
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER {name} ON {TABLE}; DROP FUNCTION {name}();", params=None)
        else:
            editor.execute(f"DROP TRIGGER {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("federation", "0011_settings")]
    operations = [migrations.RunPython(forwards, backwards)]
