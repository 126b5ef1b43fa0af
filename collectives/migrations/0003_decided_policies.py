"""The database itself refuses a rule that the members did not decide, whoever writes: the decision has passed, in the same collective."""

from django.db import migrations

WHY = "a policy needs a decision of its collective that has passed"
UNDECIDED = """
    NOT EXISTS (SELECT 1 FROM decisions_proposal p
                WHERE p.id = NEW.decision_id AND p.state = 'passed' AND p.collective_id = NEW.collective_id)
"""

POSTGRES = f"""
CREATE FUNCTION collectives_policy_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {UNDECIDED} THEN
        RAISE EXCEPTION '{WHY}' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER collectives_policy_decided BEFORE INSERT OR UPDATE ON collectives_policy
    FOR EACH ROW EXECUTE FUNCTION collectives_policy_decided();
"""
POSTGRES_BACK = """
DROP TRIGGER collectives_policy_decided ON collectives_policy;
DROP FUNCTION collectives_policy_decided();
"""


def forwards(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES, params=None)
        return
    for verb in ("INSERT", "UPDATE"):
        name = f"collectives_policy_decided_{verb.lower()}"
        editor.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON collectives_policy WHEN {UNDECIDED} BEGIN SELECT RAISE(ABORT, '{WHY}'); END",
            params=None,
        )


def backwards(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRES_BACK, params=None)
        return
    for verb in ("insert", "update"):
        editor.execute(f"DROP TRIGGER collectives_policy_decided_{verb}", params=None)


class Migration(migrations.Migration):
    dependencies = [("collectives", "0002_initial"), ("decisions", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
