"""The guard of rules knows emergencies: taken by one person, they hold 72 hours at most; every other rule needs a vote or an assembly."""

from django.db import migrations

WHY = "a policy needs a decision of its collective that has passed"
DECIDED = """
    NOT EXISTS (SELECT 1 FROM decisions_proposal p
                WHERE p.id = NEW.decision_id AND p.state = 'passed' AND p.collective_id = NEW.collective_id AND ({cases}))
"""
PLAIN = DECIDED.format(cases="TRUE")
ON_POSTGRES = DECIDED.format(
    cases="p.manner <> 'urgent' AND NEW.until IS NULL OR p.manner = 'urgent' AND NEW.until <= p.decided_at + interval '72 hours'"
)
ON_SQLITE = DECIDED.format(
    cases="p.manner <> 'urgent' AND NEW.until IS NULL "
    "OR p.manner = 'urgent' AND NEW.until IS NOT NULL AND julianday(NEW.until) <= julianday(p.decided_at) + 3.00001"
)


def guard(editor, on_postgres, on_sqlite):
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE OR REPLACE FUNCTION collectives_policy_decided() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {on_postgres} THEN RAISE EXCEPTION '{WHY}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$;",
            params=None,
        )
        return
    for verb in ("INSERT", "UPDATE"):
        name = f"collectives_policy_decided_{verb.lower()}"
        editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)
        editor.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON collectives_policy WHEN {on_sqlite} BEGIN SELECT RAISE(ABORT, '{WHY}'); END",
            params=None,
        )


def forwards(apps, editor):
    guard(editor, ON_POSTGRES, ON_SQLITE)


def backwards(apps, editor):
    guard(editor, PLAIN, PLAIN)


class Migration(migrations.Migration):
    dependencies = [("collectives", "0005_emergencies")]
    operations = [migrations.RunPython(forwards, backwards)]
